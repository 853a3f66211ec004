#include "handlers/export_charges.hpp"

#include "csv.hpp"
#include "ledger.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::pricing {
namespace {

const std::vector<std::string> kColumns = {
    "number",   "kind",        "charge_id",    "credit_note_id", "credit_note_number",
    "order_id", "incident_id", "customer",     "server_id",      "work_item",
    "outcome",  "booked_on",   "completed_at", "net_yen",        "tax_percent",
    "tax_yen",  "total_yen",   "reason"};

Result<Month> month_asked(const http::Request& request) {
  const auto it = request.query.find("month");
  return parse_month(it == request.query.end() ? "" : it->second);
}

Result<bool> wants_csv(const http::Request& request) {
  const auto it = request.query.find("format");
  if (it == request.query.end() || it->second == "json") return false;
  if (it->second == "csv") return true;
  return fail(ErrorCode::kInvalid, "bad-query", "format must be one of: csv, json");
}

/// "2026-09-18", in Asia/Tokyo.
std::string day_in_japan(std::int64_t at_us) {
  return format_rfc3339(from_us(at_us), std::chrono::hours(9)).substr(0, 10);
}

Json to_json(const LedgerRow& row) {
  const bool credit = row.credit_note_number != 0;
  return {{"number", row.number},
          {"kind", row.entry.kind},
          {"charge_id", row.entry.charge_id},
          {"credit_note_id", credit ? Json(row.entry.entry_id) : Json()},
          {"credit_note_number", credit ? Json(row.credit_note_number) : Json()},
          {"order_id", row.order_id},
          {"incident_id", row.incident_id},
          {"customer", row.customer},
          {"server_id", row.server_id},
          {"work_item", row.work_item},
          {"outcome", row.outcome},
          {"booked_on", day_in_japan(row.entry.booked_us)},
          {"completed_at", format_rfc3339(from_us(row.completed_us))},
          {"net_yen", row.entry.net_yen},
          {"tax_percent", row.entry.tax_percent},
          {"tax_yen", row.entry.tax_yen},
          {"total_yen", row.entry.total_yen},
          {"reason", credit ? Json(row.reason) : Json()},
          {"lines", row.lines}};
}

/// The columns are the members of the JSON form but its lines.
std::string to_csv(const LedgerRow& row) {
  const Json json = to_json(row);
  std::vector<std::string> fields;
  for (const auto& column : kColumns) {
    const auto& value = json.at(column);
    if (value.is_null()) fields.emplace_back();
    if (value.is_number()) fields.push_back(csv_number(value.get<std::int64_t>()));
    if (value.is_string()) fields.push_back(csv_text(value.get_ref<const std::string&>()));
  }
  return csv_record(fields);
}

http::Response csv_page(const std::vector<LedgerRow>& rows, const service::Page& page, Month month) {
  http::Response response;
  response.content_type = "text/csv; charset=utf-8";
  if (page.after.empty()) response.body = csv_record(kColumns);
  const auto shown = std::min(rows.size(), page.limit);
  for (std::size_t i = 0; i < shown; ++i) response.body += to_csv(rows[i]);
  const auto name = format_month(month);
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"charges-" + name + ".csv\"");
  if (rows.size() > page.limit) {
    const auto cursor = service::encode_cursor(std::to_string(rows[shown - 1].number));
    response.headers.emplace_back("Link", "</v1/charges/export?month=" + name +
                                              "&format=csv&limit=" + std::to_string(page.limit) +
                                              "&cursor=" + cursor + ">; rel=\"next\"");
  }
  return response;
}

http::Response json_page(const std::vector<LedgerRow>& rows, const service::Page& page) {
  Json items = Json::array();
  for (const auto& row : rows) items.push_back(to_json(row));
  return http::Response::json(200, service::page_json(std::move(items), page, "number"));
}

Json to_json(const LedgerSum& sum) {
  return {{"kind", sum.kind},       {"tax_percent", sum.tax_percent}, {"count", sum.count},
          {"net_yen", sum.net_yen}, {"tax_yen", sum.tax_yen},         {"total_yen", sum.total_yen}};
}

}  // namespace

Result<http::Response> export_charges(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"month", "format", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto month, month_asked(request));
  RESCUE_ASSIGN(const bool csv, wants_csv(request));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto after, page.after_number());
  RESCUE_ASSIGN(const auto rows, parts.service.database().read([&](store::Tx& tx) {
    return Ledger::page(tx, month, after, page.limit + 1);  // one more, to know whether there is a next page
  }));
  return csv ? csv_page(rows, page, month) : json_page(rows, page);
}

Result<http::Response> get_totals(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"month"}));
  RESCUE_ASSIGN(const auto month, month_asked(request));
  return parts.service.database().read([&](store::Tx& tx) -> Result<http::Response> {
    RESCUE_ASSIGN(const auto sums, Ledger::sums(tx, month));
    RESCUE_ASSIGN(const auto last_number, Ledger::last_number(tx, month));
    LedgerSum all;
    Json groups = Json::array();
    for (const auto& sum : sums) {
      groups.push_back(to_json(sum));
      all.count += sum.count;
      all.net_yen += sum.net_yen;
      all.tax_yen += sum.tax_yen;
      all.total_yen += sum.total_yen;
    }
    return http::Response::json(200, {{"month", format_month(month)},
                                      {"over", month < month_of(parts.service.clock().now())},
                                      {"last_number", last_number},
                                      {"groups", std::move(groups)},
                                      {"count", all.count},
                                      {"net_yen", all.net_yen},
                                      {"tax_yen", all.tax_yen},
                                      {"total_yen", all.total_yen}});
  });
}

}  // namespace rescue::pricing
