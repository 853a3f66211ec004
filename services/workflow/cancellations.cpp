// Cancelling before work has started costs nothing; after, the fee is due (R41).
#include "closed_reports.hpp"
#include "notices/announcements.hpp"
#include "requests.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {

namespace {

/// What was not worked on is not charged: pricing gets the order's quote back.
Status release_quote(Casework& casework, store::Tx& tx, const Incident& incident, const Trace& trace) {
  RESCUE_ASSIGN(const auto order,
                tx.find("SELECT order_id, quote_id FROM orders WHERE incident_id = ? AND state = 'accepted'",
                        {incident.id}));
  if (!order) return {};
  return casework.service.send(tx, "pricing", std::string(incident::messages::kQuoteRelease), incident.id,
                               {{"order_id", order->text(0)}, {"quote_id", order->text(1)}}, trace);
}

}  // namespace

Status cancel_incident(Casework& casework, store::Tx& tx, Incident& incident, const Cause& cause,
                       const Trace& trace) {
  // Work that is done again had begun before.
  const bool scheduled = incident.state == incident::State::kScheduled;
  const bool begun =
      incident.entered_us(incident::State::kWorking) != 0 || (scheduled && broken("free-before-work"));
  incident.waiting_for.reset();
  RESCUE_TRY(casework.incidents.advance(tx, incident, incident::Event::kCancel, cause));
  RESCUE_TRY(casework.jobs.cancel_all(tx, incident, trace));
  RESCUE_TRY(begun ? casework.charge(tx, incident, "cancelled", trace)
                   : release_quote(casework, tx, incident, trace));
  RESCUE_TRY(
      tx.execute("UPDATE orders SET state = 'cancelled', decided_us = ? WHERE incident_id = ? AND state IN "
                 "('pending', 'accepted')",
                 {to_us(casework.service.clock().now()), incident.id}));
  for (const auto* kind : {"judge_precheck", "judge_system", "job_dead"}) {
    RESCUE_TRY(casework.tasks.settle(tx, {incident.id, kind}, "the incident was cancelled", cause.actor));
  }
  RESCUE_TRY(close_reports(casework, tx, incident, trace));
  return tell_cancelled(casework, tx, incident);
}

Result<std::optional<Json>> take_cancellation(Casework& casework, store::Tx& tx,
                                              const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_TRY(cancel_incident(casework, tx, incident, {request.actor(), reason, {{"request_id", request.id}}},
                             request.trace));
  return std::optional<Json>({{"incident_id", incident.id}, {"state", incident::to_string(incident.state)}});
}

}  // namespace rescue::workflow
