// What customers and reporters were told, and what became of it; R35: stop windows.
#include "handlers/routes.hpp"
#include "notices/announcements.hpp"
#include "notices/settlements.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

bool is_staff(const Request& request) {
  return request.caller->role == "operator" || request.caller->role == "internal";
}

/// Customers see what they were told, reporters what they were, staff all.
Status narrow_to_caller(const Request& request, NoticeFilter& filter) {
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  if (customer) {
    filter.audience = "customer";
    filter.recipient = *customer;
  } else if (!is_staff(request)) {
    filter.audience = "reporter";
    filter.recipient = request.caller->key_id;
  }
  return {};
}

Result<Response> page_of(Casework& casework, const Request& request, const NoticeFilter& filter) {
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto notices, casework.service.database().read([&](store::Tx& tx) {
    return list_notices(tx, filter, page.after, page.limit + 1);
  }));
  Json items = Json::array();
  for (const auto& notice : notices) items.push_back(to_json(notice, is_staff(request)));
  return Response::json(200, service::page_json(std::move(items), page, "notice_id"));
}

Result<Response> list_all(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "on_behalf_of", "limit", "cursor"}));
  NoticeFilter filter;
  RESCUE_ASSIGN(filter.state, query_one_of(request, "state", notice_states()));
  RESCUE_TRY(narrow_to_caller(request, filter));
  if (filter.audience == "reporter" && !filter.state.empty()) {
    // A reporter may have had very many, and there is nothing to be done about any of them.
    return fail(ErrorCode::kInvalid, "bad-query", "state is not for reporters");
  }
  return page_of(casework, request, filter);
}

Result<Response> list_of_incident(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of", "limit", "cursor"}));
  NoticeFilter filter;
  RESCUE_TRY(narrow_to_caller(request, filter));
  RESCUE_ASSIGN(const auto incident, casework.service.database().read([&](store::Tx& tx) {
    return visible_incident(casework, tx, request);
  }));
  filter.incident_id = incident.id;
  filter.recipient.clear();  // it is the incident's customer
  return page_of(casework, request, filter);
}

Result<Json> whole_notice(store::Tx& tx, const std::string& id) {
  RESCUE_ASSIGN(const auto notice, load_notice(tx, id));
  Json out = to_json(notice, true);
  out["deliveries"] = Json::array();
  RESCUE_ASSIGN(const auto deliveries, deliveries_of(tx, id));
  for (const auto& delivery : deliveries) {
    RESCUE_ASSIGN(const auto one, delivery_json(tx, delivery));
    out["deliveries"].push_back(one);
  }
  return out;
}

Result<Response> get_notice(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({}));
  RESCUE_ASSIGN(const auto notice, casework.service.database().read(
                                       [&](store::Tx& tx) { return whole_notice(tx, request.param("id")); }));
  return Response::json(200, notice);
}

Result<Response> list_endpoints(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({}));
  RESCUE_ASSIGN(const auto endpoints, casework.service.database().read(
                                          [&](store::Tx& tx) { return casework.notices.endpoints(tx); }));
  return Response::json(200, {{"items", endpoints}, {"next_cursor", nullptr}});
}

/// What an operator does, once for each Idempotency-Key.
template <class F>
Result<Response> act(Casework& casework, const Request& request, F step) {
  const auto now_us = to_us(casework.service.clock().now());
  return casework.service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<Response> {
      RESCUE_ASSIGN(const Json answer, step(inner));
      return Response::json(201, answer);
    });
  });
}

Result<std::string> read_reason(const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  return reason;
}

Result<Response> retry_notice(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto reason, read_reason(request));
  return act(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_TRY(casework.notices.retry(tx, request.param("id"), {actor_of(request), reason}));
    return whole_notice(tx, request.param("id"));
  });
}

Result<Response> settle(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto channel = in.one_of("channel", {"phone", "post", "mail", "in_person", "other"});
  const auto how = in.text("how", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  return act(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_TRY(
        settle_notice(casework, tx, request.param("id"), {actor_of(request), how, {{"channel", channel}}}));
    return whole_notice(tx, request.param("id"));
  });
}

Result<Response> enable_endpoint(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto reason, read_reason(request));
  return act(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_TRY(casework.notices.enable_endpoint(tx, request.param("id"), {actor_of(request), reason}));
    return Json{{"endpoint_id", request.param("id")}, {"state", "enabled"}};
  });
}

Result<StopWindow> read_window(const Json& body, Timestamp now) {
  JsonReader in(body);
  const auto from = in.optional_time("from");
  const auto until = in.optional_time("until");
  StopWindow window;
  window.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  if (!from) in.fault("from", "missing-field", "say from when the server may be stopped");
  if (!until) in.fault("until", "missing-field", "say until when the server may be stopped");
  if (from && until && (*until <= *from || *until <= now)) {
    in.fault("until", "out-of-range", "must be later than from, and not over yet");
  }
  RESCUE_TRY(in.done());
  window.from = *from;
  window.until = *until;
  return window;
}

Result<Response> post_stop_window(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  RESCUE_ASSIGN(const auto window, read_window(body, casework.service.clock().now()));
  return act(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, request.param("id")));
    return announce_stop_window(casework, tx, incident, window, actor_of(request));
  });
}

}  // namespace

std::vector<http::Route> notice_routes(Casework& casework) {
  const auto to = [&casework](Result<Response> (*handler)(Casework&, const Request&)) {
    return [&casework, handler](const Request& request) { return handler(casework, request); };
  };
  const std::set<std::string> everyone{"operator", "internal", "web_form", "reporter"};
  const std::set<std::string> readers{"operator", "internal", "web_form"};
  const std::set<std::string> staff{"operator", "internal"};
  return {
      {Method::kGet, "/v1/notices", everyone, to(list_all)},
      {Method::kGet, "/v1/notices/{id}", staff, to(get_notice)},
      {Method::kGet, "/v1/incidents/{id}/notices", readers, to(list_of_incident)},
      {Method::kPost, "/v1/notices/{id}/retries", {"operator"}, to(retry_notice)},
      {Method::kPost, "/v1/notices/{id}/settlements", {"operator"}, to(settle)},
      {Method::kGet, "/v1/notice-endpoints", staff, to(list_endpoints)},
      {Method::kPost, "/v1/notice-endpoints/{id}/enablings", {"operator"}, to(enable_endpoint)},
      {Method::kPost, "/v1/incidents/{id}/stop-windows", {"operator"}, to(post_stop_window)},
  };
}

}  // namespace rescue::workflow
