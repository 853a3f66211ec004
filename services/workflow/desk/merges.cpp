// R42: duplicates belong to one incident and are charged once. Nothing of a merged incident is lost: its row,
// history and notes stay under its own id.
#include "closed_reports.hpp"
#include "desk/desk.hpp"
#include "desk/second_person.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;
using incident::State;

/// So that a flood of reports is no flood of messages. Intake's word on older ones leads to the merged
/// incident, and that one's id to where it is now.
constexpr std::int64_t kReportsToldMax = 1000;

Status check_merge(store::Tx& tx, const Incident& from, const Incident& into) {
  if (from.id == into.id) {
    return fail(ErrorCode::kConflict, "merge-not-possible", "these are one incident already");
  }
  if (from.server_id != into.server_id || from.customer != into.customer) {
    return fail(ErrorCode::kConflict, "merge-not-possible",
                "the incidents are about different servers or customers", "/into");
  }
  RESCUE_TRY(incident::next(from.state, Event::kMerge));
  if (incident::is_final(into.state) && into.state != State::kCompleted) {
    return fail(ErrorCode::kConflict, "merge-not-possible",
                "the other incident is " + std::string(incident::to_string(into.state)), "/into");
  }
  RESCUE_ASSIGN(const auto order, tx.find("SELECT order_id FROM orders WHERE incident_id = ? AND state IN "
                                          "('pending','accepted')",
                                          {from.id}));
  if (!order) return {};
  return fail(ErrorCode::kConflict, "order-exists", "this incident has the order " + order->text(0));
}

Status move_ids(store::Tx& tx, const Incident& from, const Incident& into) {
  RESCUE_TRY(tx.execute("UPDATE aliases SET merged_into = ? WHERE merged_into = ?", {into.id, from.id}));
  RESCUE_TRY(tx.execute("INSERT INTO aliases (incident_id, merged_into, merged_at_first) VALUES (?,?,?)",
                        {from.id, into.id, into.id}));
  RESCUE_TRY(tx.execute("UPDATE reports SET incident_id = ? WHERE incident_id = ?", {into.id, from.id}));
  return {};
}

}  // namespace

Status tell_intake(Casework& casework, store::Tx& tx, const std::string& holder, const Incident& incident,
                   const Trace& trace) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT report_id, addressed_id FROM reports WHERE incident_id = ? AND "
                         "addressed_id IS NOT NULL ORDER BY report_id DESC LIMIT ?",
                         {holder, kReportsToldMax}));
  for (const auto& row : rows) {
    RESCUE_TRY(
        casework.service.send(tx, "intake", std::string(incident::messages::kReportTaken), row.text(1),
                              {{"report_id", row.text(0)},
                               {"incident_id", incident.id},
                               {"merged_into", incident.id == row.text(1) ? Json() : Json(incident.id)}},
                              trace));
  }
  return {};
}

Status merge_incidents(Casework& casework, store::Tx& tx, Incident& from, Incident& into, const Cause& cause,
                       const Trace& trace) {
  RESCUE_TRY(check_merge(tx, from, into));
  Cause stepped = cause;
  stepped.details["merged_into"] = into.id;
  from.waiting_for.reset();
  RESCUE_TRY(casework.incidents.advance(tx, from, Event::kMerge, stepped));
  RESCUE_TRY(casework.jobs.cancel_all(tx, from, trace));
  RESCUE_TRY(casework.tasks.settle_all(tx, from.id, "merged into " + into.id, cause.actor));
  RESCUE_TRY(tell_intake(casework, tx, from.id, into, trace));
  RESCUE_TRY(move_ids(tx, from, into));
  Cause joined = cause;
  joined.details["merged_id"] = from.id;
  // R32: what is over is not edited; that something joined it stands in its history.
  if (incident::is_final(into.state)) {
    RESCUE_TRY(close_reports(casework, tx, into, trace));
    return casework.incidents.trail(tx, into, "incident.merged_in", joined);
  }
  if (into.category == "unknown") into.category = from.category;
  return casework.incidents.record(tx, into, "incident.merged_in", joined);
}

Result<Json> merge_by_operator(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  const auto target = in.text("into");
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto elsewhere, casework.incidents.merged_into(tx, call.id));
  if (elsewhere) {
    return fail(ErrorCode::kConflict, "incident-merged",
                "this id was merged into " + *elsewhere + " already");
  }
  RESCUE_ASSIGN(auto from, casework.incidents.load(tx, call.id));
  RESCUE_ASSIGN(auto into, casework.incidents.load(tx, target));
  RESCUE_TRY(check_merge(tx, from, into));
  if (needs_second_person(casework.config, kMergeAction, call)) {
    return ask_second_person(casework, tx, from, kMergeAction, reason, call);
  }
  RESCUE_TRY(merge_incidents(casework, tx, from, into, cause_of(call, reason), call.trace));
  return Json{{"incident_id", from.id},
              {"merged_into", into.id},
              {"state", incident::to_string(into.state)},
              {"version", into.version}};
}

}  // namespace rescue::workflow
