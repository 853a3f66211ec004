// What the business calendar says about a time, and why.
#include "handlers/routes.hpp"

namespace rescue::workflow {
namespace {

using http::Request;
using http::Response;

Result<Timestamp> time_asked(const Casework& casework, const Request& request) {
  const auto it = request.query.find("at");
  if (it == request.query.end()) return casework.service.clock().now();
  const auto at = parse_rfc3339(it->second);
  // The years that the holidays' rules are good for.
  if (!at || *at < calendar::begin_of(calendar::parse_day("1949-01-01").value()) ||
      *at >= calendar::begin_of(calendar::parse_day("2150-01-01").value())) {
    return fail(ErrorCode::kInvalid, "bad-query",
                "at must be an RFC 3339 date-time from 1949 to 2149, such as 2026-09-18T03:00:00Z");
  }
  return *at;
}

Result<Response> get_business_calendar(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"at"}));
  RESCUE_ASSIGN(const auto at, time_asked(casework, request));
  const auto calendar = casework.business_days.current();
  calendar::Explanation opens_why, next_why;
  const auto opens = calendar->next_opening(at, &opens_why);
  const auto next = calendar->next_business_day(calendar::day_of(at), &next_why);
  return Response::json(200, {{"at", format_rfc3339(at, calendar::kTokyoOffset)},
                              {"hours", calendar->hours().text()},
                              {"open", calendar->is_open(at)},
                              {"opens_at", format_rfc3339(opens, calendar::kTokyoOffset)},
                              {"opens_why", calendar::to_json(opens_why)},
                              {"next_business_day", calendar::to_string(next)},
                              {"next_business_day_why", calendar::to_json(next_why)},
                              {"holidays_missing", calendar->holidays_missing(at)}});
}

}  // namespace

std::vector<http::Route> business_calendar_routes(Casework& casework) {
  return {{http::Method::kGet,
           "/v1/business-calendar",
           {"operator", "internal", "web_form"},
           [&casework](const Request& request) { return get_business_calendar(casework, request); }}};
}

}  // namespace rescue::workflow
