#include "live_examination.hpp"

#include "examination.hpp"
#include "rescue/target/ssh_target.hpp"

namespace rescue::worker {
namespace {

using std::chrono::steady_clock;

/// Where the probe writes to be heard here.
constexpr const char* kStdout = "/proc/self/fd/1";

/// Gives the job's ticks while its thread waits for the server, and says when it shall not wait longer.
class Attendance {
 public:
  explicit Attendance(const JobContext& context)
      : context_(&context), next_tick_(steady_clock::now() + context.tick) {}
  /// A few times a second, whatever is waited for.
  bool told_to_end() {
    if (steady_clock::now() >= next_tick_) {
      next_tick_ = steady_clock::now() + context_->tick;
      context_->on_tick();
    }
    return context_->stop.reason() != StopSignal::Reason::kNone;
  }

 private:
  const JobContext* context_;
  steady_clock::time_point next_tick_;
};

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

}  // namespace

Result<std::string> tell_how_it_was_read(std::string_view document, const std::string& described) {
  auto parsed = parse_json(document);
  if (!parsed || !parsed->is_object() || !parsed->contains("gaps") || !parsed->at("gaps").is_array()) {
    return fail(ErrorCode::kCorrupt, "probe-bad-document",
                "what came back from the server is no investigation");
  }
  parsed->at("gaps").push_back(
      {{"path", "/"},
       {"offset", 0},
       {"bytes", 0},
       {"reason",
        "read on the running server (" + described + ") by a program that ran there, under its own system"},
       {"period", {{"from", ""}, {"to", ""}}},
       {"prevents", "being sure that whoever rules that system hid nothing and made nothing up"}});
  return parsed->dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<JobResult> examine_live(const JobContext& context, const Config& config, const ProbeLimits& limits) {
  Attendance attendance(context);
  RESCUE_ASSIGN(const auto target, reach(context, attendance));
  ProbeTime time(limits);
  const auto tell = [&] { context.report_progress(time.progress()); };
  const ProbeCommand command{.program = config.probe_path,
                             .arguments = probe_arguments(target->root(), kStdout, limits),
                             .limits = limits,
                             .log_fields = context.log_fields,
                             .tick = context.tick,
                             .on_tick = tell,  // the other half of a tick is the attendance's
                             .on_progress = [&](const ProbeProgress& told) { time.hear(told); },
                             .job = context.attempt.job_id};
  context.report_progress({.phase = "sending-probe", .unit = "steps"});
  RESCUE_ASSIGN(const std::string document, run_probe(*target, command, context.stop, context.log));
  RESCUE_ASSIGN(const std::string told, tell_how_it_was_read(document, target->described()));
  return keep_document(context, told);
}

}  // namespace rescue::worker
