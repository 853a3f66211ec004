#pragma once

#include <memory>

#include "../jobs/job_kind.hpp"
#include "line_channel.hpp"

namespace rescue::worker {

/// Sends rescue-responder to the running server of the attempt, starts it there and gives its lines. When the
/// line to it is lost it ends what it had begun. Borrows the context. kInvalid ("access-missing") where the
/// attempt does not say how the server is reached; errors of reach() and libs/target.
Result<std::unique_ptr<LineChannel>> start_responder(const JobContext& context, const Config& config);

}  // namespace rescue::worker
