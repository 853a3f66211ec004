#pragma once

#include <memory>

#include "../jobs/job_kind.hpp"
#include "line_channel.hpp"

namespace rescue::worker {

/// Starts rescue-responder on the running server of the attempt. A step that it has begun it brings to its
/// end there, whatever becomes of the line (ten minutes at most). Errors: those of LiveServer::reach() and of
/// libs/target.
Result<std::unique_ptr<LineChannel>> open_ssh_responder(const JobContext& context, const Config& config);

}  // namespace rescue::worker
