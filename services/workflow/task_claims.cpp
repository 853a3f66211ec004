// Who has a task in hand: compare-and-set on the holder, so that of two operators one has it.
#include "tasks.hpp"

namespace rescue::workflow {
namespace {

std::string holder_of(const Task& task) {
  return task.claimed_by.value_or("");
}

/// "operator:k3 has this task in hand"
std::string say_holder(const Task& task) {
  return task.claimed_by ? *task.claimed_by + " has this task in hand" : "nobody has this task in hand";
}

}  // namespace

Status Tasks::change_holder(store::Tx& tx, Task& task, const std::string& from, const std::string& to) {
  const auto now_us = to_us(service_->clock().now());
  const bool taken = !to.empty();
  RESCUE_ASSIGN(const auto changed,
                tx.execute("UPDATE tasks SET claimed_by = ?, claimed_us = ? WHERE task_id = ? AND state = "
                           "'open' AND COALESCE(claimed_by, '') = ?",
                           {taken ? store::Value(to) : store::Value(),
                            taken ? store::Value(now_us) : store::Value(), task.id, from}));
  if (changed != 1) {
    return fail(ErrorCode::kConflict, "task-claimed", "the task changed hands meanwhile; read it again");
  }
  task.claimed_by = taken ? std::optional<std::string>(to) : std::nullopt;
  task.claimed_us = taken ? now_us : 0;
  return {};
}

Result<Task> Tasks::claim(store::Tx& tx, const std::string& id, const std::string& by) {
  RESCUE_ASSIGN(auto task, load_open(tx, id));
  if (task.claimed_by == by) return task;
  if (task.claimed_by) return fail(ErrorCode::kConflict, "task-claimed", say_holder(task));
  RESCUE_TRY(change_holder(tx, task, "", by));
  RESCUE_TRY(audit(tx, task, "task.claimed", by, "taken in hand", Json::object()));
  return task;
}

Result<Task> Tasks::release(store::Tx& tx, const std::string& id, const std::string& by,
                            const std::string& reason) {
  RESCUE_ASSIGN(auto task, load_open(tx, id));
  if (task.claimed_by != by) return fail(ErrorCode::kConflict, "task-not-yours", say_holder(task));
  RESCUE_TRY(change_holder(tx, task, by, ""));
  RESCUE_TRY(audit(tx, task, "task.released", by, reason, Json::object()));
  return task;
}

Result<Task> Tasks::hand_over(store::Tx& tx, const std::string& id, const HandOver& wish) {
  RESCUE_ASSIGN(auto task, load_open(tx, id));
  if (holder_of(task) != wish.from)
    return fail(ErrorCode::kConflict, "task-not-yours", say_holder(task), "/from");
  RESCUE_TRY(change_holder(tx, task, wish.from, wish.to));
  RESCUE_TRY(
      audit(tx, task, "task.handed_over", wish.by, wish.reason, {{"from", wish.from}, {"to", wish.to}}));
  return task;
}

Status Tasks::check_not_claimed_by_other(store::Tx& tx, const About& about, const std::string& by) const {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT claimed_by FROM tasks WHERE incident_id = ? AND kind = ? AND "
                                        "state = 'open' AND claimed_by IS NOT NULL AND claimed_by <> ?",
                                        {about.incident_id, about.kind, by}));
  if (!row) return {};
  return fail(ErrorCode::kConflict, "task-claimed",
              row->text(0) + " has the task " + about.kind + " of this incident in hand");
}

}  // namespace rescue::workflow
