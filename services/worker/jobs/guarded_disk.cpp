#include "guarded_disk.hpp"

namespace rescue::worker {
GuardedDisk::GuardedDisk(const JobContext& context, std::unique_ptr<fence::FolderPlace> place,
                         fence::Guard guard)
    : context_(&context),
      place_(std::move(place)),
      guard_(std::move(guard)),
      next_tick_(std::chrono::steady_clock::now() + context.tick) {}

Result<GuardedDisk> GuardedDisk::take(const JobContext& context, const std::string& root, fence::Keys keys,
                                      const std::string& worker, Timestamp now) {
  RESCUE_ASSIGN(auto place, fence::FolderPlace::open(root));
  const Attempt& attempt = context.attempt;
  RESCUE_ASSIGN(auto guard,
                fence::Guard::take(*place, std::move(keys), {attempt.job_id, attempt.attempt, worker}, now,
                                   attempt.take_over ? fence::TakeOver::kYes : fence::TakeOver::kNo));
  return GuardedDisk(context, std::move(place), std::move(guard));
}

Status GuardedDisk::change(const Change& step) {
  if (std::chrono::steady_clock::now() >= next_tick_) {
    context_->on_tick();
    next_tick_ = std::chrono::steady_clock::now() + context_->tick;
  }
  // After the heartbeat: it is what tells a worker that has slept.
  if (context_->stop.reason() != StopSignal::Reason::kNone)
    return told_to_end(context_->stop, "between two changes");
  return guard_.check_then([&]() -> Status {
    begun_ = true;
    return step(place_->root_fd());
  });
}

}  // namespace rescue::worker
