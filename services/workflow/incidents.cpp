#include "incidents.hpp"

#include "rescue/base/broken_rule.hpp"
#include "rescue/store/filter.hpp"
#include "sealed_access.hpp"
#include "sla.hpp"

namespace rescue::workflow {
namespace {

constexpr std::string_view kColumns =
    "incident_id, version, state, server_id, customer, category, notice_source, confirmation, choice, "
    "waiting_for, "
    "runbook_version, milestones, precheck, situation, document_sha256, report_sha256, delivery, charge, "
    "traceparent, "
    "opened_us, changed_us";

Json json_or_null(const store::Row& row, std::size_t column) {
  if (row.is_null(column)) return {};
  auto value = parse_json(row.text(column));
  return value ? *value : Json();
}

store::Value json_value(const Json& value) {
  if (value.is_null()) return std::monostate{};
  return dump_json(value);
}

Result<Incident> from_row(const store::Row& row) {
  Incident out;
  const auto state = incident::parse_state(row.text(2));
  if (!state) return fail(ErrorCode::kCorrupt, "internal-error", "an incident's stored state is unknown");
  out.id = row.text(0);
  out.version = row.integer(1);
  out.state = *state;
  out.server_id = row.text(3);
  out.customer = row.text(4);
  out.category = row.text(5);
  out.notice_source = row.text(6);
  out.confirmation = json_or_null(row, 7).get<std::vector<std::string>>();
  out.choice = row.optional_text(8);
  out.waiting_for = row.optional_text(9);
  out.runbook_version = row.text(10);
  out.milestones = json_or_null(row, 11);
  out.precheck = json_or_null(row, 12);
  out.situation = json_or_null(row, 13);
  out.document_sha256 = row.optional_text(14);
  out.report_sha256 = row.optional_text(15);
  out.delivery = json_or_null(row, 16);
  out.charge = json_or_null(row, 17);
  out.traceparent = row.text(18);
  out.opened_us = row.integer(19);
  out.changed_us = row.integer(20);
  out.stored = out.clocked();
  return out;
}

std::string select(std::string_view rest) {
  return "SELECT " + std::string(kColumns) + " FROM incidents " + std::string(rest);
}

}  // namespace

std::int64_t Incident::entered_us(incident::State which) const {
  return milestones.value(std::string(incident::to_string(which)), std::int64_t{0});
}

Incidents::Incidents(service::Service& service, Sla& sla) : service_(&service), sla_(&sla) {}

Status Incidents::open(store::Tx& tx, Incident& incident, const Cause& cause) {
  incident.version = 1;
  incident.milestones[std::string(incident::to_string(incident.state))] = incident.opened_us;
  RESCUE_TRY(tx.execute(
      "INSERT INTO incidents (incident_id, version, state, server_id, customer, category, notice_source, "
      "confirmation, "
      "runbook_version, milestones, traceparent, opened_us, changed_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {incident.id, incident.version, std::string(incident::to_string(incident.state)), incident.server_id,
       incident.customer, incident.category, incident.notice_source, dump_json(incident.confirmation),
       incident.runbook_version, dump_json(incident.milestones), incident.traceparent, incident.opened_us,
       incident.opened_us}));
  incident.stored = incident.clocked();
  RESCUE_TRY(sla_->begin(tx, incident));
  return audit(tx, incident, "incident.opened", cause);
}

Result<std::optional<std::string>> Incidents::merged_into(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT merged_into FROM aliases WHERE incident_id = ?", {id}));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(row->text(0));
}

Result<std::vector<std::string>> Incidents::merged_ids(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto rows, tx.query("SELECT incident_id FROM aliases WHERE merged_into = ? "
                                          "ORDER BY incident_id DESC LIMIT 500",
                                          {id}));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.text(0));
  return ids;
}

Result<Incident> Incidents::load(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto target, merged_into(tx, id));
  return load_exact(tx, broken("alias") ? id : target.value_or(id));
}

Result<Incident> Incidents::load_exact(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto row, tx.find(select("WHERE incident_id = ?"), {id}));
  if (!row) return fail(ErrorCode::kNotFound, "incident-not-found", "there is no incident with this id");
  return from_row(*row);
}

Result<std::optional<Incident>> Incidents::open_for(store::Tx& tx, const std::string& server_id,
                                                    const std::string& customer, const std::string& category,
                                                    std::int64_t opened_since_us) const {
  RESCUE_ASSIGN(
      const auto row,
      tx.find(
          select(
              "WHERE server_id = ? AND customer = ? AND state NOT IN ('completed','cancelled','closed') AND "
              "state NOT IN ('reported','reporting','self_remediation','merged') AND (category = ? OR "
              "category = "
              "'unknown' OR ? = 'unknown') AND opened_us >= ? "
              "ORDER BY incident_id LIMIT 1"),
          {server_id, customer, category, category, opened_since_us}));
  if (!row) return std::optional<Incident>();
  RESCUE_ASSIGN(auto found, from_row(*row));
  return std::optional<Incident>(std::move(found));
}

Result<std::optional<Incident>> Incidents::held_for(store::Tx& tx, const Incident& fresh) const {
  RESCUE_ASSIGN(
      const auto row,
      tx.find(select("WHERE server_id = ? AND customer = ? AND state NOT IN "
                     "('completed','cancelled','closed') AND state = 'reported' AND (category = ? OR "
                     "category = 'unknown' OR ? = 'unknown') ORDER BY incident_id LIMIT 1"),
              {fresh.server_id, fresh.customer, fresh.category, fresh.category}));
  if (!row) return std::optional<Incident>();
  RESCUE_ASSIGN(auto found, from_row(*row));
  return std::optional<Incident>(std::move(found));
}

Result<std::optional<Incident>> Incidents::latest_worked(store::Tx& tx, const std::string& server_id,
                                                         const std::string& customer,
                                                         const std::string& category) const {
  RESCUE_ASSIGN(const auto row,
                tx.find(select("WHERE server_id = ? AND customer = ? AND state IN ('reporting','completed') "
                               "AND (category = ? OR category = 'unknown' OR ? = 'unknown') ORDER BY "
                               "incident_id DESC LIMIT 1"),
                        {server_id, customer, category, category}));
  if (!row) return std::optional<Incident>();
  RESCUE_ASSIGN(auto found, from_row(*row));
  return std::optional<Incident>(std::move(found));
}

Status Incidents::advance(store::Tx& tx, Incident& incident, incident::Event event, const Cause& cause) {
  const auto from = incident.state;
  RESCUE_ASSIGN(const auto to, incident::next(from, event));
  const auto now_us = to_us(service_->clock().now());
  const double stayed_s = static_cast<double>(now_us - incident.entered_us(from)) / 1e6;
  incident.state = to;
  incident.milestones[std::string(incident::to_string(to))] = now_us;
  RESCUE_TRY(save(tx, incident));
  Cause stepped = cause;
  stepped.details["from"] = incident::to_string(from);
  stepped.details["event"] = incident::to_string(event);
  stepped.details["to"] = incident::to_string(to);
  RESCUE_TRY(audit(tx, incident, "incident.transition", stepped));
  RESCUE_TRY(forget_access(tx, incident));
  const std::string trace_id = Trace::parse(incident.traceparent).value_or(Trace{}).trace_id;
  tx.after_commit([service = service_, id = incident.id, details = stepped.details, trace_id, from,
                   stayed_s] {
    service->log().info("incident.transition",
                        {{"incident_id", id}, {"trace_id", trace_id}, {"step", details}});
    service->metrics()
        .histogram("rescue_incident_state_seconds", "Time an incident stayed in a state before it left it.",
                   {{"state", std::string(incident::to_string(from))}},
                   {1, 10, 60, 300, 1800, 3600, 4 * 3600, 24 * 3600, 72 * 3600, 7 * 24 * 3600})
        .observe(stayed_s);
  });
  return {};
}

/// What is over, or declined, is not gone into any more. That it was deleted is recorded, never what it was.
Status Incidents::forget_access(store::Tx& tx, const Incident& incident) {
  if (may_have_access(incident.state) || broken("access-ends-with-the-incident")) return {};
  RESCUE_ASSIGN(const bool was_there, SealedAccess::remove(tx, incident.id));
  RESCUE_ASSIGN(const bool waited, SealedAccess::withdraw(tx, SealedAccess::of_undo(incident.id)));
  if (!was_there && !waited) return {};
  return audit(tx, incident, "access.deleted",
               {"system", "the incident is " + std::string(incident::to_string(incident.state))});
}

Status Incidents::record(store::Tx& tx, Incident& incident, const std::string& action, const Cause& cause) {
  RESCUE_TRY(save(tx, incident));
  return audit(tx, incident, action, cause);
}

Status Incidents::save(store::Tx& tx, Incident& incident) {
  const auto now_us = to_us(service_->clock().now());
  const auto changed = tx.execute(
      "UPDATE incidents SET version = version + 1, state = ?, category = ?, confirmation = ?, choice = ?, "
      "waiting_for = ?, "
      "milestones = ?, precheck = ?, situation = ?, document_sha256 = ?, report_sha256 = ?, delivery = ?, "
      "charge = ?, "
      "traceparent = ?, changed_us = ? WHERE incident_id = ? AND version = ?",
      {std::string(incident::to_string(incident.state)), incident.category, dump_json(incident.confirmation),
       store::maybe(incident.choice), store::maybe(incident.waiting_for), dump_json(incident.milestones),
       json_value(incident.precheck), json_value(incident.situation), store::maybe(incident.document_sha256),
       store::maybe(incident.report_sha256), json_value(incident.delivery), json_value(incident.charge),
       incident.traceparent, now_us, incident.id, incident.version});
  if (!changed) return fail(changed.error());
  if (*changed != 1) {
    return fail(ErrorCode::kConflict, "version-conflict",
                "the incident was changed by another; read it again");
  }
  ++incident.version;
  incident.changed_us = now_us;
  if (incident.clocked() == incident.stored) return {};
  incident.stored = incident.clocked();
  return sla_->follow(tx, incident, false);
}

Status Incidents::audit(store::Tx& tx, const Incident& incident, const std::string& action,
                        const Cause& cause) {
  store::AuditRow row;
  row.at_us = to_us(service_->clock().now());
  row.incident_id = incident.id;
  row.actor = cause.actor;
  row.action = action;
  row.reason = cause.reason;
  row.details = cause.details;
  RESCUE_TRY(store::Audit::append(tx, row));
  // Whatever an operator does is the first response.
  if (!cause.actor.starts_with("operator:")) return {};
  return sla_->follow(tx, incident, true);
}

Status Incidents::trail(store::Tx& tx, const Incident& incident, const std::string& action,
                        const Cause& cause) {
  return audit(tx, incident, action, cause);
}

Result<std::vector<Incident>> Incidents::list(store::Tx& tx, const Filter& filter, const std::string& before,
                                              std::size_t limit) const {
  const auto where = "WHERE " + store::narrowed("state", filter.state) + " AND " +
                     store::narrowed("server_id", filter.server_id) + " AND " +
                     store::narrowed("customer", filter.customer) + " AND " +
                     store::narrowed("incident_id", before, "<");
  RESCUE_ASSIGN(const auto rows, tx.query(select(where + " ORDER BY incident_id DESC LIMIT ?"),
                                          {filter.state, filter.server_id, filter.customer, before,
                                           static_cast<std::int64_t>(limit)}));
  std::vector<Incident> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(auto one, from_row(row));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rescue::workflow
