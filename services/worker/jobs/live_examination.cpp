#include "live_examination.hpp"

#include "examination.hpp"
#include "live_target.hpp"

namespace rescue::worker {
namespace {

/// Where the probe writes to be heard here.
constexpr const char* kStdout = "/proc/self/fd/1";

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
