// Cancelling before work has started costs nothing; after, the fee is due (R41).
#include "requests.hpp"
#include "rescue/base/broken_rule.hpp"

namespace rescue::workflow {

Status cancel_incident(Casework& casework, store::Tx& tx, Incident& incident, const Cause& cause,
                       const Trace& trace) {
  // Also where the work is to be done again and waits for its second beginning.
  const bool scheduled = incident.state == incident::State::kScheduled;
  const bool begun =
      incident.entered_us(incident::State::kWorking) != 0 || (scheduled && broken("free-before-work"));
  incident.waiting_for.reset();
  RESCUE_TRY(casework.incidents.advance(tx, incident, incident::Event::kCancel, cause));
  RESCUE_TRY(casework.jobs.cancel_all(tx, incident, trace));
  if (begun) RESCUE_TRY(casework.charge(tx, incident, "cancelled", trace));
  RESCUE_TRY(
      tx.execute("UPDATE orders SET state = 'cancelled', decided_us = ? WHERE incident_id = ? AND state IN "
                 "('pending', 'accepted')",
                 {to_us(casework.service.clock().now()), incident.id}));
  for (const auto* kind : {"judge_precheck", "job_dead"}) {
    RESCUE_TRY(casework.tasks.settle(tx, {incident.id, kind}, "the incident was cancelled", cause.actor));
  }
  return {};
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
