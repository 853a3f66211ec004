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

void Readiness::show(telemetry::Metrics& metrics) const {
  for (const auto& [name, check] : checks_) {
    metrics.gauge("rescue_ready", "1 while the check of /readyz passes.", {{"check", name}})
        .set(check() ? 0 : 1);
  }
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
