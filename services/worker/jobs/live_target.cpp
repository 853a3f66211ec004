#include "live_target.hpp"

#include "../probe_runner.hpp"

namespace rescue::worker {

using std::chrono::steady_clock;

bool Attendance::told_to_end() {
  if (steady_clock::now() >= next_tick_) {
    next_tick_ = steady_clock::now() + context_->tick;
    context_->on_tick();
  }
  return context_->stop.reason() != StopSignal::Reason::kNone;
}

Result<std::unique_ptr<target::SshTarget>> reach(const JobContext& context, Attendance& attendance) {
  context.report_progress({.phase = "connecting", .unit = "steps"});
  RESCUE_ASSIGN(seal::Access access, context.access->open());
  auto target = target::SshTarget::connect(
      std::move(access), {.patience = {}, .interrupted = [&attendance] { return attendance.told_to_end(); }});
  if (!target && target.error().problem == "target-interrupted") {
    return told_to_end(context.stop, "it connected to the server");
  }
  return target;
}

}  // namespace rescue::worker
