#include "live_change.hpp"

#include <exception>

#include "../response/ssh_responder.hpp"

namespace rescue::worker {
namespace {

bool leaves_nothing_half_done(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout;
}

}  // namespace

Result<std::unique_ptr<ResponderLink>> reach_responder(const JobContext& context,
                                                       const JobSurroundings& surroundings) {
  RESCUE_ASSIGN(auto channel, surroundings.open_responder ? surroundings.open_responder(context)
                                                          : open_ssh_responder(context, surroundings.config));
  auto link = std::make_unique<ResponderLink>(
      std::move(channel), ResponderLink::Options{.tick = context.tick, .on_tick = context.on_tick});
  RESCUE_TRY(link->greet());
  return link;
}

Result<Json> work_behind_lock(const JobContext& context, const JobSurroundings& surroundings, Timestamp now,
                              bool& begun, const LiveWork& work) {
  RESCUE_ASSIGN(const auto link, reach_responder(context, surroundings));
  RESCUE_ASSIGN(auto server,
                GuardedServer::take(context, *link, surroundings.lock_keys, surroundings.worker, now));
  begun = true;  // until it is known better, also where it is left by an exception
  auto done = work(server);
  begun = server.begun();
  if (!done) {
    if (!server.begun() && !link->lost()) (void)server.release();
    return done;
  }
  const auto released = server.release();
  if (!released)
    context.log.warn("job.lock_not_released",
                     {{"job_id", context.attempt.job_id}, {"detail", released.error().detail}});
  return done;
}

JobEnd end_of_live_job(const JobContext& context, const std::function<Result<JobResult>(bool& begun)>& run) {
  bool begun = false;
  try {
    auto result = run(begun);
    if (!result && leaves_nothing_half_done(result.error())) begun = false;
    return {std::move(result), begun};
  } catch (const std::exception& bug) {
    // What was changed before it is a person's to look at: no other attempt begins on top of it.
    context.log.error("job.exception", {{"job_id", context.attempt.job_id}, {"what", bug.what()}});
    return {fail(ErrorCode::kInternal, "internal-error", "the job ended by an internal error"), begun};
  }
}

}  // namespace rescue::worker
