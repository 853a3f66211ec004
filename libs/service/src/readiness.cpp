#include "readiness.hpp"

namespace rescue::service {

Json Readiness::report() const {
  const auto answers = [](const auto& checks) {
    Json out = Json::array();
    for (const auto& [name, check] : checks) {
      if (const auto why = check()) out.push_back({{"name", name}, {"why", *why}});
    }
    return out;
  };
  Json waiting = answers(checks_);
  const bool ready = waiting.empty();
  return {{"ready", ready}, {"waiting_for", std::move(waiting)}, {"warnings", answers(warnings_)}};
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
