#include "probe_runner.hpp"

#include <csignal>
#include <optional>

namespace rescue::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using target::SteadyTime;

/// How soon a reason to end it is seen.
constexpr milliseconds kGlance{200};

tl::unexpected<Error> too_large(const ProbeLimits& limits) {
  return fail(ErrorCode::kTooLarge, "probe-output-too-large",
              "the probe wrote more than " + std::to_string(limits.output_bytes) + " bytes");
}

/// Waits for its end while what it says is read, ticks are given, and the reasons to end it are watched.
Result<target::Ending> attend(target::Running& probe, const ProbeCommand& command, const StopSignal& stop,
                              ProbeMessages& messages, std::string& out) {
  const SteadyTime deadline = steady_clock::now() + command.limits.wall;
  SteadyTime next_tick = steady_clock::now() + command.tick;
  while (true) {
    const SteadyTime now = steady_clock::now();
    RESCUE_ASSIGN(const target::Heard heard, probe.hear(std::min({deadline, next_tick, now + kGlance})));
    messages.take(heard.messages);
    if (const auto progress = messages.take_progress(); progress && command.on_progress)
      command.on_progress(*progress);
    out += heard.out;
    if (out.size() > command.limits.output_bytes) return too_large(command.limits);
    if (heard.ending) return *heard.ending;
    if (stop.reason() != StopSignal::Reason::kNone) return told_to_end(stop, "while the probe ran");
    if (steady_clock::now() >= deadline) {
      return fail(ErrorCode::kTimeout, "probe-timed-out",
                  "the probe did not end within " + std::to_string(command.limits.wall.count()) + " s");
    }
    if (steady_clock::now() >= next_tick) {
      if (command.on_tick) command.on_tick();
      next_tick = steady_clock::now() + command.tick;
    }
  }
}

tl::unexpected<Error> signalled(int signal, const ProbeLimits& limits) {
  switch (signal) {
    case SIGXCPU:
      return fail(ErrorCode::kTimeout, "probe-timed-out",
                  "the probe used its " + std::to_string(limits.cpu.count()) + " s of processor time");
    case SIGXFSZ:
      return too_large(limits);
    default:
      return fail(ErrorCode::kInternal, "probe-crashed",
                  "the probe was ended by signal " + std::to_string(signal));
  }
}

Status verdict_on(const target::Ending& ending, const ProbeLimits& limits, const std::string& last_words) {
  if (ending.signal != 0) return signalled(ending.signal, limits);
  if (ending.exit_code == 0) return {};
  return fail(ErrorCode::kInternal, "probe-failed",
              "the probe ended with exit code " + std::to_string(ending.exit_code) +
                  (last_words.empty() ? "" : "; its last words: " + last_words));
}

}  // namespace

Result<std::string> run_probe(target::Target& target, const ProbeCommand& command, const StopSignal& stop,
                              const log::Logger& log) {
  const ProbeLimits& limits = command.limits;
  const target::ProgramRun run{
      .program = command.program,
      .arguments = command.arguments,
      .limits = {.cpu = limits.cpu, .memory_bytes = limits.memory_bytes, .file_bytes = limits.output_bytes},
      .job = command.job};
  auto probe = target.start(run);
  if (!probe && probe.error().problem == "target-interrupted")
    return told_to_end(stop, "while the probe was sent");
  if (!probe) return fail(std::move(probe).error());
  ProbeMessages messages(log, command.log_fields);
  std::string out;
  auto ending = attend(**probe, command, stop, messages, out);
  messages.finish();
  if (!ending && ending.error().problem == "target-interrupted")
    return told_to_end(stop, "while the probe ran");
  if (!ending) return fail(std::move(ending).error());
  RESCUE_TRY(verdict_on(*ending, limits, messages.last_line()));
  return out;
}

}  // namespace rescue::worker
