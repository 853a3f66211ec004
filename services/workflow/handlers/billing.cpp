// What customers have to do, and which fees are due.
#include <charconv>
#include <chrono>

#include "customer_tasks.hpp"
#include "fees.hpp"
#include "handlers/routes.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string query_text(const Request& request, std::string_view name) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::string() : it->second;
}

template <class T>
Json to_items(const std::vector<T>& list) {
  Json items = Json::array();
  for (const auto& one : list) items.push_back(to_json(one));
  return items;
}

Result<Response> list_customer_tasks(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "incident_id", "customer", "on_behalf_of", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto state, query_one_of(request, "state", {"open", "done", "withdrawn"}));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  const CustomerTasks::Filter filter{state, query_text(request, "incident_id"),
                                     customer.value_or(query_text(request, "customer"))};
  RESCUE_ASSIGN(const auto tasks, casework.service.database().read([&](store::Tx& tx) {
    return CustomerTasks::list(tx, filter, page.after, page.limit + 1);
  }));
  return Response::json(200, service::page_json(to_items(tasks), page, "task_id"));
}

/// The first instant of a month in Asia/Tokyo (UTC+9), and of the next one.
Result<Fees::Filter> read_month(const std::string& text) {
  const auto bad =
      fail(ErrorCode::kInvalid, "bad-query", "month must be a month in Asia/Tokyo as YYYY-MM: 2026-09");
  if (text.size() != 7 || text[4] != '-') return bad;
  int year = 0;
  unsigned month = 0;
  const auto* begin = text.data();
  const auto year_read = std::from_chars(begin, begin + 4, year);
  const auto month_read = std::from_chars(begin + 5, begin + 7, month);
  if (year_read.ptr != begin + 4 || month_read.ptr != begin + 7 || year < 1 || month < 1 || month > 12)
    return bad;
  const std::chrono::year_month first{std::chrono::year(year), std::chrono::month(month)};
  const auto start_us = [](std::chrono::year_month when) {
    return to_us(Timestamp(std::chrono::sys_days(when / 1)) - std::chrono::hours(9));
  };
  return Fees::Filter{.from_us = start_us(first), .to_us = start_us(first + std::chrono::months(1))};
}

Result<Response> list_fees(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"month", "state", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto state, query_one_of(request, "state", {"unmatched"}));
  Fees::Filter filter;
  if (request.query.contains("month")) {
    RESCUE_ASSIGN(filter, read_month(query_text(request, "month")));
  }
  filter.unmatched = !state.empty();
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto fees, casework.service.database().read([&](store::Tx& tx) {
    return Fees::list(tx, filter, page.after, page.limit + 1);
  }));
  return Response::json(200, service::page_json(to_items(fees), page, "order_id"));
}

}  // namespace

std::vector<http::Route> billing_routes(Casework& casework) {
  const auto to = [&casework](Result<Response> (*handler)(Casework&, const Request&)) {
    return [&casework, handler](const Request& request) { return handler(casework, request); };
  };
  return {
      {Method::kGet, "/v1/customer-tasks", {"operator", "internal", "web_form"}, to(list_customer_tasks)},
      {Method::kGet, "/v1/fees", {"operator", "internal"}, to(list_fees)},
  };
}

}  // namespace rescue::workflow
