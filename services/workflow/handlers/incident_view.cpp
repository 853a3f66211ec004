#include "customer_tasks.hpp"
#include "handlers/routes.hpp"
#include "linked_orders.hpp"
#include "sealed_access.hpp"

namespace rescue::workflow {
namespace {

std::string time_text(std::int64_t us) {
  return format_rfc3339(from_us(us));
}

Json parsed(const store::Row& row, std::size_t column) {
  return parse_json(row.text(column)).value_or(Json());
}

Json optional(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

Result<Json> reports_of(store::Tx& tx, const std::string& id) {
  RESCUE_ASSIGN(
      const auto rows,
      tx.query(
          "SELECT report_id, body, received_us, addressed_id FROM reports WHERE incident_id = ? ORDER BY "
          "received_us, report_id LIMIT 200",
          {id}));
  Json out = Json::array();
  for (const auto& row : rows) {
    const Json body = parsed(row, 1);
    out.push_back(
        {{"report_id", row.text(0)},
         {"source", body.value("source", "")},
         {"category", body.value("category", "")},
         {"summary", body.value("summary", "")},
         {"complaint", body.value("complaint", Json())},
         {"seen_at",
          body.value("seen_at_us", Json()).is_number() ? Json(time_text(body.at("seen_at_us"))) : Json()},
         {"addressed_id", optional(row.optional_text(3))},
         {"received_at", time_text(row.integer(2))}});
  }
  return out;
}

Result<Json> orders_of(store::Tx& tx, const std::string& id) {
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT order_id, work_item, quote_id, state, total_yen, submitted_us, actor, consents, "
               "versions, plan, quote, shown_sha256 "
               "FROM (SELECT * FROM orders WHERE incident_id = ? ORDER BY order_id DESC LIMIT 50) newest "
               "ORDER BY order_id",
               {id}));
  Json out = Json::array();
  for (const auto& row : rows) {
    out.push_back({{"order_id", row.text(0)},
                   {"work_item", row.text(1)},
                   {"quote_id", row.text(2)},
                   {"state", row.text(3)},
                   {"total_yen", row.is_null(4) ? Json() : Json(row.integer(4))},
                   {"submitted_at", time_text(row.integer(5))},
                   {"actor", parsed(row, 6)},
                   {"consents", parsed(row, 7)},
                   {"versions", parsed(row, 8)},
                   {"work", row.is_null(9) ? Json() : parsed(row, 9)},
                   {"quote", parsed(row, 10)},
                   {"shown_sha256", optional(row.optional_text(11))}});
  }
  return out;
}

/// The choice in force and those before it, the newest 20: who, when, and what was shown (R28).
Status add_choices(store::Tx& tx, const std::string& id, Json& out) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT choice, actor, shown, chosen_us, comparison FROM choices WHERE incident_id "
                         "= ? ORDER BY chosen_us DESC, request_id DESC LIMIT 20",
                         {id}));
  out["choice"] = Json();
  out["earlier_choices"] = Json::array();
  for (const auto& row : rows) {
    Json choice{{"choice", row.text(0)},
                {"actor", parsed(row, 1)},
                {"shown", parsed(row, 2)},
                {"comparison", row.is_null(4) ? Json{{"recorded", false}} : parsed(row, 4)},
                {"chosen_at", time_text(row.integer(3))}};
    if (out["choice"].is_null()) {
      out["choice"] = std::move(choice);
    } else {
      out["earlier_choices"].push_back(std::move(choice));
    }
  }
  return {};
}

Status add_staff_part(Casework& casework, store::Tx& tx, const Incident& incident, Json& out) {
  out["tasks"] = Json::array();
  RESCUE_ASSIGN(const auto tasks, casework.tasks.list(tx, {.incident_id = incident.id}, "", 200));
  for (const auto& task : tasks) out["tasks"].push_back(to_json(task));
  out["precheck"] = incident.precheck;
  return add_desk_part(tx, incident, out);
}

}  // namespace

Json job_view(const Job& job, bool for_staff) {
  Json out = to_json(job);
  if (for_staff) return out;
  for (const auto* key : {"failure", "worker", "summary", "instructions"}) out.erase(key);
  if (out.contains("progress")) out["progress"].erase("findings");
  return out;
}

Json incident_summary(const Incident& incident) {
  return {{"incident_id", incident.id},
          {"state", incident::to_string(incident.state)},
          {"server_id", incident.server_id},
          {"customer", incident.customer},
          {"category", incident.category},
          {"confirmation", incident.confirmation},
          {"waiting_for_customer", optional(incident.waiting_for)},
          {"opened_at", time_text(incident.opened_us)},
          {"changed_at", time_text(incident.changed_us)},
          {"version", incident.version}};
}

Result<Json> incident_view(Casework& casework, store::Tx& tx, const Incident& incident, bool for_staff) {
  Json out = incident_summary(incident);
  out["runbook_version"] = incident.runbook_version;
  RESCUE_ASSIGN(out["reports"], reports_of(tx, incident.id));
  out["situation"] = incident.situation;
  RESCUE_TRY(add_choices(tx, incident.id, out));
  RESCUE_ASSIGN(out["orders"], orders_of(tx, incident.id));
  RESCUE_ASSIGN(out["access"], SealedAccess::view(tx, incident.id));
  RESCUE_ASSIGN(const auto hearing, casework.hearings.load(tx, incident.id));
  out["hearing"] = hearing ? to_json(*hearing) : Json();
  out["jobs"] = Json::array();
  RESCUE_ASSIGN(const auto jobs, casework.jobs.list(tx, {.incident_id = incident.id}, "", 200));
  for (const auto& job : jobs) out["jobs"].push_back(job_view(job, for_staff));
  out["report"] = incident.report_sha256
                      ? Json{{"sha256", *incident.report_sha256}, {"delivery", incident.delivery}}
                      : Json();
  out["charge"] = incident.charge;
  RESCUE_TRY(add_links(tx, incident, out));
  out["customer_tasks"] = Json::array();
  RESCUE_ASSIGN(const auto asked, CustomerTasks::list(tx, {.incident_id = incident.id}, "", 200));
  for (const auto& task : asked) out["customer_tasks"].push_back(to_json(task));
  if (for_staff) RESCUE_TRY(add_staff_part(casework, tx, incident, out));
  return out;
}

}  // namespace rescue::workflow
