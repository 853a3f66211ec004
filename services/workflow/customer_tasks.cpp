// R40: a task for the customer, visible until it is done.
#include "customer_tasks.hpp"

#include <algorithm>

#include "notices/announcements.hpp"
#include "requests.hpp"
#include "rescue/base/id.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

constexpr std::string_view kSelect =
    "SELECT task_id, incident_id, customer, advice, state, COALESCE(note, ''), COALESCE(done_by, ''), title, "
    "why, report_sha256, created_us, COALESCE(done_us, 0) FROM customer_tasks ";
constexpr std::size_t kOfIncidentMax = 200;

CustomerTask from_row(const store::Row& row) {
  return {.id = row.text(0),
          .incident_id = row.text(1),
          .customer = row.text(2),
          .advice = row.text(3),
          .state = row.text(4),
          .note = row.text(5),
          .done_by = row.text(6),
          .title = parse_json(row.text(7)).value_or(Json::object()),
          .why = parse_json(row.text(8)).value_or(Json::object()),
          .report_sha256 = row.text(9),
          .created_us = row.integer(10),
          .done_us = row.integer(11)};
}

Status audit(store::Tx& tx, const CustomerTask& task, const std::string& action, const std::string& actor,
             const std::string& reason, Timestamp now) {
  store::AuditRow row;
  row.at_us = to_us(now);
  row.incident_id = task.incident_id;
  row.actor = actor;
  row.action = action;
  row.reason = reason;
  row.details = {{"task_id", task.id}, {"advice", task.advice}};
  return store::Audit::append(tx, row);
}

Status open(Casework& casework, store::Tx& tx, const Incident& incident, const Json& asked) {
  const auto now = casework.service.clock().now();
  CustomerTask task;
  task.incident_id = incident.id;
  task.customer = incident.customer;
  task.report_sha256 = incident.report_sha256.value_or("");
  task.id = make_id("ctk", now);
  task.advice = asked.value("id", "");
  task.title = asked.at("title");
  task.why = asked.at("why");
  RESCUE_TRY(
      tx.execute("INSERT INTO customer_tasks (task_id, incident_id, customer, advice, title, why, "
                 "report_sha256, state, created_us) VALUES (?,?,?,?,?,?,?,'open',?)",
                 {task.id, task.incident_id, task.customer, task.advice, dump_json(task.title),
                  dump_json(task.why), task.report_sha256, to_us(now)}));
  RESCUE_TRY(audit(tx, task, "customer_task.opened", "system", "part of the work is the customer's", now));
  return tell_customer_task(casework, tx, incident, task);
}

Status withdraw(Casework& casework, store::Tx& tx, const CustomerTask& task) {
  const auto now = casework.service.clock().now();
  const auto* why = "a newer report does not ask for it";
  RESCUE_TRY(tx.execute("UPDATE customer_tasks SET state = 'withdrawn', done_us = ? WHERE task_id = ?",
                        {to_us(now), task.id}));
  RESCUE_TRY(audit(tx, task, "customer_task.withdrawn", "system", why, now));
  return casework.notices.withdraw(tx, task.incident_id, "customer_task", task.id, why);
}

bool is_the_same(const CustomerTask& task, const Json& asked) {
  return task.state != "withdrawn" && task.advice == asked.value("id", "") && task.title == asked.at("title");
}

}  // namespace

Status CustomerTasks::take_over(Casework& casework, store::Tx& tx, const Incident& incident,
                                const Json& asked) {
  RESCUE_ASSIGN(const auto known, list(tx, {.incident_id = incident.id}, "", kOfIncidentMax));
  for (const auto& task : known) {
    const bool still =
        std::any_of(asked.begin(), asked.end(), [&](const Json& one) { return is_the_same(task, one); });
    if (task.state == "open" && !still) RESCUE_TRY(withdraw(casework, tx, task));
  }
  for (const auto& one : asked) {
    const bool there =
        std::any_of(known.begin(), known.end(), [&](const auto& task) { return is_the_same(task, one); });
    if (!there) RESCUE_TRY(open(casework, tx, incident, one));
  }
  return {};
}

Result<CustomerTask> CustomerTasks::complete(store::Tx& tx, const CustomerTask& done, Timestamp now) {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE task_id = ?", {done.id}));
  if (!row || row->text(1) != done.incident_id) {
    return fail(ErrorCode::kNotFound, "customer-task-not-found",
                "this incident has no such task for the customer", "/task_id");
  }
  auto task = from_row(*row);
  if (task.state != "open") {
    return fail(ErrorCode::kConflict, "customer-task-done", "the task is over already: " + task.state,
                "/task_id");
  }
  task.state = "done";
  task.note = done.note;
  task.done_by = done.done_by;
  task.done_us = to_us(now);
  RESCUE_TRY(tx.execute(
      "UPDATE customer_tasks SET state = 'done', note = ?, done_by = ?, done_us = ? WHERE task_id = ?",
      {task.note, task.done_by, task.done_us, task.id}));
  RESCUE_TRY(audit(tx, task, "customer_task.done", task.done_by, task.note, now));
  return task;
}

Result<std::vector<CustomerTask>> CustomerTasks::list(store::Tx& tx, const Filter& filter,
                                                      const std::string& after, std::size_t limit) {
  RESCUE_ASSIGN(
      const auto rows,
      tx.query(std::string(kSelect) + "WHERE " + store::narrowed("state", filter.state) + " AND " +
                   store::narrowed("incident_id", filter.incident_id) + " AND " +
                   store::narrowed("customer", filter.customer) + " AND task_id > ? ORDER BY task_id LIMIT ?",
               {filter.state, filter.incident_id, filter.customer, after, static_cast<std::int64_t>(limit)}));
  std::vector<CustomerTask> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const CustomerTask& task) {
  Json out{{"task_id", task.id},        {"incident_id", task.incident_id},
           {"customer", task.customer}, {"advice", task.advice},
           {"title", task.title},       {"why", task.why},
           {"state", task.state},       {"created_at", format_rfc3339(from_us(task.created_us))}};
  if (task.state == "open") return out;
  out["done_at"] = format_rfc3339(from_us(task.done_us));
  if (task.state == "done") {
    out["note"] = task.note;
    out["done_by"] = task.done_by;
  }
  return out;
}

/// The incident itself is not touched: it may be over (R32).
Result<std::optional<Json>> take_customer_task(Casework& casework, store::Tx& tx,
                                               const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  CustomerTask done;
  done.id = in.text("task_id");
  done.note = in.optional_text("note", {.max_bytes = 2000}).value_or("");
  RESCUE_TRY(in.done());
  done.incident_id = incident.id;
  done.done_by = request.actor();
  RESCUE_ASSIGN(const auto task, CustomerTasks::complete(tx, done, casework.service.clock().now()));
  // Who has done it knows of it.
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "customer_task", task.id,
                                          {"web_form", request.actor(), "the customer has done the task"}));
  return std::optional<Json>({{"incident_id", incident.id}, {"task_id", task.id}, {"state", task.state}});
}

}  // namespace rescue::workflow
