#include "handlers/get_report.hpp"

#include "report_store.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::intake {
namespace {

/// A report, and what an operator made of it where a person had to read it.
struct Found {
  StoredReport report;
  std::optional<StoredReport> made;
};

Result<Found> find(Parts& parts, const std::string& report_id) {
  return parts.service.database().read([&](store::Tx& tx) -> Result<Found> {
    RESCUE_ASSIGN(auto report, ReportStore::get(tx, report_id));
    std::optional<StoredReport> made;
    if (report.for_person) {
      RESCUE_ASSIGN(made, ReportStore::made_of(tx, report_id));
    }
    return Found{std::move(report), std::move(made)};
  });
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

Result<http::Response> get_report(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  const auto& caller = *request.caller;
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto found, find(parts, request.param("report_id")));
  const auto& report = found.report;
  const bool not_theirs = (caller.role == "reporter" && report.key_id != caller.key_id) ||
                          (customer && report.customer != *customer);
  // The same answer as for one that does not exist: who may not see it does not learn that it does.
  if (not_theirs) return fail(ErrorCode::kNotFound, "report-not-found", "there is no such report");
  const auto& now = found.made ? *found.made : report;
  return http::Response::json(200, {{"report_id", report.report_id},
                                    {"incident_id", now.incident_id},
                                    {"merged_into", or_null(now.merged_into)},
                                    {"state", now.state},
                                    {"reference", or_null(report.reference)},
                                    {"received_at", format_rfc3339(from_us(report.received_us))}});
}

Result<http::Response> get_original(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({}));
  return parts.service.database().read([&](store::Tx& tx) -> Result<http::Response> {
    const auto id = request.param("report_id");
    RESCUE_ASSIGN(const auto report, ReportStore::get(tx, id));
    RESCUE_ASSIGN(auto bytes, ReportStore::original(tx, id));
    const bool mail = report.content_type == kMailType;
    http::Response response;
    response.content_type = report.content_type;
    response.body = std::move(bytes);
    // A stranger's bytes are saved, never shown by a browser.
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + id + (mail ? ".eml\"" : ".json\""));
    return response;
  });
}

}  // namespace rescue::intake
