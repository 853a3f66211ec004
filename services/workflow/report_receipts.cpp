// R31, R32: the incident completes when the customer has received the report, not before; then the fee is due
// (R41).
#include "closed_reports.hpp"
#include "notices/announcements.hpp"
#include "requests.hpp"

namespace rescue::workflow {

Status complete_incident(Casework& casework, store::Tx& tx, Incident& incident, const Cause& cause,
                         const Trace& trace) {
  incident.waiting_for.reset();
  incident.traceparent = trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(tx, incident, incident::Event::kDeliverReport, cause));
  RESCUE_TRY(tell_completed(casework, tx, incident));
  RESCUE_TRY(close_reports(casework, tx, incident, trace));
  return casework.charge(tx, incident, "completed", trace);
}

Result<std::optional<Json>> take_report_receipt(Casework& casework, store::Tx& tx,
                                                const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  const auto sha256 = in.text("report_sha256");
  const auto channel = in.one_of("channel", {"web", "mail", "paper"});
  RESCUE_TRY(in.done());
  RESCUE_TRY(incident::next(incident.state, incident::Event::kDeliverReport));
  if (!incident.report_sha256) {
    return fail(ErrorCode::kConflict, "report-not-ready", "the report is still being made");
  }
  if (*incident.report_sha256 != sha256) {
    return fail(ErrorCode::kConflict, "report-mismatch", "this is not the hash of the incident's report",
                "/report_sha256");
  }
  incident.delivery = {{"person", request.person},
                       {"channel", channel},
                       {"report_sha256", sha256},
                       {"delivered_at", format_rfc3339(from_us(request.submitted_us))}};
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "report_ready", sha256,
                                          {"web_form", request.actor(), "the customer received the report"}));
  RESCUE_TRY(complete_incident(casework, tx, incident,
                               {request.actor(), "the customer received the report", incident.delivery},
                               request.trace));
  return std::optional<Json>({{"incident_id", incident.id}, {"state", incident::to_string(incident.state)}});
}

}  // namespace rescue::workflow
