// R14, R15, R37: an investigation that no automation covers is ended by a person: with the list of evidence
// read, the outcome and the reason. The flow goes on from there as after the probe.
#include "desk/desk.hpp"
#include "desk/manual_completion.hpp"
#include "desk/second_person.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;
using incident::State;

constexpr std::size_t kEvidenceMax = 100;

/// What was confirmed (R27) is confirmed, unless the person says otherwise.
Result<Json> read_verdict(JsonReader& in, const Incident& incident) {
  const std::vector<std::string> states{"confirmed", "suspected", "none_found", "undetermined"};
  Json out;
  auto given = in.optional_object("verdict");
  for (const auto* kind : {"intrusion", "mail_abuse"}) {
    const auto& found = incident.confirmation;
    const bool confirmed = std::find(found.begin(), found.end(), kind) != found.end();
    out[kind] = given ? given->one_of(kind, states) : confirmed ? "confirmed" : "undetermined";
  }
  if (given) RESCUE_TRY(given->done());
  return out;
}

Result<Json> read_entry(JsonReader& in, const std::string& outcome) {
  auto entry = in.optional_object("entry");
  if (outcome != "cause_identified") {
    if (entry) in.fault("entry", "unknown-field", "goes with the outcome cause_identified only");
    return Json();
  }
  if (!entry) {
    in.fault("entry", "missing-field", "an identified cause has the way in that was found");
    return Json();
  }
  Json out;
  out["technique"] = entry->text("technique", {.min_bytes = 5, .max_bytes = 9});
  RESCUE_ASSIGN(out["title"], read_both(*entry, "title", 400));
  out["confidence"] = entry->one_of("confidence", {"low", "medium", "high"});
  for (const auto* key : {"account", "address"}) {
    out[key] = entry->optional_text(key, {.min_bytes = 0, .max_bytes = 100}).value_or("");
  }
  const auto at = entry->optional_time("at");
  out["at"] = at ? format_rfc3339(*at) : "";
  RESCUE_TRY(entry->done());
  return out;
}

}  // namespace

Result<Json> read_manual_completion(store::Tx& tx, const Incident& incident, const Json& body) {
  JsonReader in(body);
  Json out;
  const auto outcome = in.one_of("outcome", {"cause_identified", "cause_unknown", "limited_evidence"});
  out["outcome"] = outcome;
  RESCUE_ASSIGN(out["reason"], read_both(in, "reason", 2000));
  const auto read = in.texts("evidence_read", kEvidenceMax, {.min_bytes = 64, .max_bytes = 64});
  if (read.empty()) in.fault("evidence_read", "missing-field", "R14: name the evidence that was read");
  out["evidence_read"] = read;
  RESCUE_ASSIGN(out["verdict"], read_verdict(in, incident));
  RESCUE_ASSIGN(out["entry"], read_entry(in, outcome));
  RESCUE_TRY(in.done());
  for (std::size_t i = 0; i < read.size(); ++i) {
    RESCUE_TRY(check_known_evidence(tx, incident.id, read[i], "/evidence_read/" + std::to_string(i)));
  }
  return out;
}

Status check_completable(const Incident& incident) {
  if (incident.state == State::kScheduled || incident.state == State::kWorking) return {};
  return fail(ErrorCode::kConflict, "illegal-transition",
              "the incident is " + std::string(incident::to_string(incident.state)) +
                  "; an investigation is ended by a person while it is scheduled or working");
}

Result<Json> complete_by_hand(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(check_completable(incident));
  RESCUE_ASSIGN(const auto completion, read_manual_completion(tx, incident, call.body));
  const auto document_sha256 = call.noted.value("document_sha256", "");
  if (document_sha256.empty() && !incident.document_sha256) {
    return fail(ErrorCode::kConflict, "version-conflict", "the incident was changed by another; try again");
  }
  const auto reason = completion.at("reason").at("en").get<std::string>();
  if (needs_second_person(casework.config, kCompleteAction, call)) {
    return ask_second_person(casework, tx, incident, kCompleteAction, reason, call);
  }
  const auto now = casework.service.clock().now();
  RESCUE_TRY(supersede_manual_completion(casework, tx, incident.id));
  RESCUE_TRY(
      tx.execute("INSERT INTO manual_completions (completion_id, incident_id, completion, "
                 "completed_by, completed_us) VALUES (?,?,?,?,?)",
                 {make_id("cmp", now), incident.id, dump_json(completion), call.actor, to_us(now)}));
  if (!incident.document_sha256) incident.document_sha256 = document_sha256;
  RESCUE_TRY(casework.jobs.cancel_all(tx, incident, call.trace));
  RESCUE_TRY(casework.tasks.settle(tx, {incident.id, "job_dead"}, "completed by a person", call.actor));
  Cause cause = cause_of(call, reason);
  cause.details["outcome"] = completion.at("outcome");
  cause.details["document_sha256"] = *incident.document_sha256;
  if (incident.state == State::kScheduled) {
    RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kStartWork,
                                          {call.actor, "the work was done by a person"}));
  }
  RESCUE_TRY(casework.incidents.record(tx, incident, "investigation.completed_by_person", cause));
  RESCUE_TRY(casework.finish_work_if_complete(tx, incident, call.trace));
  return Json{{"incident_id", incident.id},
              {"state", incident::to_string(incident.state)},
              {"version", incident.version},
              {"outcome", completion.at("outcome")},
              {"document_sha256", *incident.document_sha256}};
}

Result<Json> manual_completion_of(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT completion, completed_by, completed_us FROM manual_completions WHERE "
                        "incident_id = ? AND superseded_us IS NULL ORDER BY completion_id DESC LIMIT 1",
                        {incident_id}));
  if (!row) return Json();
  Json out = parse_json(row->text(0)).value_or(Json::object());
  out["completed_by"] = row->text(1);
  out["completed_at"] = format_rfc3339(from_us(row->integer(2)));
  return out;
}

Status supersede_manual_completion(Casework& casework, store::Tx& tx, const std::string& incident_id) {
  RESCUE_TRY(
      tx.execute("UPDATE manual_completions SET superseded_us = ? WHERE incident_id = ? AND "
                 "superseded_us IS NULL",
                 {to_us(casework.service.clock().now()), incident_id}));
  return {};
}

}  // namespace rescue::workflow
