#pragma once

#include "rescue/http/message.hpp"
#include "rescue/store/database.hpp"

namespace rescue::worker {

/// GET /v1/worker/attempts?job_id=&limit=&cursor=: the journal, newest first.
Result<http::Response> get_attempts(store::Database& database, const http::Request& request);

}  // namespace rescue::worker
