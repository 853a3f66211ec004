#include "tasks.hpp"

#include "rescue/base/id.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

constexpr std::string_view kSelect =
    "SELECT task_id, COALESCE(incident_id, ''), kind, state, details, outcome, note, done_by, created_us, "
    "done_us, "
    "claimed_by, claimed_us FROM tasks ";

Task from_row(const store::Row& row) {
  Task task;
  task.id = row.text(0);
  task.incident_id = row.text(1);
  task.kind = row.text(2);
  task.state = row.text(3);
  task.details = parse_json(row.text(4)).value_or(Json::object());
  task.outcome = row.text(5);
  task.note = row.text(6);
  task.done_by = row.text(7);
  task.created_us = row.integer(8);
  task.done_us = row.integer(9);
  task.claimed_by = row.optional_text(10);
  task.claimed_us = row.integer(11);
  return task;
}

}  // namespace

Result<std::optional<Task>> Tasks::find_open(store::Tx& tx, const About& about) const {
  const std::string of_kind = "kind = ? AND subject = ? AND state = 'open'";
  auto row = about.incident_id.empty()
                 ? tx.find(std::string(kSelect) + "WHERE incident_id IS NULL AND " + of_kind,
                           {about.kind, about.subject})
                 : tx.find(std::string(kSelect) + "WHERE incident_id = ? AND " + of_kind,
                           {about.incident_id, about.kind, about.subject});
  if (!row) return fail(row.error());
  if (!*row) return std::optional<Task>();
  return std::optional<Task>(from_row(**row));
}

Status Tasks::open(store::Tx& tx, const About& about, const Json& details, const std::string& id) {
  RESCUE_ASSIGN(const auto there, find_open(tx, about));
  if (there) return {};
  const auto now = service_->clock().now();
  const auto incident = about.incident_id.empty() ? store::Value() : store::Value(about.incident_id);
  RESCUE_TRY(
      tx.execute("INSERT INTO tasks (task_id, incident_id, kind, subject, state, details, created_us) "
                 "VALUES (?,?,?,?,'open',?,?)",
                 {id.empty() ? TaskId::make(now).str() : id, incident, about.kind, about.subject,
                  dump_json(details), to_us(now)}));
  return {};
}

Status Tasks::settle(store::Tx& tx, const About& about, const std::string& outcome, const std::string& by) {
  const std::string set = "UPDATE tasks SET state = 'done', outcome = ?, done_by = ?, done_us = ? WHERE ";
  const auto now_us = to_us(service_->clock().now());
  if (about.incident_id.empty()) {
    RESCUE_TRY(
        tx.execute(set + "incident_id IS NULL AND kind = ? AND (? = '' OR subject = ?) AND state = 'open'",
                   {outcome, by, now_us, about.kind, about.subject, about.subject}));
    return {};
  }
  RESCUE_TRY(tx.execute(set + "incident_id = ? AND kind = ? AND (? = '' OR subject = ?) AND state = 'open'",
                        {outcome, by, now_us, about.incident_id, about.kind, about.subject, about.subject}));
  return {};
}

Status Tasks::settle_all(store::Tx& tx, const std::string& incident_id, const std::string& outcome,
                         const std::string& by) {
  RESCUE_TRY(
      tx.execute("UPDATE tasks SET state = 'done', outcome = ?, done_by = ?, done_us = ? WHERE "
                 "incident_id = ? AND state = 'open'",
                 {outcome, by, to_us(service_->clock().now()), incident_id}));
  return {};
}

Result<Task> Tasks::load(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE task_id = ?", {id}));
  if (!row) return fail(ErrorCode::kNotFound, "task-not-found", "there is no task with this id");
  return from_row(*row);
}

Result<Task> Tasks::load_open(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(auto task, load(tx, id));
  if (task.state != "open") return fail(ErrorCode::kConflict, "task-done", "this task is done already");
  return task;
}

Result<Task> Tasks::complete(store::Tx& tx, const std::string& id, const std::string& outcome,
                             const std::string& note, const std::string& by) {
  RESCUE_ASSIGN(auto task, load_open(tx, id));
  if (task.claimed_by && *task.claimed_by != by) {
    return fail(ErrorCode::kConflict, "task-claimed", *task.claimed_by + " has this task in hand");
  }
  task.state = "done";
  task.outcome = outcome;
  task.note = note;
  task.done_by = by;
  task.done_us = to_us(service_->clock().now());
  RESCUE_TRY(tx.execute(
      "UPDATE tasks SET state = 'done', outcome = ?, note = ?, done_by = ?, done_us = ? WHERE task_id = ?",
      {outcome, note, by, task.done_us, id}));
  RESCUE_TRY(audit(tx, task, "task.completed", by, note, {{"outcome", outcome}}));
  return task;
}

Status Tasks::audit(store::Tx& tx, const Task& task, const std::string& action, const std::string& by,
                    const std::string& reason, Json details) {
  store::AuditRow row;
  row.at_us = to_us(service_->clock().now());
  // Of one that is no incident's: the id that is kept for it.
  row.incident_id =
      task.incident_id.empty() ? task.details.value("incident_id", std::string()) : task.incident_id;
  row.actor = by;
  row.action = action;
  row.reason = reason;
  row.details = std::move(details);
  row.details["task_id"] = task.id;
  row.details["kind"] = task.kind;
  return store::Audit::append(tx, row);
}

Result<std::vector<Task>> Tasks::list(store::Tx& tx, const Filter& filter, const std::string& after,
                                      std::size_t limit) const {
  const bool unclaimed = filter.holder == kNobody;
  const auto where =
      "WHERE " + store::narrowed("state", filter.state) + " AND " +
      store::narrowed("incident_id", filter.incident_id) + " AND " + store::narrowed("kind", filter.kind) +
      " AND " + (unclaimed ? "claimed_by IS NULL AND ? <> ''" : store::narrowed("claimed_by", filter.holder));
  RESCUE_ASSIGN(const auto rows,
                tx.query(std::string(kSelect) + where + " AND task_id > ? ORDER BY task_id LIMIT ?",
                         {filter.state, filter.incident_id, filter.kind, filter.holder, after,
                          static_cast<std::int64_t>(limit)}));
  std::vector<Task> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const Task& task) {
  Json out{{"task_id", task.id},
           {"incident_id", task.incident_id.empty() ? Json() : Json(task.incident_id)},
           {"kind", task.kind},
           {"state", task.state},
           {"details", task.details},
           {"created_at", format_rfc3339(from_us(task.created_us))},
           {"claimed_by", task.claimed_by ? Json(*task.claimed_by) : Json()}};
  if (task.claimed_by) out["claimed_at"] = format_rfc3339(from_us(task.claimed_us));
  if (task.state == "done") {
    out["outcome"] = task.outcome;
    out["note"] = task.note;
    out["done_by"] = task.done_by;
    out["done_at"] = format_rfc3339(from_us(task.done_us));
  }
  return out;
}

}  // namespace rescue::workflow
