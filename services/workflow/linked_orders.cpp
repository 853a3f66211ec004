// R12, R32, R42: an incident is ordered step by step, or for two kinds of work side by side.
#include "linked_orders.hpp"

#include <algorithm>
#include <array>

#include "rescue/catalog/contracts.hpp"

namespace rescue::workflow {
namespace {

using incident::Event;
using incident::State;

constexpr std::string_view kMail = "mail_abuse_response";
/// Each but the first contains the one before it; the first stands beside them.
constexpr std::array<std::string_view, 4> kWorkItems = {kMail, "investigation", "investigation_recovery",
                                                        "investigation_recovery_reinstall"};

auto rank(std::string_view work_item) {
  return std::find(kWorkItems.begin(), kWorkItems.end(), work_item) - kWorkItems.begin();
}

bool side_by_side(std::string_view a, std::string_view b) {
  return (a == kMail) != (b == kMail);
}

/// What the incident was ordered for; nothing: no order of it counts.
Result<std::optional<std::string>> ordered_item(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT work_item FROM orders WHERE incident_id = ? AND state = 'accepted'", {incident_id}));
  return row ? std::optional<std::string>(row->text(0)) : std::nullopt;
}

Status check_confirmed(const Incident& incident) {
  for (const auto* kind : {"intrusion", "mail_abuse"}) {
    if (std::find(incident.confirmation.begin(), incident.confirmation.end(), kind) !=
        incident.confirmation.end())
      continue;
    return fail(ErrorCode::kConflict, "work-item-not-confirmed",
                "mail abuse response and investigation stand side by side only where both are confirmed; " +
                    std::string(kind) + " is not",
                "/work_item");
  }
  return {};
}

Status check_larger(const Incident& incident, std::string_view before, std::string_view work_item) {
  if (rank(work_item) <= rank(before)) {
    return fail(ErrorCode::kConflict, "work-item-covered",
                "this incident was ordered for " + std::string(before) + ": a follow-up is a larger item",
                "/work_item");
  }
  if (incident.state == State::kCompleted) return {};
  return fail(ErrorCode::kConflict, "illegal-transition",
              "a larger item can be ordered once the report was received; the incident is " +
                  std::string(incident::to_string(incident.state)));
}

Status check_time(const Casework& casework, const Incident& incident, std::int64_t submitted_us) {
  if (incident.state != State::kCompleted) return {};
  const auto until_us = incident.entered_us(State::kCompleted) +
                        std::chrono::microseconds(casework.config.follow_up_window).count();
  if (submitted_us < until_us) return {};
  return fail(ErrorCode::kConflict, "follow-up-too-late",
              "the time for follow-up orders ended at " + format_rfc3339(from_us(until_us)) +
                  ": report the server anew");
}

/// What follows already, and was not cancelled, must be of the other kind.
Status check_nothing_follows(store::Tx& tx, const Incident& incident, std::string_view work_item) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT i.incident_id, o.order_id, o.work_item FROM incidents i JOIN orders o "
                         "ON o.incident_id = i.incident_id WHERE i.follows = ? AND o.state = 'accepted' "
                         "ORDER BY i.incident_id LIMIT 50",
                         {incident.id}));
  for (const auto& row : rows) {
    if (side_by_side(row.text(2), work_item)) continue;
    return fail(ErrorCode::kConflict, "order-exists",
                "this incident has the order " + row.text(1) + " for " + row.text(2) +
                    ", which is incident " + row.text(0) + ": go on from there");
  }
  return {};
}

}  // namespace

bool is_work_item(std::string_view name) {
  return std::find(kWorkItems.begin(), kWorkItems.end(), name) != kWorkItems.end();
}

const incident::JobKind* work_job(incident::JobKinds kinds, std::string_view work_item) {
  return is_work_item(work_item) ? incident::find_job_kind(kinds, work_item) : nullptr;
}

Result<bool> check_linked_order(Casework& casework, store::Tx& tx, const Incident& incident,
                                const std::string& work_item, std::int64_t submitted_us) {
  const auto first = incident::next(incident.state, Event::kAcceptOrder);
  if (first) return false;
  RESCUE_ASSIGN(const auto before, ordered_item(tx, incident.id));
  if (!before) return fail(first.error());
  RESCUE_TRY(side_by_side(*before, work_item) ? check_confirmed(incident)
                                              : check_larger(incident, *before, work_item));
  RESCUE_TRY(check_time(casework, incident, submitted_us));
  RESCUE_TRY(check_nothing_follows(tx, incident, work_item));
  return true;
}

Result<Incident> open_linked_incident(Casework& casework, store::Tx& tx, const Incident& first,
                                      const CustomerRequest& request, const std::string& order_id) {
  const auto now = casework.service.clock().now();
  Incident next;
  next.id = IncidentId::make(now).str();
  next.state = State::kAwaitingChoice;
  next.server_id = first.server_id;
  next.customer = first.customer;
  next.category = first.category;
  next.notice_source = first.notice_source;
  next.confirmation = first.confirmation;
  next.choice = "service";
  next.situation = first.situation;
  next.precheck = first.precheck;
  next.traceparent = request.trace.traceparent();
  next.opened_us = to_us(now);
  // R3: of today, not that of the first work.
  RESCUE_ASSIGN(next.runbook_version, casework.runbook_on(next.opened_us));
  next.milestones["confirmed"] = first.entered_us(State::kConfirmed);
  const Json links{{"follows", first.id}, {"order_id", order_id}};
  RESCUE_TRY(casework.incidents.open(
      tx, next, {request.actor(), "a further order on the incident " + first.id, links}));
  RESCUE_TRY(tx.execute("UPDATE incidents SET follows = ? WHERE incident_id = ?", {first.id, next.id}));
  RESCUE_TRY(tx.execute("UPDATE orders SET incident_id = ? WHERE order_id = ?", {next.id, order_id}));
  return next;
}

Status add_links(store::Tx& tx, const Incident& incident, Json& out) {
  RESCUE_ASSIGN(const auto own,
                tx.find("SELECT follows FROM incidents WHERE incident_id = ?", {incident.id}));
  out["follows"] = own && !own->is_null(0) ? Json(own->text(0)) : Json();
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT incident_id FROM incidents WHERE follows = ? ORDER BY incident_id "
                         "LIMIT 50",
                         {incident.id}));
  out["followed_by"] = Json::array();
  for (const auto& row : rows) out["followed_by"].push_back(row.text(0));
  return {};
}

}  // namespace rescue::workflow
