#include "probe_runner.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>

#include "child_process.hpp"

namespace rescue::worker {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Why we ended the child ourselves.
enum class Killed { kNo, kTime, kStop };

int milliseconds_until(SteadyTime when) {
  const auto left = std::chrono::ceil<milliseconds>(when - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

/// Waits for the child's end while its words are read, ticks are given, and the reasons to kill it are
/// watched.
Killed attend(const ChildProcess& child, const ProbeCommand& command, const StopSignal& stop,
              ProbeMessages& messages) {
  const SteadyTime deadline = steady_clock::now() + command.limits.wall;
  SteadyTime next_tick = steady_clock::now() + command.tick;
  while (true) {
    pollfd watched[] = {{child.exit_fd(), POLLIN, 0},
                        {stop.fd(), POLLIN, 0},
                        {messages.open() ? child.stderr_fd() : -1, POLLIN, 0}};
    ::poll(watched, 3, milliseconds_until(std::min(deadline, next_tick)));
    if (watched[2].revents != 0) messages.read_some(child.stderr_fd());
    if (const auto progress = messages.take_progress(); progress && command.on_progress)
      command.on_progress(*progress);
    if (watched[0].revents != 0) return Killed::kNo;
    if (stop.reason() != StopSignal::Reason::kNone) return Killed::kStop;
    if (steady_clock::now() >= deadline) return Killed::kTime;
    if (steady_clock::now() >= next_tick) {
      if (command.on_tick) command.on_tick();
      next_tick = steady_clock::now() + command.tick;
    }
  }
}

tl::unexpected<Error> stopped(StopSignal::Reason reason) {
  if (reason == StopSignal::Reason::kCancelled) {
    return fail(ErrorCode::kConflict, "job-cancelled", "the job was cancelled while the probe ran");
  }
  return fail(ErrorCode::kUnavailable, "worker-stopping", "the worker was stopped while the probe ran");
}

tl::unexpected<Error> signalled(int signal, const ProbeLimits& limits) {
  switch (signal) {
    case SIGXCPU:
      return fail(ErrorCode::kTimeout, "probe-timed-out",
                  "the probe used its " + std::to_string(limits.cpu.count()) + " s of processor time");
    case SIGXFSZ:
      return fail(ErrorCode::kTooLarge, "probe-output-too-large",
                  "the probe wrote more than " + std::to_string(limits.output_bytes) + " bytes");
    default:
      return fail(ErrorCode::kInternal, "probe-crashed",
                  "the probe was ended by signal " + std::to_string(signal));
  }
}

Status verdict_on(int wait_status, const ProbeLimits& limits, const std::string& last_words) {
  if (WIFSIGNALED(wait_status)) return signalled(WTERMSIG(wait_status), limits);
  const int code = WEXITSTATUS(wait_status);
  if (code == 0) return {};
  return fail(ErrorCode::kInternal, "probe-failed",
              "the probe ended with exit code " + std::to_string(code) +
                  (last_words.empty() ? "" : "; its last words: " + last_words));
}

}  // namespace

Status run_probe(const ProbeCommand& command, const StopSignal& stop, const log::Logger& log) {
  RESCUE_ASSIGN(ChildProcess child, ChildProcess::start(command.program, command.arguments, command.limits));
  ProbeMessages messages(log, command.log_fields);
  const Killed killed = attend(child, command, stop, messages);
  const int wait_status = child.end();
  messages.read_rest(child.stderr_fd());
  if (killed == Killed::kStop) return stopped(stop.reason());
  if (killed == Killed::kTime) {
    return fail(ErrorCode::kTimeout, "probe-timed-out",
                "the probe did not end within " + std::to_string(command.limits.wall.count()) + " s");
  }
  return verdict_on(wait_status, command.limits, messages.last_line());
}

}  // namespace rescue::worker
