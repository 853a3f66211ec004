// R12, R13: mail abuse is ended on the running server. The probe says in which ways it was done, the
// responder there ends them, step by step, and both are one document.
#include <algorithm>

#include "../response/mail_response.hpp"
#include "../response/mail_ways.hpp"
#include "examination.hpp"
#include "live_change.hpp"
#include "outside_look.hpp"

namespace rescue::worker {
namespace {

Result<JobResult> with_response(const JobContext& context, const JobResult& examined, Json document,
                                Json response) {
  JobResult out = examined;
  out.summary["response"] = {{"outcome", response["outcome"]},
                             {"steps", response["steps"].size()},
                             {"manual", response["manual"].size()},
                             {"numbers", response["numbers"]}};
  document["response"] = std::move(response);
  RESCUE_ASSIGN(out.document_sha256, context.evidence.put(dump_json(document)));
  return out;
}

/// Whether strangers may relay, and what else is complained of, as it is seen from outside; null where no
/// address is known.
Result<Json> seen_from_outside(const JobContext& context, const OutsideSettings& settings) {
  Attempt attempt = context.attempt;
  if (!attempt.outside.is_object()) return Json();
  auto& complaints = attempt.outside["complaints"];
  if (complaints.is_null()) complaints = Json::array();
  // First, and without a port: whatever the complaints name, the usual ones are asked.
  const Json plain = {{"kind", "open_relay"}};
  complaints.erase(std::remove(complaints.begin(), complaints.end(), plain), complaints.end());
  complaints.insert(complaints.begin(), plain);
  const JobContext relay{attempt,         context.evidence,        context.stop,
                         context.log,     context.log_fields,      context.tick,
                         context.on_tick, context.report_progress, context.access};
  OutsideLook look(relay, settings);
  RESCUE_ASSIGN(const auto seen, look.finish(""));
  return seen ? seen->summary : Json();
}

Result<JobResult> respond(const JobContext& context, const JobSurroundings& surroundings, Timestamp now,
                          bool& begun) {
  const Config& config = surroundings.config;
  if (!surroundings.open_responder && context.access == nullptr) {
    return fail(ErrorCode::kInvalid, "access-missing",
                "mail abuse is ended on the running server, and the order says nothing of how to reach it");
  }
  Json outside = Json::object();
  RESCUE_ASSIGN(outside["before"], seen_from_outside(context, config.outside));
  RESCUE_ASSIGN(const auto examined, examine_server(context, config, config.investigation));
  RESCUE_ASSIGN(const auto bytes, context.evidence.get(examined.document_sha256));
  RESCUE_ASSIGN(Json document, parse_json(bytes));
  const auto found = mail_ways(document);
  RESCUE_ASSIGN(Json response,
                work_behind_lock(context, surroundings, now, begun, [&](GuardedServer& server) {
                  return respond_to_mail_abuse(context, server, found.ways);
                }));
  tell_left_out(found, response);
  RESCUE_ASSIGN(outside["after"], seen_from_outside(context, config.outside));
  response["outside"] = std::move(outside);
  if (relay_is_out_of_sight(response)) {
    response["manual"].push_back({{"title", "Look from outside whether strangers may relay"},
                                  {"why", "nobody answered when that was done after the response"}});
  }
  response["outcome"] = response_outcome(response);
  return with_response(context, examined, std::move(document), std::move(response));
}

}  // namespace

JobEnd run_mail_abuse_response(const JobContext& context, const JobSurroundings& surroundings,
                               Timestamp now) {
  return end_of_live_job(context, [&](bool& begun) { return respond(context, surroundings, now, begun); });
}

}  // namespace rescue::worker
