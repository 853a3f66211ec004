#include "stop_signal.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "regular_file.hpp"

namespace rescue::worker {

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::runtime_error(system_text("eventfd", "", errno));
}

void StopSignal::raise(Reason reason) {
  Reason none = Reason::kNone;
  if (!reason_.compare_exchange_strong(none, reason)) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  [[maybe_unused]] const ssize_t n = ::write(event_.get(), &one, sizeof one);
}

tl::unexpected<Error> told_to_end(const StopSignal& stop, const std::string& when) {
  if (stop.reason() == StopSignal::Reason::kCancelled) {
    return fail(ErrorCode::kConflict, "job-cancelled", "the job was cancelled " + when);
  }
  return fail(ErrorCode::kUnavailable, "worker-stopping", "the worker was stopped " + when);
}

}  // namespace rescue::worker
