// The endpoints of customers and reporters: one that is dead is used no more before an operator says so.
#include "notices/notices.hpp"

namespace rescue::workflow {
namespace {

constexpr const char* kTask = "endpoint_disabled";

store::AuditRow audit_row(const std::string& id, const std::string& action, const std::string& incident_id,
                          const Cause& cause, std::int64_t at_us) {
  store::AuditRow row;
  row.at_us = at_us;
  row.incident_id = incident_id;
  row.actor = cause.actor;
  row.action = action;
  row.reason = cause.reason;
  row.details = {{"endpoint_id", id}};
  return row;
}

}  // namespace

Status Notices::endpoint_answered(store::Tx& tx, const std::string& id) {
  RESCUE_TRY(
      tx.execute("UPDATE notice_endpoints SET failing_since_us = NULL WHERE endpoint_id = ? AND "
                 "failing_since_us IS NOT NULL",
                 {id}));
  return {};
}

Result<std::int64_t> Notices::endpoint_failed(store::Tx& tx, const std::string& id) {
  RESCUE_TRY(
      tx.execute("INSERT INTO notice_endpoints (endpoint_id, state, reason, changed_by, changed_us) "
                 "VALUES (?,'enabled','','system',?) ON CONFLICT DO NOTHING",
                 {id, now_us()}));
  RESCUE_TRY(
      tx.execute("UPDATE notice_endpoints SET failing_since_us = ? WHERE endpoint_id = ? AND "
                 "failing_since_us IS NULL",
                 {now_us(), id}));
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT failing_since_us FROM notice_endpoints WHERE endpoint_id = ?", {id}));
  return row->integer(0);
}

Status Notices::disable_endpoint(store::Tx& tx, const std::string& id, const std::string& incident_id,
                                 const std::string& why) {
  RESCUE_TRY(endpoint_failed(tx, id));
  RESCUE_ASSIGN(
      const auto changed,
      tx.execute("UPDATE notice_endpoints SET state = 'disabled', incident_id = ?, reason = ?, "
                 "changed_by = 'system', changed_us = ? WHERE endpoint_id = ? AND state = 'enabled'",
                 {incident_id, why, now_us(), id}));
  if (changed == 0) return {};
  RESCUE_TRY(
      store::Audit::append(tx, audit_row(id, "endpoint.disabled", incident_id, {"system", why}, now_us())));
  const auto contacts = contacts_.current();
  const auto* endpoint = contacts->endpoint(id);
  RESCUE_TRY(tasks_->open(
      tx, {incident_id, kTask, id},
      {{"endpoint_id", id}, {"recipient", endpoint == nullptr ? "" : endpoint->recipient}, {"why", why}}));
  RESCUE_ASSIGN(const auto waiting,
                tx.query("SELECT notice_id FROM notice_deliveries WHERE channel = 'webhook' AND "
                         "destination = ? AND state = 'pending'",
                         {id}));
  RESCUE_TRY(
      tx.execute("UPDATE notice_deliveries SET state = 'failed', problem = 'endpoint-disabled', "
                 "detail = ?, ended_us = ? WHERE channel = 'webhook' AND destination = ? AND "
                 "state = 'pending'",
                 {why, now_us(), id}));
  for (const auto& row : waiting) RESCUE_TRY(conclude(tx, row.text(0)));
  return {};
}

Status Notices::enable_endpoint(store::Tx& tx, const std::string& id, const Cause& cause) {
  if (contacts_.current()->endpoint(id) == nullptr) {
    return fail(ErrorCode::kNotFound, "endpoint-not-found", "the contacts file names no endpoint of this id");
  }
  RESCUE_ASSIGN(const auto row, tx.find("SELECT incident_id FROM notice_endpoints WHERE endpoint_id = ? AND "
                                        "state = 'disabled'",
                                        {id}));
  if (!row) return fail(ErrorCode::kConflict, "endpoint-not-disabled", "the endpoint is in use");
  RESCUE_TRY(
      tx.execute("UPDATE notice_endpoints SET state = 'enabled', failing_since_us = NULL, reason = ?, "
                 "changed_by = ?, changed_us = ? WHERE endpoint_id = ?",
                 {cause.reason, cause.actor, now_us(), id}));
  RESCUE_TRY(tasks_->settle(tx, {row->text(0), kTask, id}, "enabled", cause.actor));
  RESCUE_TRY(store::Audit::append(tx, audit_row(id, "endpoint.enabled", row->text(0), cause, now_us())));
  RESCUE_ASSIGN(const auto failed,
                tx.query("SELECT d.notice_id FROM notice_deliveries d JOIN notices n ON n.notice_id = "
                         "d.notice_id WHERE d.channel = 'webhook' AND d.destination = ? AND d.state = "
                         "'failed' AND n.state = 'undeliverable' ORDER BY d.notice_id LIMIT 500",
                         {id}));
  for (const auto& one : failed) {
    RESCUE_ASSIGN(const auto notice, load_notice(tx, one.text(0)));
    RESCUE_TRY(put_back(tx, notice));
    RESCUE_TRY(tasks_->settle(tx, {notice.incident_id, "notice_undelivered", notice.id}, "tried again",
                              cause.actor));
  }
  return {};
}

Result<Json> Notices::endpoints(store::Tx& tx) const {
  Json out = Json::array();
  const auto contacts = contacts_.current();
  for (const auto& [id, endpoint] : contacts->endpoints()) {
    RESCUE_ASSIGN(const auto row, tx.find("SELECT state, failing_since_us, reason, changed_by, changed_us "
                                          "FROM notice_endpoints WHERE endpoint_id = ?",
                                          {id}));
    Json one{{"endpoint_id", id},
             {"url", endpoint.url},
             {"audience", endpoint.audience},
             {"recipient", endpoint.recipient},
             {"state", "enabled"},
             {"failing_since", nullptr}};
    if (row) {
      one["state"] = row->text(0);
      if (!row->is_null(1)) one["failing_since"] = format_rfc3339(from_us(row->integer(1)));
      if (!row->text(2).empty()) {
        one["reason"] = row->text(2);
        one["changed_by"] = row->text(3);
        one["changed_at"] = format_rfc3339(from_us(row->integer(4)));
      }
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rescue::workflow
