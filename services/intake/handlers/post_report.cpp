#include "handlers/post_report.hpp"

#include "report_store.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::intake {
namespace {

constexpr std::size_t kSummaryBytesMax = 20'000;
constexpr std::size_t kEvidenceBytesMax = 100'000;

/// The body of a report after all checks that need no other data.
struct Notice {
  std::string source;
  std::string category;
  std::optional<std::string> server_id;
  std::optional<std::string> address;
  std::string summary;
  std::optional<Timestamp> seen_at;
  std::optional<service::ActingFor> acting_for;
};

Status read_server(JsonReader in, Notice& notice) {
  notice.server_id = in.optional_text("id", {.max_bytes = 64});
  notice.address = in.optional_text("address", {.max_bytes = 64});
  if (!notice.server_id && !notice.address) {
    in.fault("id", "missing-field", "name the server by \"id\" or by \"address\"");
  } else if (notice.server_id && notice.address) {
    in.fault("address", "not-allowed-value", "name the server by \"id\" or by \"address\", not by both");
  }
  return in.done();
}

/// R4: a third party's notice or the customer's own, and nobody says for another which it was.
Status check_source(const std::string& source, const http::Caller& caller) {
  if (source != "customer" || caller.role == "web_form") return {};
  return fail(ErrorCode::kForbidden, "role-not-allowed",
              "only the role web_form may hand in a customer's own report; the role " + caller.role +
                  " reports as third_party",
              "/source");
}

Result<Notice> read_notice(const http::Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  Notice notice;
  notice.source = in.text("source", {.max_bytes = 64});
  if (notice.source != "third_party" && notice.source != "customer") {
    in.fault("source", "unknown-source", "must be one of: third_party, customer");
  }
  notice.category = in.one_of("category", {"intrusion", "mail_abuse", "unknown"});
  notice.summary = in.text("summary", {.max_bytes = kSummaryBytesMax});
  notice.seen_at = in.optional_time("seen_at");
  in.optional_text("evidence", {.max_bytes = kEvidenceBytesMax});
  auto server = in.object("server");
  RESCUE_ASSIGN(notice.acting_for, service::read_acting_for(in, request.caller->role));
  RESCUE_TRY(in.done());
  RESCUE_TRY(read_server(std::move(server), notice));
  RESCUE_TRY(check_source(notice.source, *request.caller));
  return notice;
}

/// R6, and whether the customer acted for is the one who holds the contract.
Result<catalog::ServerContract> contract_of(const Parts& parts, const Notice& notice, Timestamp now) {
  auto contract = notice.server_id ? parts.contracts.by_id(*notice.server_id, now)
                                   : parts.contracts.by_address(*notice.address, now);
  if (!contract) {
    auto error = contract.error();
    error.pointer = "/server";
    return fail(std::move(error));
  }
  if (notice.acting_for && notice.acting_for->customer != contract->customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the customer " + notice.acting_for->customer + " does not hold the contract of this server",
                "/on_behalf_of/customer");
  }
  return contract;
}

StoredReport report_from(const Notice& notice, const catalog::ServerContract& contract,
                         const http::Request& request, Timestamp now) {
  StoredReport report;
  report.report_id = ReportId::make(now).str();
  report.incident_id = IncidentId::make(now).str();
  report.source = notice.source;
  report.category = notice.category;
  report.server_id = contract.server_id;
  report.customer = contract.customer;
  report.key_id = request.caller->key_id;
  report.role = request.caller->role;
  if (notice.acting_for) report.person = notice.acting_for->person;
  report.raw_body = request.body;
  report.raw_sha256 = sha256_hex(request.body);
  if (notice.seen_at) report.seen_us = to_us(*notice.seen_at);
  report.received_us = to_us(now);
  return report;
}

Json message_body(const StoredReport& report, const std::string& summary) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {
      {"report_id", report.report_id},
      {"source", report.source},
      {"category", report.category},
      {"server_id", report.server_id},
      {"customer", report.customer},
      {"summary", summary},
      {"seen_at_us", or_null(report.seen_us)},
      {"received_us", report.received_us},
      {"reporter", {{"key_id", report.key_id}, {"role", report.role}, {"person", or_null(report.person)}}},
      {"raw_sha256", report.raw_sha256}};
}

std::string actor_of(const StoredReport& report) {
  if (report.person) return "customer:" + report.customer + "/" + *report.person;
  return report.role + ":" + report.key_id;
}

Status store_and_send(Parts& parts, store::Tx& tx, const StoredReport& report, const std::string& summary,
                      const Trace& trace) {
  RESCUE_TRY(ReportStore::insert(tx, report));
  RESCUE_TRY(store::Audit::append(
      tx, {.at_us = report.received_us,
           .incident_id = report.incident_id,
           .actor = actor_of(report),
           .action = "report.received",
           .reason = "",
           .details = {{"report_id", report.report_id}, {"raw_sha256", report.raw_sha256}},
           .hash = {}}));
  return parts.service.send(tx, "workflow", std::string(incident::messages::kReportReceived),
                            report.incident_id, message_body(report, summary), trace);
}

http::Response accepted(const StoredReport& report) {
  const std::string status_url = "/v1/reports/" + report.report_id;
  auto response = http::Response::json(
      202,
      {{"report_id", report.report_id}, {"incident_id", report.incident_id}, {"status_url", status_url}});
  response.headers.emplace_back("Location", status_url);
  return response;
}

/// Once it is durable: a report that was rolled back is not told of.
void tell_when_durable(Parts& parts, store::Tx& tx, const StoredReport& report, const Trace& trace) {
  Json fields = {{"report_id", report.report_id},
                 {"incident_id", report.incident_id},
                 {"source", report.source},
                 {"trace_id", trace.trace_id}};
  tx.after_commit([&service = parts.service, source = report.source, fields = std::move(fields)] {
    service.log().info("report.received", fields);
    service.metrics().counter("rescue_reports_total", "Reports received.", {{"source", source}}).add();
  });
}

}  // namespace

Result<http::Response> post_report(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto notice, read_notice(request));
  RESCUE_TRY(parts.service.may_take());
  const auto now = parts.service.clock().now();
  const auto create = [&](store::Tx& tx) -> Result<http::Response> {
    RESCUE_ASSIGN(const auto contract, contract_of(parts, notice, now));
    const auto report = report_from(notice, contract, request, now);
    RESCUE_TRY(store_and_send(parts, tx, report, notice.summary, request.trace));
    tell_when_durable(parts, tx, report, request.trace);
    return accepted(report);
  };
  return parts.service.database().write([&](store::Tx& tx) -> Result<http::Response> {
    return service::Idempotency::once(tx, request, to_us(now), create);
  });
}

}  // namespace rescue::intake
