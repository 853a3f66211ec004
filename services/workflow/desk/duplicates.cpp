#include "desk/duplicates.hpp"

#include "desk/desk.hpp"

namespace rescue::workflow {
namespace {

using incident::State;

/// When the work on it was over: with the delivered report, or, while that is under way, with the work.
std::int64_t done_us(const Incident& incident) {
  return incident.entered_us(incident.state == State::kCompleted ? State::kCompleted : State::kReporting);
}

std::optional<Likeness> like_worked(const Incident& done, std::optional<std::int64_t> seen_at_us) {
  if (!seen_at_us) {
    return Likeness{done.id, kUnclear, "work was done lately, and the report does not say when it was seen"};
  }
  if (*seen_at_us >= done_us(done)) return std::nullopt;
  return Likeness{done.id, kSameIncident, "what was seen predates the end of the work"};
}

}  // namespace

Result<std::optional<Likeness>> find_likeness(Casework& casework, store::Tx& tx, const Incident& fresh,
                                              std::optional<std::int64_t> seen_at_us) {
  auto& incidents = casework.incidents;
  RESCUE_ASSIGN(const auto old, incidents.open_for(tx, fresh.server_id, fresh.customer, fresh.category));
  if (old && old->id != fresh.id) {
    return std::optional<Likeness>(
        {old->id, kUnclear, "an open incident about the same is older than the window"});
  }
  RESCUE_ASSIGN(const auto done,
                incidents.latest_worked(tx, fresh.server_id, fresh.customer, fresh.category));
  const auto late = std::chrono::duration_cast<std::chrono::microseconds>(casework.config.duplicate_late);
  if (!done || fresh.opened_us - done_us(*done) > late.count()) return std::optional<Likeness>();
  return like_worked(*done, seen_at_us);
}

Status propose_duplicate(Casework& casework, store::Tx& tx, const Incident& fresh, const Likeness& like,
                         const std::string& report_id) {
  const Json details{{"incident_id", fresh.id},
                     {"other_incident_id", like.incident_id},
                     {"proposal", like.proposal},
                     {"why", like.why},
                     {"report_id", report_id}};
  RESCUE_TRY(casework.tasks.open(tx, {fresh.id, "judge_duplicate"}, details));
  RESCUE_TRY(casework.incidents.trail(tx, fresh, "duplicate.proposed", {"system", like.why, details}));
  RESCUE_ASSIGN(const auto other, casework.incidents.load(tx, like.incident_id));
  return casework.incidents.trail(tx, other, "duplicate.proposed", {"system", like.why, details});
}

Status decide_duplicate(Casework& casework, store::Tx& tx, const Task& task, const Cause& cause,
                        const Trace& trace) {
  RESCUE_ASSIGN(auto fresh, casework.incidents.load(tx, task.incident_id));
  if (task.outcome == kSameIncident) {
    RESCUE_ASSIGN(auto other, casework.incidents.load(tx, task.details.value("other_incident_id", "")));
    return merge_incidents(casework, tx, fresh, other, cause, trace);
  }
  if (fresh.state != State::kReported) return {};  // its precheck has begun already
  return casework.start_precheck(tx, fresh, cause, trace);
}

}  // namespace rescue::workflow
