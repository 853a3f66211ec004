// The undoing of a merge: a report gets an incident of its own, an incident gets back what it brought.
#include <algorithm>

#include "desk/desk.hpp"
#include "desk/second_person.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;
using incident::State;

constexpr std::size_t kIncidentsMax = 1000;

/// `id` and the incidents, not mere reports, that were merged into it before it was merged itself: people
/// merged them, so there are few.
Result<std::vector<std::string>> incidents_with(store::Tx& tx, const std::string& id) {
  std::vector<std::string> ids{id};
  for (std::size_t i = 0; i < ids.size() && ids.size() < kIncidentsMax; ++i) {
    RESCUE_ASSIGN(const auto rows,
                  tx.query("SELECT a.incident_id FROM aliases a JOIN incidents i ON i.incident_id = "
                           "a.incident_id WHERE a.merged_at_first = ? LIMIT 1000",
                           {ids[i]}));
    for (const auto& row : rows) ids.push_back(row.text(0));
  }
  return ids;
}

/// The incident that a report opens when it stands alone.
Result<Incident> incident_of_report(Casework& casework, store::Tx& tx, const std::string& id,
                                    const Cause& cause, const Trace& trace) {
  RESCUE_ASSIGN(
      const auto report,
      tx.find("SELECT body, received_us FROM reports WHERE addressed_id = ? ORDER BY report_id", {id}));
  if (!report) {
    return fail(ErrorCode::kConflict, "merge-not-undoable",
                "it is not recorded any more which report came under this id");
  }
  const Json body = parse_json(report->text(0)).value_or(Json::object());
  Incident fresh;
  fresh.id = id;
  fresh.server_id = body.value("server_id", "");
  fresh.customer = body.value("customer", "");
  fresh.category = body.value("category", "unknown");
  fresh.notice_source = body.value("source", "third_party");
  RESCUE_ASSIGN(fresh.runbook_version, casework.runbook_on(report->integer(1)));
  fresh.traceparent = trace.traceparent();
  fresh.opened_us = report->integer(1);
  RESCUE_TRY(casework.incidents.open(tx, fresh, cause));
  return fresh;
}

/// R42: a merge counts for what it was charged by. It is undone while nothing is; a merge into an incident
/// that was complete then charged nothing and can be corrected.
Status check_undoable(const Incident& target, const std::optional<Incident>& merged) {
  if (!incident::is_final(target.state)) return {};
  const bool after = merged && target.state == State::kCompleted &&
                     merged->entered_us(State::kMerged) >= target.entered_us(State::kCompleted);
  if (after) return {};
  return fail(ErrorCode::kConflict, "illegal-transition",
              "the incident " + target.id + " is " + std::string(incident::to_string(target.state)) +
                  " with what was merged into it");
}

/// The merged incident itself, where the id was more than the id of a report.
Result<std::optional<Incident>> merged_incident(Casework& casework, store::Tx& tx, const std::string& id) {
  auto found = casework.incidents.load_exact(tx, id);
  if (found) return std::optional<Incident>(*std::move(found));
  if (found.error().code == ErrorCode::kNotFound) return std::optional<Incident>();
  return fail(found.error());
}

/// It begins anew with the precheck: what was known before may be the other incident's.
Result<Incident> stand_alone(Casework& casework, store::Tx& tx, const std::string& id,
                             std::optional<Incident> merged, const Cause& cause, const Trace& trace) {
  if (!merged) return incident_of_report(casework, tx, id, cause, trace);
  merged->confirmation.clear();
  merged->choice.reset();
  merged->waiting_for.reset();
  merged->precheck = merged->situation = Json();
  merged->traceparent = trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(tx, *merged, Event::kUnmerge, cause));
  return *std::move(merged);
}

/// The ids and reports of `one` and of what joined it, wherever they were moved with it.
Status move_ids_back(store::Tx& tx, const std::string& one, const std::string& to) {
  RESCUE_TRY(
      tx.execute("UPDATE reports SET incident_id = ? WHERE addressed_id = ? OR addressed_id IN "
                 "(SELECT incident_id FROM aliases WHERE merged_at_first = ?)",
                 {to, one, one}));
  RESCUE_TRY(tx.execute("UPDATE aliases SET merged_into = ? WHERE merged_at_first = ?", {to, one}));
  return {};
}

Result<Json> unmerge(Casework& casework, store::Tx& tx, const DeskCall& call, Incident target,
                     std::optional<Incident> merged, Cause cause) {
  cause.details["unmerged_from"] = target.id;
  RESCUE_ASSIGN(auto alone, stand_alone(casework, tx, call.id, std::move(merged), cause, call.trace));
  RESCUE_ASSIGN(const auto ids, incidents_with(tx, call.id));
  RESCUE_TRY(tx.execute("DELETE FROM aliases WHERE incident_id = ?", {call.id}));
  for (const auto& one : ids) RESCUE_TRY(move_ids_back(tx, one, call.id));
  Cause left = cause;
  left.details = {{"unmerged_id", call.id}};
  RESCUE_TRY(incident::is_final(target.state)
                 ? casework.incidents.trail(tx, target, "incident.unmerged", left)
                 : casework.incidents.record(tx, target, "incident.unmerged", left));
  RESCUE_TRY(casework.start_precheck(tx, alone, {cause.actor, cause.reason}, call.trace));
  RESCUE_TRY(tell_intake(casework, tx, alone.id, alone, call.trace));
  return Json{{"incident_id", alone.id},
              {"unmerged_from", target.id},
              {"state", incident::to_string(alone.state)},
              {"version", alone.version}};
}

}  // namespace

Result<Json> unmerge_by_operator(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto into, casework.incidents.merged_into(tx, call.id));
  if (!into) {
    RESCUE_TRY(casework.incidents.load(tx, call.id));
    return fail(ErrorCode::kConflict, "not-merged", "this id was not merged into another incident");
  }
  RESCUE_ASSIGN(auto target, casework.incidents.load_exact(tx, *into));
  RESCUE_ASSIGN(auto merged, merged_incident(casework, tx, call.id));
  RESCUE_TRY(check_undoable(target, merged));
  if (needs_second_person(casework.config, kUnmergeAction, call)) {
    return ask_second_person(casework, tx, target, kUnmergeAction, reason, call);
  }
  return unmerge(casework, tx, call, std::move(target), std::move(merged), cause_of(call, reason));
}

}  // namespace rescue::workflow
