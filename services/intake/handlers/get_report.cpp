#include "handlers/get_report.hpp"

#include "report_store.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::intake {

Result<http::Response> get_report(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  const auto& caller = *request.caller;
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto report, parts.service.database().read([&](store::Tx& tx) {
    return ReportStore::get(tx, request.param("report_id"));
  }));
  const bool not_theirs = (caller.role == "reporter" && report.key_id != caller.key_id) ||
                          (customer && report.customer != *customer);
  // The same answer as for one that does not exist: who may not see it does not learn that it does.
  if (not_theirs) return fail(ErrorCode::kNotFound, "report-not-found", "there is no such report");
  return http::Response::json(
      200, {{"report_id", report.report_id},
            {"incident_id", report.incident_id},
            {"merged_into", report.merged_into ? Json(*report.merged_into) : Json(nullptr)},
            {"state", report.state},
            {"received_at", format_rfc3339(from_us(report.received_us))}});
}

}  // namespace rescue::intake
