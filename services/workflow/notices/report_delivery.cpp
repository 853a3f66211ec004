// R31: the incident completes when the report is delivered, and what counts as that is the provider's policy.
#include "notices/courier.hpp"
#include "notices/settlements.hpp"
#include "requests.hpp"

namespace rescue::workflow {
namespace {

/// The present report of an incident that waits for its delivery; nothing where that is over, or where the
/// notice was about an earlier report.
Result<std::optional<Incident>> undelivered(Casework& casework, store::Tx& tx, const Notice& notice) {
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, notice.incident_id));
  const bool present =
      incident.state == incident::State::kReporting && incident.report_sha256 == notice.subject;
  return present ? std::optional<Incident>(std::move(incident)) : std::nullopt;
}

Status complete(Casework& casework, store::Tx& tx, Incident incident, const std::string& person,
                const std::string& channel, Cause cause) {
  incident.delivery = {{"person", person},
                       {"channel", channel},
                       {"report_sha256", *incident.report_sha256},
                       {"delivered_at", format_rfc3339(casework.service.clock().now())}};
  cause.details = incident.delivery;
  const auto trace = service::trace_of(incident.traceparent);
  return complete_incident(casework, tx, incident, cause, trace);
}

}  // namespace

Status Courier::complete_if_report(store::Tx& tx, const Parcel& parcel) {
  if (parcel.notice.kind != "report_ready") return {};
  const auto& policy = settings_->report_delivery;
  const bool counts = parcel.delivery.channel == kMail ? policy == "receipt_or_webhook_or_mail"
                                                       : policy != "receipt" && parcel.with_report;
  if (!counts) return {};
  RESCUE_ASSIGN(auto incident, undelivered(*casework_, tx, parcel.notice));
  if (!incident) return {};
  return complete(
      *casework_, tx, *std::move(incident), parcel.delivery.destination, parcel.delivery.channel,
      {"system", "the report was delivered by " + parcel.delivery.channel + ": " + parcel.outcome.detail});
}

Result<Notice> settle_notice(Casework& casework, store::Tx& tx, const std::string& id, const Cause& cause) {
  RESCUE_ASSIGN(const auto notice, casework.notices.settle(tx, id, cause));
  if (notice.kind != "report_ready") return notice;
  RESCUE_ASSIGN(auto incident, undelivered(casework, tx, notice));
  if (!incident) return notice;
  RESCUE_TRY(complete(casework, tx, *std::move(incident), cause.actor, "operator", cause));
  return notice;
}

}  // namespace rescue::workflow
