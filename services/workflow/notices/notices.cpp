#include "notices/notices.hpp"

#include "notices/texts.hpp"

namespace rescue::workflow {
namespace {

constexpr const char* kTask = "notice_undelivered";

/// By a person: nothing more needs to be sent.
bool is_by_person(const Receipt& receipt) {
  return receipt.channel == "web_form" || receipt.channel == "operator";
}

}  // namespace

Notices::Notices(service::Service& service, const Config& config, Tasks& tasks)
    : service_(&service), tasks_(&tasks), contacts_(config.notices) {}

Status Notices::tell_customer(store::Tx& tx, const Incident& incident, Announcement what) {
  what.facts["incident_id"] = incident.id;
  what.facts["server_id"] = incident.server_id;
  Notice notice{.incident_id = incident.id, .kind = what.kind, .audience = "customer"};
  notice.recipient = incident.customer;
  notice.subject = std::move(what.subject);
  notice.facts = std::move(what.facts);
  notice.traceparent = incident.traceparent;
  return tell(tx, std::move(notice));
}

Status Notices::tell_reporter(store::Tx& tx, const Incident& incident, const std::string& key_id,
                              Announcement what) {
  Notice notice{.incident_id = incident.id, .kind = what.kind, .audience = "reporter"};
  notice.recipient = key_id;
  notice.subject = std::move(what.subject);
  notice.facts = std::move(what.facts);
  notice.traceparent = incident.traceparent;
  return tell(tx, std::move(notice));
}

Status Notices::tell(store::Tx& tx, Notice notice) {
  const auto now = service_->clock().now();
  notice.id = make_id("ntc", now);
  notice.created_us = to_us(now);
  notice.texts = notice_texts(notice.kind, notice.facts);
  const auto contacts = contacts_.current();
  const auto* contact = contacts->find(notice.audience, notice.recipient);
  const bool reachable = contact != nullptr && !(contact->mail.empty() && contact->endpoints.empty());
  notice.state = reachable ? "pending" : "shown";
  RESCUE_ASSIGN(const auto added,
                tx.execute("INSERT INTO notices (notice_id, incident_id, kind, audience, recipient, subject, "
                           "state, facts, texts, traceparent, created_us) VALUES (?,?,?,?,?,?,?,?,?,?,?) "
                           "ON CONFLICT DO NOTHING",
                           {notice.id, notice.incident_id, notice.kind, notice.audience, notice.recipient,
                            notice.subject, notice.state, dump_json(notice.facts), dump_json(notice.texts),
                            notice.traceparent, notice.created_us}));
  if (added == 0 || !reachable) return {};
  RESCUE_TRY(add_deliveries(tx, notice));
  return conclude(tx, notice.id);
}

Result<std::int64_t> Notices::add_deliveries(store::Tx& tx, const Notice& notice) {
  const auto contacts = contacts_.current();
  const auto* contact = contacts->find(notice.audience, notice.recipient);
  if (contact == nullptr) return std::int64_t{0};
  std::int64_t added = 0;
  const auto add = [&](const std::string& channel, const std::string& destination, bool usable) -> Status {
    const auto now = service_->clock().now();
    RESCUE_ASSIGN(
        const auto rows,
        tx.execute(
            "INSERT INTO notice_deliveries (delivery_id, notice_id, channel, destination, state, "
            "attempts, round_from, next_us, problem) VALUES (?,?,?,?,?,0,0,?,?) ON CONFLICT DO NOTHING",
            {make_id("dlv", now), notice.id, channel, destination, usable ? "pending" : "failed", to_us(now),
             usable ? store::Value() : store::Value("endpoint-disabled")}));
    added += rows;
    return {};
  };
  for (const auto& id : contact->endpoints) {
    RESCUE_ASSIGN(
        const auto disabled,
        tx.find("SELECT 1 FROM notice_endpoints WHERE endpoint_id = ? AND state = 'disabled'", {id}));
    RESCUE_TRY(add(kWebhook, id, !disabled));
  }
  for (const auto& address : contact->mail) RESCUE_TRY(add(kMail, address, true));
  tx.after_commit([this] { service_->wake("notices"); });
  return added;
}

Status Notices::conclude(store::Tx& tx, const std::string& notice_id) {
  RESCUE_ASSIGN(auto notice, load_notice(tx, notice_id));
  if (notice.state != "pending") return {};
  RESCUE_ASSIGN(const auto deliveries, deliveries_of(tx, notice_id));
  Json failed = Json::array();
  for (const auto& delivery : deliveries) {
    if (delivery.state == "pending" || delivery.state == "delivered") return {};
    failed.push_back({{"channel", delivery.channel},
                      {"destination", delivery.destination},
                      {"problem", delivery.problem},
                      {"detail", delivery.detail}});
  }
  RESCUE_TRY(close(tx, notice, "undeliverable"));
  RESCUE_TRY(audit(tx, notice, "notice.undeliverable", {"system", "no way to the recipient has worked"}));
  return tasks_->open(tx, {notice.incident_id, kTask, notice.id},
                      {{"notice_id", notice.id},
                       {"notice", notice.kind},
                       {"audience", notice.audience},
                       {"recipient", notice.recipient},
                       {"failed", failed}});
}

Status Notices::close(store::Tx& tx, Notice& notice, const std::string& state) {
  notice.state = state;
  notice.settled_us = now_us();
  const store::Value receipt = notice.receipt.is_null() ? store::Value() : dump_json(notice.receipt);
  RESCUE_TRY(tx.execute("UPDATE notices SET state = ?, receipt = ?, settled_us = ? WHERE notice_id = ?",
                        {state, receipt, notice.settled_us, notice.id}));
  return {};
}

Status Notices::end_delivery(store::Tx& tx, const NoticeDelivery& delivery, const std::string& state) {
  RESCUE_TRY(
      tx.execute("UPDATE notice_deliveries SET state = ?, problem = ?, detail = ?, ended_us = ? "
                 "WHERE delivery_id = ?",
                 {state, delivery.problem, delivery.detail, now_us(), delivery.id}));
  return conclude(tx, delivery.notice_id);
}

Status Notices::receive(store::Tx& tx, Notice notice, const Receipt& receipt) {
  const bool by_person = is_by_person(receipt);
  // The first receipt stays, but a person's word goes over a machine's.
  if (notice.state == "delivered" && !by_person) return {};
  notice.receipt = {{"channel", receipt.channel},
                    {"by", receipt.by},
                    {"detail", receipt.detail},
                    {"at", format_rfc3339(service_->clock().now())}};
  RESCUE_TRY(close(tx, notice, "delivered"));
  if (by_person) {
    RESCUE_TRY(
        tx.execute("UPDATE notice_deliveries SET state = 'dropped', ended_us = ? WHERE notice_id = ? "
                   "AND state = 'pending'",
                   {now_us(), notice.id}));
  }
  RESCUE_TRY(tasks_->settle(tx, {notice.incident_id, kTask, notice.id}, "delivered", receipt.by));
  return audit(tx, notice, "notice.delivered",
               {by_person ? receipt.by : "system", receipt.detail, {{"receipt", notice.receipt}}});
}

Status Notices::receive_all(store::Tx& tx, const std::string& incident_id, const std::string& kind,
                            const std::string& subject, const Receipt& receipt) {
  RESCUE_ASSIGN(const auto found, notices_of_kind(tx, incident_id, kind));
  for (const auto& notice : found) {
    const bool meant = subject.empty() || notice.subject == subject;
    const bool known = notice.receipt.is_object() && notice.receipt.value("channel", "") == receipt.channel;
    if (meant && !known && notice.state != "withdrawn") RESCUE_TRY(receive(tx, notice, receipt));
  }
  return {};
}

Status Notices::withdraw(store::Tx& tx, const std::string& incident_id, const std::string& kind,
                         const std::string& subject, const std::string& why) {
  RESCUE_ASSIGN(const auto found, notices_of_kind(tx, incident_id, kind));
  for (auto notice : found) {
    const bool meant = subject.empty() || notice.subject == subject;
    if (!meant || notice.state == "delivered" || notice.state == "withdrawn") continue;
    RESCUE_TRY(close(tx, notice, "withdrawn"));
    RESCUE_TRY(
        tx.execute("UPDATE notice_deliveries SET state = 'dropped', ended_us = ? WHERE notice_id = ? "
                   "AND state = 'pending'",
                   {now_us(), notice.id}));
    RESCUE_TRY(tasks_->settle(tx, {incident_id, kTask, notice.id}, "withdrawn", "system"));
    RESCUE_TRY(audit(tx, notice, "notice.withdrawn", {"system", why}));
  }
  return {};
}

Result<std::int64_t> Notices::put_back(store::Tx& tx, const Notice& notice) {
  RESCUE_ASSIGN(auto changed, add_deliveries(tx, notice));
  // What waits for its next attempt goes at once.
  RESCUE_ASSIGN(
      const auto again,
      tx.execute(
          "UPDATE notice_deliveries SET state = 'pending', round_from = attempts, next_us = ?, "
          "problem = NULL, detail = NULL, ended_us = NULL WHERE notice_id = ? AND (state = 'failed' OR "
          "(state = 'pending' AND problem IS NOT NULL)) AND NOT EXISTS (SELECT 1 FROM notice_endpoints "
          "e WHERE channel = 'webhook' AND e.endpoint_id = destination AND e.state = 'disabled')",
          {now_us(), notice.id}));
  changed += again;
  if (changed == 0) return changed;
  RESCUE_TRY(
      tx.execute("UPDATE notices SET state = 'pending', settled_us = NULL WHERE notice_id = ?", {notice.id}));
  RESCUE_TRY(conclude(tx, notice.id));
  tx.after_commit([this] { service_->wake("notices"); });
  return changed;
}

Result<Notice> Notices::retry(store::Tx& tx, const std::string& id, const Cause& cause) {
  RESCUE_ASSIGN(const auto notice, load_notice(tx, id));
  if (notice.state == "delivered") return fail(ErrorCode::kConflict, "notice-delivered", "it was delivered");
  if (notice.state == "withdrawn") {
    return fail(ErrorCode::kConflict, "nothing-to-retry",
                "the notice was withdrawn: something newer has come");
  }
  RESCUE_ASSIGN(const auto changed, put_back(tx, notice));
  if (changed == 0) {
    return fail(
        ErrorCode::kConflict, "nothing-to-retry",
        "nothing of it has failed that could be tried again: no endpoint that is enabled, no address");
  }
  RESCUE_TRY(tasks_->settle(tx, {notice.incident_id, kTask, notice.id}, "tried again", cause.actor));
  RESCUE_TRY(audit(tx, notice, "notice.retried", cause));
  return load_notice(tx, id);
}

Result<Notice> Notices::settle(store::Tx& tx, const std::string& id, const Cause& cause) {
  RESCUE_ASSIGN(const auto notice, load_notice(tx, id));
  if (notice.state == "delivered" || notice.state == "withdrawn") {
    return fail(ErrorCode::kConflict, "notice-delivered", "the notice is " + notice.state + " already");
  }
  RESCUE_TRY(receive(tx, notice,
                     {"operator", cause.actor, cause.details.value("channel", "") + ": " + cause.reason}));
  return load_notice(tx, id);
}

Status Notices::audit(store::Tx& tx, const Notice& notice, const std::string& action, const Cause& cause) {
  store::AuditRow row;
  row.at_us = now_us();
  row.incident_id = notice.incident_id;
  row.actor = cause.actor;
  row.action = action;
  row.reason = cause.reason;
  row.details = cause.details;
  row.details["notice_id"] = notice.id;
  row.details["kind"] = notice.kind;
  return store::Audit::append(tx, row);
}

}  // namespace rescue::workflow
