#include "app.hpp"

#include <stdexcept>

#include "handlers/get_report.hpp"
#include "handlers/get_request.hpp"
#include "handlers/get_sealing_key.hpp"
#include "handlers/post_report.hpp"
#include "handlers/post_request.hpp"
#include "messages/report_closed.hpp"
#include "messages/report_taken.hpp"
#include "messages/request_decided.hpp"
#include "rescue/incident/messages.hpp"
#include "sealing_watch.hpp"

extern const std::span<const rescue::EmbeddedFile> intake_migrations;

namespace rescue::intake {
namespace {

using http::Method;

template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return *std::move(result);
}

}  // namespace

App::App(const Config& config, const Clock& clock)
    : annexes_(config.annexes.directory),
      service_(config.service, intake_migrations, clock),
      contracts_(directory::open_contracts(config.contracts, service_)),
      board_(config.decision_waiters_max),
      sealing_(config.sealing_public_keys),
      parts_{
          service_,       *contracts_, annexes_, board_, sealing_, config.decision_wait, config.seen_age_max,
          config.networks} {
  service::watch_annexes(service_, annexes_, config.annexes);
  count_from_zero(service_);
  watch_sealing(service_, sealing_);
  for (auto& route : routes()) service_.add_route(std::move(route));
  for (auto& route : slow_routes()) service_.add_slow_route(std::move(route));
  const auto on = [this](std::string_view type, auto handler) {
    service_.on_message(std::string(type), [this, handler](store::Tx& tx, const Message& message) {
      return handler(parts_, tx, message);
    });
  };
  on(incident::messages::kReportTaken, on_report_taken);
  on(incident::messages::kReportClosed, on_report_closed);
  on(incident::messages::kRequestDecided, on_request_decided);
}

std::vector<http::Route> App::routes() {
  const auto route = [this](Method method, const std::string& pattern, const std::set<std::string>& roles,
                            auto handler) {
    return http::Route{
        .method = method,
        .pattern = pattern,
        .roles = roles,
        .handler = [this, handler](const http::Request& request) { return handler(parts_, request); }};
  };
  const std::set<std::string> everyone = {"web_form", "reporter", "internal", "operator"};
  const std::set<std::string> not_reporters = {"web_form", "internal", "operator"};
  return {
      {.method = Method::kPost,
       .pattern = "/v1/reports",
       .roles = everyone,
       .late_handler = [this](const http::Request& request,
                              const http::Answer& answer) { post_report(parts_, request, answer); }},
      route(Method::kGet, "/v1/reports/{report_id}", everyone, get_report),
      route(Method::kGet, "/v1/reports/{report_id}/original", {"operator"}, get_original),
      route(Method::kGet, "/v1/requests/{request_id}", not_reporters, get_request),
      route(Method::kGet, "/v1/sealing-key", {"web_form", "internal", "operator"}, get_sealing_key),
  };
}

std::vector<http::Route> App::slow_routes() {
  std::vector<http::Route> out;
  for (const auto& kind : request_kinds()) {
    // R24: customers' requests come through the web form, and through nothing else.
    out.push_back({.method = Method::kPost,
                   .pattern = "/v1/incidents/{incident_id}/" + std::string(kind.path_segment),
                   .roles = {"web_form"},
                   .handler = [this, &kind](const http::Request& request) {
                     return post_request(parts_, kind, request);
                   }});
  }
  return out;
}

}  // namespace rescue::intake
