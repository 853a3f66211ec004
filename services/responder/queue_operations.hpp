#pragma once

#include "rescue/recovery/request.hpp"

namespace rescue::responder {

/// Whether an operation on the mail that waits changes nothing: queue-plan, queue-record.
bool only_reads_queue(const std::string& op);
/// Operations queue-…, on the server under `root` ("": /) at this time. Errors as of queue_work.hpp.
Result<Json> run_queue(const recovery::Request& request, const std::string& root, Timestamp now);

}  // namespace rescue::responder
