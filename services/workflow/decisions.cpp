#include "decisions.hpp"

#include <array>
#include <utility>

#include "closed_reports.hpp"
#include "desk/desk.hpp"
#include "desk/second_person.hpp"
#include "embedded.hpp"
#include "notices/announcements.hpp"
#include "requests.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;

struct Decision {
  std::string reason;
  std::vector<std::string> confirmation;
  Cause cause;
  Trace trace;
};
using Step = Status (*)(Casework&, store::Tx&, Incident&, const Decision&);

std::string filled(std::string text, const std::string& key, const std::string& value) {
  const std::string mark = "{" + key + "}";
  const auto at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, mark.size(), value);
}

/// A line for each complaint that the precheck could confirm from outside, each text once.
std::string seen_from_outside(const Json& texts, const char* language, const Incident& incident) {
  std::string out;
  if (!incident.precheck.is_object()) return out;
  const Json::json_pointer checks("/outside/checks");
  for (const auto& check : incident.precheck.value(checks, Json::array())) {
    const Json complaint = check.value("complaint", Json::object());
    const auto text = texts.at("outside").find(complaint.value("kind", ""));
    if (check.value("answer", "") != "confirmed" || text == texts.at("outside").end()) continue;
    // The URL last: what stands in it is nobody's mark to be filled in.
    std::string line =
        filled(text->at(language).get<std::string>(), "port", std::to_string(complaint.value("port", 0)));
    line = filled(std::move(line), "url", complaint.value("url", "")) + "\n";
    if (out.find(line) == std::string::npos) out += line;
  }
  return out;
}

/// What the customer is shown at the choice (R28), in both languages, named by its hash.
Json describe_situation(const Incident& incident, Timestamp confirmed_at) {
  const Json texts = embedded_json("data/situation.json");
  const std::string when = format_rfc3339(confirmed_at, std::chrono::hours(9));
  Json situation{{"version", texts.at("version")}, {"confirmation", incident.confirmation}};
  for (const auto* language : {"ja", "en"}) {
    std::string text;
    for (const auto& kind : incident.confirmation) {
      std::string line = texts.at(kind).at(language).get<std::string>();
      line = filled(filled(line, "server_id", incident.server_id), "confirmed_at", when);
      text += line + "\n";
    }
    text += seen_from_outside(texts, language, incident);
    situation[language] = text + texts.at("choice").at(language).get<std::string>();
  }
  situation["sha256"] = sha256_hex(dump_json(situation));
  return situation;
}

/// What the precheck was still wanted for is decided: its job is stopped, its tasks are done.
Status end_precheck(Casework& casework, store::Tx& tx, const Incident& incident, const Decision& decision,
                    const std::string& outcome) {
  RESCUE_TRY(casework.jobs.cancel_all(tx, incident, decision.trace));
  RESCUE_TRY(casework.tasks.settle(tx, {incident.id, "job_dead"}, outcome, decision.cause.actor));
  return casework.tasks.settle(tx, {incident.id, "judge_precheck"}, outcome, decision.cause.actor);
}

/// R27, then R28: what was confirmed is put before the customer at once.
Status confirm(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  if (decision.confirmation.empty()) {
    return fail(ErrorCode::kInvalid, "missing-field", "say what was confirmed: intrusion, mail_abuse or both",
                "/confirmation");
  }
  incident.confirmation = decision.confirmation;
  Cause cause = decision.cause;
  cause.details["confirmation"] = decision.confirmation;
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kConfirm, cause));
  incident.situation = describe_situation(incident, casework.service.clock().now());
  incident.waiting_for = "choice";
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kOfferChoice,
                                        {"system",
                                         "the customer is shown the situation",
                                         {{"situation_sha256", incident.situation.at("sha256")}}}));
  RESCUE_TRY(tell_situation(casework, tx, incident));
  return end_precheck(casework, tx, incident, decision, "confirmed");
}

Status unconfirm(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kUnconfirm, decision.cause));
  return end_precheck(casework, tx, incident, decision, "unconfirmed");
}

Status recheck(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  return casework.start_precheck(tx, incident, decision.cause, decision.trace);
}

/// R14, R31: no report can be made of the result, or it is not good enough: the investigation is done again.
/// What was found and reported before stays in the evidence store and the audit trail.
Status rework(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  Cause cause = decision.cause;
  if (incident.document_sha256) cause.details["document_sha256"] = *incident.document_sha256;
  if (incident.report_sha256) cause.details["report_sha256"] = *incident.report_sha256;
  RESCUE_TRY(casework.notices.withdraw(tx, incident.id, "report_ready", "", "the work is done again"));
  incident.document_sha256.reset();
  incident.report_sha256.reset();
  incident.waiting_for.reset();
  RESCUE_TRY(supersede_manual_completion(casework, tx, incident.id));
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kRework, cause));
  RESCUE_TRY(casework.tasks.settle(tx, {incident.id, "report_failed"}, "rework", decision.cause.actor));
  return casework.jobs.dispatch(tx, incident, incident::kInvestigationJob, decision.trace);
}

Status close(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  incident.waiting_for.reset();
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kClose, decision.cause));
  return close_reports(casework, tx, incident, decision.trace);
}

Status cancel(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  return cancel_incident(casework, tx, incident, decision.cause, decision.trace);
}

/// R31: the report reached the customer another way (by hand, by post), and an operator says so; the reason
/// says how.
Status deliver(Casework& casework, store::Tx& tx, Incident& incident, const Decision& decision) {
  RESCUE_TRY(incident::next(incident.state, Event::kDeliverReport));
  if (!incident.report_sha256) {
    return fail(ErrorCode::kConflict, "report-not-ready", "the report is still being made");
  }
  incident.delivery = {{"person", decision.cause.actor},
                       {"channel", "operator"},
                       {"report_sha256", *incident.report_sha256},
                       {"delivered_at", format_rfc3339(casework.service.clock().now())}};
  Cause cause = decision.cause;
  cause.details = incident.delivery;
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "report_ready", *incident.report_sha256,
                                          {"operator", cause.actor, cause.reason}));
  return complete_incident(casework, tx, incident, cause, decision.trace);
}

constexpr std::array<std::pair<std::string_view, Step>, 7> kSteps{{
    {"confirm", confirm},
    {"unconfirm", unconfirm},
    {"recheck", recheck},
    {"rework", rework},
    {"deliver", deliver},
    {"close", close},
    {"cancel", cancel},
}};

Result<std::vector<std::string>> read_confirmation(JsonReader& in) {
  if (in.raw("confirmation") == nullptr) return std::vector<std::string>();
  auto kinds = in.texts("confirmation", 2, {});
  for (const auto& kind : kinds) {
    if (kind != "intrusion" && kind != "mail_abuse") {
      in.fault("confirmation", "not-allowed-value", "must hold intrusion, mail_abuse or both");
    }
  }
  return kinds;
}

}  // namespace

Result<Json> decide(Casework& casework, store::Tx& tx, const std::string& incident_id, const Json& body,
                    const std::string& actor, const Trace& trace, const std::string& approved_by) {
  JsonReader in(body);
  std::vector<std::string> names;
  for (const auto& [name, step] : kSteps) names.emplace_back(name);
  const auto name = in.one_of("decision", names);
  Decision decision;
  decision.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_ASSIGN(decision.confirmation, read_confirmation(in));
  const auto version = in.optional_integer("version", 1, INT64_MAX);
  if (name != "confirm" && !decision.confirmation.empty()) {
    in.fault("confirmation", "unknown-field", "goes with the decision confirm only");
  }
  RESCUE_TRY(in.done());

  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, incident_id));
  if (version && *version != incident.version) {
    return fail(ErrorCode::kConflict, "version-conflict",
                "the incident has version " + std::to_string(incident.version) + " now; read it again",
                "/version");
  }
  if (name == "confirm" || name == "unconfirm") {
    RESCUE_TRY(casework.tasks.check_not_claimed_by_other(tx, {incident.id, "judge_precheck"}, actor));
  }
  const DeskCall call{incident_id, body, actor, trace, approved_by};
  if (name == "cancel" && incident.state == incident::State::kWorking &&
      needs_second_person(casework.config, kCancelAction, call)) {
    return ask_second_person(casework, tx, incident, kCancelAction, decision.reason, call);
  }
  decision.cause = cause_of(call, decision.reason);
  decision.trace = trace;
  incident.traceparent = trace.traceparent();
  for (const auto& [step_name, step] : kSteps) {
    if (step_name == name) RESCUE_TRY(step(casework, tx, incident, decision));
  }
  return Json{{"incident_id", incident.id},
              {"state", incident::to_string(incident.state)},
              {"version", incident.version}};
}

}  // namespace rescue::workflow
