#include "live_examination.hpp"

#include "examination.hpp"
#include "live_server.hpp"

namespace rescue::worker {
namespace {

/// Where the probe writes to be heard here.
constexpr const char* kStdout = "/proc/self/fd/1";

/// It runs on the server itself, so it may look at what runs there, and at its clock.
std::vector<std::string> words_for(const target::Target& target, const ProbeLimits& limits) {
  auto words = probe_arguments(target.root(), kStdout, limits);
  for (std::string word :
       {std::string("--live"), std::string("--clock"), format_rfc3339(SystemClock().now())}) {
    words.push_back(std::move(word));
  }
  return words;
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
  RESCUE_ASSIGN(const auto server, LiveServer::reach(context, config));
  target::Target& target = server->target();
  ProbeTime time(limits);
  const auto tell = [&] {
    server->begin("");
    context.report_progress(time.progress());
  };
  const ProbeCommand command{.program = config.probe_path,
                             .arguments = words_for(target, limits),
                             .limits = limits,
                             .log_fields = context.log_fields,
                             .tick = context.tick,
                             // The other half of a tick is the server's.
                             .on_tick = tell,
                             .on_progress =
                                 [&](const ProbeProgress& told) {
                                   time.hear(told);
                                   tell();
                                 },
                             .job = context.attempt.job_id};
  server->begin("sending-probe");
  RESCUE_ASSIGN(const std::string document, run_probe(target, command, context.stop, context.log));
  RESCUE_ASSIGN(const std::string told, tell_how_it_was_read(document, target.described()));
  return keep_document(context, told);
}

}  // namespace rescue::worker
