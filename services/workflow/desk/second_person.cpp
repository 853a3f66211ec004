#include "desk/second_person.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "decisions.hpp"

namespace rescue::workflow {
namespace {

using Action = Result<Json> (*)(Casework&, store::Tx&, const DeskCall&);

Result<Json> decide_again(Casework& casework, store::Tx& tx, const DeskCall& call) {
  return decide(casework, tx, call.id, call.body, call.actor, call.trace, call.approved_by);
}

constexpr std::array<std::pair<std::string_view, Action>, 8> kActions{{
    {kCancelAction, decide_again},
    {kRequeueAction, requeue_by_operator},
    {kMergeAction, merge_by_operator},
    {kUnmergeAction, unmerge_by_operator},
    {kReopenAction, reopen},
    {kUndoAction, undo_response},
    {kCompleteAction, complete_by_hand},
    {kCreditAction, grant_credit},
}};

}  // namespace

const std::vector<std::string>& second_person_actions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& [name, action] : kActions) {
      if (name != kCreditAction) out.emplace_back(name);
    }
    return out;
  }();
  return names;
}

Cause cause_of(const DeskCall& call, const std::string& reason) {
  Cause cause{call.actor, reason};
  if (!call.approved_by.empty()) cause.details["approved_by"] = call.approved_by;
  return cause;
}

bool needs_second_person(const Config& config, std::string_view action, const DeskCall& call) {
  if (!call.approved_by.empty()) return false;
  const auto& wanted = config.second_person;
  return std::find(wanted.begin(), wanted.end(), action) != wanted.end();
}

Result<Json> ask_second_person(Casework& casework, store::Tx& tx, const Incident& incident,
                               std::string_view action, const std::string& reason, const DeskCall& call) {
  const Tasks::About about{incident.id, std::string(kSecondPersonTask), std::string(action) + " " + call.id};
  const auto find = [&]() -> Result<std::optional<store::Row>> {
    return tx.find(
        "SELECT task_id FROM tasks WHERE incident_id = ? AND kind = ? AND subject = ? AND state = "
        "'open'",
        {about.incident_id, about.kind, about.subject});
  };
  RESCUE_ASSIGN(const auto there, find());
  if (there) {
    return fail(ErrorCode::kConflict, "approval-pending",
                "the task " + there->text(0) + " waits for a second person already");
  }
  const Json details{{"action", action},           {"id", call.id},
                     {"body", call.body},          {"noted", call.noted},
                     {"requested_by", call.actor}, {"reason", reason}};
  RESCUE_TRY(casework.tasks.open(tx, about, details));
  RESCUE_ASSIGN(const auto task, find());
  RESCUE_TRY(casework.incidents.trail(tx, incident, "second_person.asked",
                                      {call.actor, reason, {{"action", action}, {"id", call.id}}}));
  return Json{{"waiting_for", kSecondPersonTask}, {"task_id", task->text(0)}, {"action", action}};
}

Status decide_second_person(Casework& casework, store::Tx& tx, const Task& task, const Cause& cause,
                            const Trace& trace) {
  const DeskCall call{.id = task.details.value("id", ""),
                      .body = task.details.value("body", Json::object()),
                      .actor = task.details.value("requested_by", ""),
                      .trace = trace,
                      .approved_by = cause.actor,
                      .noted = task.details.value("noted", Json::object())};
  const auto name = task.details.value("action", "");
  if (task.outcome != "granted") {
    if (name != kUndoAction) return {};
    RESCUE_TRY(SealedAccess::withdraw(tx, SealedAccess::of_undo(task.incident_id)));
    return {};
  }
  if (call.actor == cause.actor) {
    return fail(ErrorCode::kForbidden, "second-person-needed",
                "who asked for it cannot be the second person; another operator has to agree");
  }
  for (const auto& [action, run] : kActions) {
    if (action != name) continue;
    RESCUE_TRY(run(casework, tx, call));
    return {};
  }
  return fail(ErrorCode::kCorrupt, "internal-error", "a task for an unknown action: " + name);
}

}  // namespace rescue::workflow
