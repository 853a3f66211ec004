#include "dispatcher.hpp"

#include "rescue/base/failpoint.hpp"
#include "rescue/base/id.hpp"
#include "text.hpp"
#include "wire.hpp"

namespace rescue::http {
namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kRequestsHelp = "HTTP requests answered, by route, method and status";
constexpr const char* kDurationHelp = "Time from a request's last byte to its answer, by route";

/// A caller's own request id is kept when it is a short plain word, so that a proxy's log and ours can be
/// joined.
bool is_request_id(std::string_view text) {
  constexpr auto kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return text.size() >= 8 && text.size() <= 64 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string fresh_request_id() {
  return make_id("hrq", SystemClock().now());
}

/// Bounded: a method of the caller's invention must not become a label.
const char* method_label(std::string_view method) {
  for (const auto* known : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    if (method == known) return known;
  }
  return "other";
}

std::string route_label(const Exchange& exchange) {
  return exchange.request.route.empty() ? "unmatched" : exchange.request.route;
}

std::string role_refusal(const Route& route, const std::string& role) {
  std::string allowed;
  for (const auto& name : route.roles) allowed += (allowed.empty() ? "" : ", ") + name;
  std::string text = "the role " + role + " may not " + std::string(to_string(route.method)) + " " +
                     route.pattern + "; allowed: " + allowed;
  if (route.roles == std::set<std::string>{"web_form"})
    text += " (this is done through the designated web form only)";
  return text;
}

Error failed_at_failpoint() {
  return {ErrorCode::kUnavailable, "service-unavailable", "a failpoint was reached"};
}

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, const ApiKeys& keys, const log::Logger& log,
                       telemetry::Metrics& metrics)
    : router_(std::move(routes)), keys_(&keys), log_(&log), metrics_(&metrics) {}

void Dispatcher::refuse(Exchange& exchange, const Error& error) const {
  exchange.refusal = Response::problem(error, exchange.request.request_id);
}

Exchange Dispatcher::admit(RequestHead head) const {
  Exchange exchange;
  exchange.method = head.method;
  exchange.content_length = head.content_length;
  exchange.keep_alive = head.keep_alive;
  exchange.expects_continue = head.expects_continue;
  auto& request = exchange.request;
  request.headers = std::move(head.headers);
  const auto parent = Trace::parse(request.header("traceparent").value_or(""));
  request.trace = parent ? parent->child() : Trace::start();
  const auto given = request.header("x-request-id");
  request.request_id = given && is_request_id(*given) ? *given : fresh_request_id();
  set_route(exchange, head);
  if (!exchange.refusal) check_caller(exchange);
  return exchange;
}

void Dispatcher::set_route(Exchange& exchange, RequestHead& head) const {
  auto& request = exchange.request;
  auto match = router_.find(exchange.method, head.target.segments);
  request.path = std::move(head.target.path);
  request.query = std::move(head.target.query);
  if (match.allow.empty()) {
    return refuse(exchange, {ErrorCode::kNotFound, "not-found", "there is nothing at this path"});
  }
  request.route = std::move(match.pattern);
  if (match.route == nullptr && exchange.method == "OPTIONS") {
    exchange.refusal = Response{.status = 204, .body = "", .headers = {{"Allow", match.allow}}};
    return;
  }
  if (match.route == nullptr) {
    refuse(exchange, {ErrorCode::kInvalid, "method-not-allowed", "allowed here: " + match.allow});
    exchange.refusal->headers.emplace_back("Allow", match.allow);
    return;
  }
  exchange.route = match.route;
  request.method = match.route->method;
  request.params = std::move(match.params);
  if (request.method == Method::kGet && exchange.content_length > 0) {
    return refuse(exchange, {ErrorCode::kInvalid, "bad-request", "GET and HEAD take no body"});
  }
  if (exchange.content_length > match.route->body_bytes_max) {
    refuse(exchange, {ErrorCode::kTooLarge, "payload-too-large",
                      "the body may have " + std::to_string(match.route->body_bytes_max) + " bytes here"});
  }
}

void Dispatcher::check_caller(Exchange& exchange) const {
  const auto& route = *exchange.route;
  if (route.roles.empty()) return;
  const auto authorization = exchange.request.header("authorization");
  auto caller =
      keys_->authenticate(authorization ? std::optional<std::string_view>(*authorization) : std::nullopt);
  exchange.request.headers.erase("authorization");  // nobody behind this line needs the token
  if (!caller) return refuse(exchange, caller.error());
  exchange.request.caller = *caller;
  if (!route.roles.contains(caller->role)) {
    refuse(exchange, {ErrorCode::kForbidden, "role-not-allowed", role_refusal(route, caller->role)});
  }
}

template <class Call>
Result<Response> Dispatcher::caught(Call&& call) {
  try {
    return call();
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kInternal, "internal-error", thrown.what());
  } catch (...) {  // Pistache would let it end the process
    return fail(ErrorCode::kInternal, "internal-error", "a throw that is no std::exception");
  }
}

Response Dispatcher::presentable(const Exchange& exchange, Result<Response> result) const {
  if (result && is_sendable(*result)) return *std::move(result);
  const auto& request = exchange.request;
  const Error error =
      result ? Error{ErrorCode::kInternal, "internal-error", "the handler's response is not fit to be sent"}
             : result.error();
  if (problem_status(error) == 500) {
    log_->error("http.failed", {{"route", request.route},
                                {"request_id", request.request_id},
                                {"trace_id", request.trace.trace_id},
                                {"problem", error.problem},
                                {"detail", error.detail}});
  }
  return Response::problem(error, request.request_id);
}

bool Dispatcher::is_of_the_api(const Exchange& exchange) {
  return exchange.route != nullptr && !exchange.route->roles.empty();
}

bool Dispatcher::is_late(const Exchange& exchange) {
  return !exchange.refusal && exchange.route != nullptr && exchange.route->late_handler;
}

void Dispatcher::before_answer(Exchange& exchange) const {
  exchange.started = Steady::now();
  if (is_of_the_api(exchange) && failpoint("http.answer.before")) refuse(exchange, failed_at_failpoint());
}

std::string Dispatcher::answer(Exchange& exchange, bool keep_alive) const {
  before_answer(exchange);
  if (exchange.refusal) return wire(exchange, *std::move(exchange.refusal), keep_alive);
  return finish(exchange, caught([&] { return exchange.route->handler(exchange.request); }), keep_alive);
}

void Dispatcher::begin(Exchange& exchange, Answer answer) const {
  before_answer(exchange);
  if (exchange.refusal) return answer(*std::move(exchange.refusal));
  const auto begun = caught([&]() -> Result<Response> {
    exchange.route->late_handler(exchange.request, answer);
    return Response();
  });
  if (!begun) answer(fail(begun.error()));
}

std::string Dispatcher::finish(Exchange& exchange, Result<Response> result, bool keep_alive) const {
  return wire(exchange, presentable(exchange, std::move(result)), keep_alive);
}

std::string Dispatcher::wire(const Exchange& exchange, Response response, bool keep_alive) const {
  if (is_of_the_api(exchange) && failpoint("http.answer.after")) {
    response = Response::problem(failed_at_failpoint(), exchange.request.request_id);
  }
  const std::chrono::duration<double> took = Steady::now() - exchange.started;
  record(exchange, response.status, took.count());
  const auto& request = exchange.request;
  return to_wire(response, {.keep_alive = keep_alive,
                            .head_only = exchange.method == "HEAD",
                            .request_id = request.request_id,
                            .traceparent = request.trace.traceparent()});
}

std::string Dispatcher::answer_fault(const Error& error) const {
  Exchange exchange;
  exchange.method = "unknown";
  exchange.request.request_id = fresh_request_id();
  exchange.request.trace = Trace::start();
  refuse(exchange, error);
  return answer(exchange, false);
}

Dispatcher::Series Dispatcher::series_of(const Exchange& exchange, const char* method, int status) const {
  const std::lock_guard lock(mutex_);
  auto& known = series_[{exchange.route, method, status}];
  // Without a handler the route's name may still be known.
  if (exchange.route != nullptr && known) return *known;
  const auto route = route_label(exchange);
  known =
      Series{metrics_->counter("rescue_http_requests_total", kRequestsHelp,
                               {{"route", route}, {"method", method}, {"status", std::to_string(status)}}),
             metrics_->histogram("rescue_http_request_duration_seconds", kDurationHelp, {{"route", route}})};
  return *known;
}

void Dispatcher::record(const Exchange& exchange, int status, double seconds) const {
  const char* method = method_label(exchange.method);
  const auto& request = exchange.request;
  auto series = series_of(exchange, method, status);
  series.requests.add();
  series.seconds.observe(seconds);
  JsonObjectText fields;
  if (request.caller) fields.text("caller", request.caller->key_id);
  fields.number("duration_ms", static_cast<double>(static_cast<std::int64_t>(seconds * 1e6)) / 1e3)
      .text("method", method)
      .text("request_id", request.request_id)
      .text("route", route_label(exchange))
      .integer("status", status)
      .text("trace_id", request.trace.trace_id);
  log_->info("http.request", fields);
}

}  // namespace rescue::http
