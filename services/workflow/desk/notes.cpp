#include "desk/desk.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kTextBytesMax = 10'000;
constexpr std::int64_t kPerIncidentMax = 1000;

Json note_json(const store::Row& row) {
  return {{"note_id", row.text(0)},
          {"incident_id", row.is_null(1) ? Json() : Json(row.text(1))},
          {"task_id", row.is_null(2) ? Json() : Json(row.text(2))},
          {"author", row.text(3)},
          {"text", row.text(4)},
          {"written_at", format_rfc3339(from_us(row.integer(5)))}};
}

std::vector<Json> notes_of(const std::vector<store::Row>& rows) {
  std::vector<Json> out;
  for (const auto& row : rows) out.push_back(note_json(row));
  return out;
}

/// Of a task that is no incident's.
Result<Json> add_to_task(Casework& casework, store::Tx& tx, const DeskCall& call, const Task& task) {
  JsonReader in(call.body);
  const auto text = in.text("text", {.min_bytes = 1, .max_bytes = kTextBytesMax});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto count, tx.find("SELECT COUNT(*) FROM notes WHERE task_id = ?", {task.id}));
  if (count->integer(0) >= kPerIncidentMax) {
    return fail(ErrorCode::kConflict, "too-many-notes", "a task takes 1,000 notes");
  }
  const auto now = casework.service.clock().now();
  const auto id = make_id("note", now);
  RESCUE_TRY(tx.execute("INSERT INTO notes (note_id, task_id, author, text, written_us) VALUES (?,?,?,?,?)",
                        {id, task.id, call.actor, text, to_us(now)}));
  store::AuditRow row;
  row.at_us = to_us(now);
  row.incident_id = task.details.value("incident_id", "");
  row.actor = call.actor;
  row.action = "note.added";
  row.reason = "a note";
  row.details = {{"note_id", id}, {"task_id", task.id}};
  RESCUE_TRY(store::Audit::append(tx, row));
  return Json{{"note_id", id},        {"incident_id", nullptr}, {"task_id", task.id},
              {"author", call.actor}, {"text", text},           {"written_at", format_rfc3339(now)}};
}

Result<Json> add(Casework& casework, store::Tx& tx, const DeskCall& call, const Incident& incident,
                 const std::optional<std::string>& task_id) {
  JsonReader in(call.body);
  const auto text = in.text("text", {.min_bytes = 1, .max_bytes = kTextBytesMax});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto count, tx.find("SELECT COUNT(*) FROM notes WHERE incident_id = ?", {incident.id}));
  if (count->integer(0) >= kPerIncidentMax) {
    return fail(ErrorCode::kConflict, "too-many-notes", "an incident takes 1,000 notes");
  }
  const auto now = casework.service.clock().now();
  const auto id = make_id("note", now);
  RESCUE_TRY(tx.execute(
      "INSERT INTO notes (note_id, incident_id, task_id, author, text, written_us) VALUES (?,?,?,?,?,?)",
      {id, incident.id, store::maybe(task_id), call.actor, text, to_us(now)}));
  Cause cause{call.actor, "a note", {{"note_id", id}}};
  if (task_id) cause.details["task_id"] = *task_id;
  RESCUE_TRY(casework.incidents.trail(tx, incident, "note.added", cause));
  return Json{{"note_id", id},
              {"incident_id", incident.id},
              {"task_id", task_id ? Json(*task_id) : Json()},
              {"author", call.actor},
              {"text", text},
              {"written_at", format_rfc3339(now)}};
}

}  // namespace

Result<Json> add_incident_note(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  return add(casework, tx, call, incident, std::nullopt);
}

Result<Json> add_task_note(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(const auto task, casework.tasks.load(tx, call.id));
  if (task.incident_id.empty()) return add_to_task(casework, tx, call, task);
  RESCUE_ASSIGN(const auto incident, casework.incidents.load_exact(tx, task.incident_id));
  return add(casework, tx, call, incident, task.id);
}

Result<std::vector<Json>> list_notes(store::Tx& tx, const std::string& incident_id,
                                     const std::string& task_id, const std::string& after,
                                     std::size_t limit) {
  if (incident_id.empty()) {
    RESCUE_ASSIGN(const auto of_task,
                  tx.query("SELECT note_id, incident_id, task_id, author, text, written_us FROM notes WHERE "
                           "task_id = ? AND note_id > ? ORDER BY note_id LIMIT ?",
                           {task_id, after, static_cast<std::int64_t>(limit)}));
    return notes_of(of_task);
  }
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT note_id, incident_id, task_id, author, text, written_us FROM notes WHERE "
               "(incident_id = ? OR incident_id IN (SELECT incident_id FROM aliases WHERE "
               "merged_into = ?)) AND " +
                   store::narrowed("task_id", task_id) + " AND note_id > ? ORDER BY note_id LIMIT ?",
               {incident_id, incident_id, task_id, after, static_cast<std::int64_t>(limit)}));
  return notes_of(rows);
}

}  // namespace rescue::workflow
