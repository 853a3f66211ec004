#include "tasks.hpp"

#include "rescue/base/id.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

constexpr std::string_view kSelect =
    "SELECT task_id, incident_id, kind, state, details, outcome, note, done_by, created_us, done_us FROM "
    "tasks ";

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
  return task;
}

}  // namespace

Status Tasks::open(store::Tx& tx, const About& about, const Json& details) {
  RESCUE_ASSIGN(const auto there, tx.find("SELECT task_id FROM tasks WHERE incident_id = ? AND kind = ? AND "
                                          "subject = ? AND state = 'open'",
                                          {about.incident_id, about.kind, about.subject}));
  if (there) return {};
  const auto now = service_->clock().now();
  RESCUE_TRY(
      tx.execute("INSERT INTO tasks (task_id, incident_id, kind, subject, state, details, created_us) "
                 "VALUES (?,?,?,?,'open',?,?)",
                 {TaskId::make(now).str(), about.incident_id, about.kind, about.subject, dump_json(details),
                  to_us(now)}));
  return {};
}

Status Tasks::settle(store::Tx& tx, const About& about, const std::string& outcome, const std::string& by) {
  RESCUE_TRY(
      tx.execute("UPDATE tasks SET state = 'done', outcome = ?, done_by = ?, done_us = ? WHERE "
                 "incident_id = ? AND kind = ? AND (? = '' OR subject = ?) AND state = 'open'",
                 {outcome, by, to_us(service_->clock().now()), about.incident_id, about.kind, about.subject,
                  about.subject}));
  return {};
}

Result<Task> Tasks::complete(store::Tx& tx, const std::string& id, const std::string& outcome,
                             const std::string& note, const std::string& by) {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE task_id = ?", {id}));
  if (!row) return fail(ErrorCode::kNotFound, "task-not-found", "there is no task with this id");
  Task task = from_row(*row);
  if (task.state != "open") return fail(ErrorCode::kConflict, "task-done", "this task is done already");
  task.state = "done";
  task.outcome = outcome;
  task.note = note;
  task.done_by = by;
  task.done_us = to_us(service_->clock().now());
  RESCUE_TRY(tx.execute(
      "UPDATE tasks SET state = 'done', outcome = ?, note = ?, done_by = ?, done_us = ? WHERE task_id = ?",
      {outcome, note, by, task.done_us, id}));
  store::AuditRow row_out;
  row_out.at_us = task.done_us;
  row_out.incident_id = task.incident_id;
  row_out.actor = by;
  row_out.action = "task.completed";
  row_out.reason = note;
  row_out.details = {{"task_id", id}, {"kind", task.kind}, {"outcome", outcome}};
  RESCUE_TRY(store::Audit::append(tx, row_out));
  return task;
}

Result<std::vector<Task>> Tasks::list(store::Tx& tx, const std::string& state, const std::string& incident_id,
                                      const std::string& after, std::size_t limit) const {
  RESCUE_ASSIGN(const auto rows, tx.query(std::string(kSelect) + "WHERE " + store::narrowed("state", state) +
                                              " AND " + store::narrowed("incident_id", incident_id) +
                                              " AND task_id > ? ORDER BY task_id LIMIT ?",
                                          {state, incident_id, after, static_cast<std::int64_t>(limit)}));
  std::vector<Task> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const Task& task) {
  Json out{{"task_id", task.id},      {"incident_id", task.incident_id},
           {"kind", task.kind},       {"state", task.state},
           {"details", task.details}, {"created_at", format_rfc3339(from_us(task.created_us))}};
  if (task.state == "done") {
    out["outcome"] = task.outcome;
    out["note"] = task.note;
    out["done_by"] = task.done_by;
    out["done_at"] = format_rfc3339(from_us(task.done_us));
  }
  return out;
}

}  // namespace rescue::workflow
