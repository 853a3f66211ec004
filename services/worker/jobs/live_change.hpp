#pragma once

#include <functional>
#include <memory>

#include "../response/guarded_server.hpp"
#include "job_run.hpp"

namespace rescue::worker {

/// A responder on the running server of the attempt, greeted. Errors: those of open_ssh_responder() and of
/// ResponderLink::greet(); kInvalid ("access-missing").
Result<std::unique_ptr<ResponderLink>> reach_responder(const JobContext& context,
                                                       const JobSurroundings& surroundings);

/// Work on the running server under the lock, from the first look to the last; the connection ends with it.
/// What was begun and did not come to a good end stays locked, for the job's next attempt or for an operator.
/// `begun`: a change had begun.
using LiveWork = std::function<Result<Json>(GuardedServer&)>;
Result<Json> work_behind_lock(const JobContext& context, const JobSurroundings& surroundings, Timestamp now,
                              bool& begun, const LiveWork& work);

/// How a job that changes a running server ended. A lost connection leaves nothing half done: the responder
/// ends what it had begun, and records it, so another attempt may go on. Every other failure after the first
/// change, exceptions too, waits for a person.
JobEnd end_of_live_job(const JobContext& context, const std::function<Result<JobResult>(bool& begun)>& run);

}  // namespace rescue::worker
