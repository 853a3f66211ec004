#include "readiness.hpp"

namespace rescue::service {

Json Readiness::report() const {
  Json waiting = Json::array();
  for (const auto& [name, check] : checks_) {
    if (const auto why = check()) waiting.push_back({{"name", name}, {"why", *why}});
  }
  const bool ready = waiting.empty();
  return {{"ready", ready}, {"waiting_for", std::move(waiting)}};
}

std::vector<http::Route> health_routes(const std::string& service, const Readiness& readiness) {
  http::Route health;
  health.pattern = "/healthz";
  health.handler = [service](const http::Request&) -> Result<http::Response> {
    return http::Response::json(200, {{"service", service}, {"status", "alive"}});
  };
  http::Route ready;
  ready.pattern = "/readyz";
  ready.handler = [service, &readiness](const http::Request&) -> Result<http::Response> {
    Json report = readiness.report();
    report["service"] = service;
    return http::Response::json(report["ready"].get<bool>() ? 200 : 503, report);
  };
  return {std::move(health), std::move(ready)};
}

}  // namespace rescue::service
