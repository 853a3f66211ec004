// R32: what is over is not edited. What has to go on goes on as a new incident that names the old one.
#include "desk/desk.hpp"
#include "desk/second_person.hpp"

namespace rescue::workflow {
namespace {

Cause with(Cause cause, const char* key, const std::string& value) {
  cause.details[key] = value;
  return cause;
}

}  // namespace

Result<Json> reopen(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto old, casework.incidents.load(tx, call.id));
  if (!incident::is_final(old.state)) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "the incident is " + std::string(incident::to_string(old.state)) + " and goes on by itself");
  }
  RESCUE_ASSIGN(const auto open, casework.incidents.open_for(tx, old.server_id, old.customer, old.category));
  if (open) {
    return fail(ErrorCode::kConflict, "incident-open",
                "the server has an open incident of this category, " + open->id + "; go on there");
  }
  if (needs_second_person(casework.config, kReopenAction, call)) {
    return ask_second_person(casework, tx, old, kReopenAction, reason, call);
  }
  const auto cause = cause_of(call, reason);
  const auto now = casework.service.clock().now();
  Incident fresh;
  fresh.id = IncidentId::make(now).str();
  fresh.server_id = old.server_id;
  fresh.customer = old.customer;
  fresh.category = old.category;
  fresh.notice_source = old.notice_source;
  RESCUE_ASSIGN(fresh.runbook_version, casework.runbook_on(to_us(now)));
  fresh.traceparent = call.trace.traceparent();
  fresh.opened_us = to_us(now);
  RESCUE_TRY(casework.incidents.open(tx, fresh, with(cause, "reopens", old.id)));
  RESCUE_TRY(
      tx.execute("INSERT INTO reopenings (incident_id, reopens, reason, reopened_by, reopened_us) "
                 "VALUES (?,?,?,?,?)",
                 {fresh.id, old.id, reason, call.actor, to_us(now)}));
  RESCUE_TRY(
      casework.incidents.trail(tx, old, "incident.reopened", with(cause, "new_incident_id", fresh.id)));
  RESCUE_TRY(casework.start_precheck(tx, fresh, cause, call.trace));
  return Json{{"incident_id", fresh.id},
              {"reopens", old.id},
              {"state", incident::to_string(fresh.state)},
              {"version", fresh.version}};
}

}  // namespace rescue::workflow
