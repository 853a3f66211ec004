// What a response to mail abuse would do, for a person to read. Nothing of the server's own is changed: the
// lock is not taken, and the responder is asked what only reads.
#include "../response/answers.hpp"
#include "../response/mail_ways.hpp"
#include "examination.hpp"
#include "live_change.hpp"

namespace rescue::worker {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::size_t kSummaryTextBytesMax = 8'192;

/// {name: how many messages}
Json messages_of(const Json& queue) {
  Json counts = Json::object();
  const auto classes = object_in(queue, "classes");
  for (const auto* name :
       {"abuse", "bounce-of-abuse", "bounce-unsure", "nameless-login", "other", "unfinished", "unreadable"})
    counts[name] = number_in(object_in(classes, name), "messages");
  return counts;
}

/// A queue that cannot be read is told, and the rest of the plan is there all the same.
Result<Json> plan_of_queue(ResponderLink& link, const Json& ways) {
  auto plan = link.ask("queue-plan", {{"ways", ways}});
  if (!plan && ends_attempt(plan.error())) return plan;
  if (!plan) return Json{{"failure", failure_json(plan.error())}};
  return plan;
}

Result<Json> plan_there(const JobContext& context, const JobSurroundings& surroundings, const Json& ways) {
  RESCUE_ASSIGN(const auto link, reach_responder(context, surroundings));
  context.report_progress({.phase = "planning", .unit = "steps"});
  RESCUE_ASSIGN(const auto plan, link->ask("plan", {{"ways", ways}}));
  Json out{{"ways", ways},
           {"text", text_in(plan, "text")},
           {"steps", list_in(plan, "steps")},
           {"already", list_in(plan, "already")},
           {"manual", list_in(plan, "manual")}};
  RESCUE_ASSIGN(out["queue"], plan_of_queue(*link, ways));
  out["text"].get_ref<std::string&>() += text_in(out["queue"], "text");
  return out;
}

Result<JobResult> plan(const JobContext& context, const JobSurroundings& surroundings) {
  const Config& config = surroundings.config;
  RESCUE_ASSIGN(const auto examined, examine_server(context, config, config.investigation));
  RESCUE_ASSIGN(const auto bytes, context.evidence.get(examined.document_sha256));
  RESCUE_ASSIGN(const Json document, parse_json(bytes));
  const auto found = mail_ways(document);
  RESCUE_ASSIGN(Json planned, plan_there(context, surroundings, found.ways));
  tell_left_out(found, planned);
  planned["examined_sha256"] = examined.document_sha256;
  const auto text = text_in(planned, "text");
  const Json summary{{"plan",
                      {{"text", text.substr(0, kSummaryTextBytesMax)},
                       {"steps", planned["steps"].size()},
                       {"manual", planned["manual"].size()},
                       {"messages", messages_of(planned["queue"])}}}};
  const Json kept{{"schema_version", kSchemaVersion}, {"plan", std::move(planned)}};
  RESCUE_ASSIGN(auto sha256, context.evidence.put(dump_json(kept)));
  return JobResult{std::move(sha256), summary};
}

}  // namespace

JobEnd run_mail_abuse_plan(const JobContext& context, const JobSurroundings& surroundings, Timestamp) {
  return end_of_live_job(context, [&](bool&) { return plan(context, surroundings); });
}

}  // namespace rescue::worker
