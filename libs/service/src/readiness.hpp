#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dependency_state.hpp"
#include "rescue/http/server.hpp"

namespace rescue::service {

/// Answers whether the service can do its work, and what it waits for.
class Readiness {
 public:
  using Check = std::function<std::optional<std::string>()>;
  void add(std::string name, Check check) { checks_.emplace_back(std::move(name), std::move(check)); }
  /// Shown as well, but no reason to be unready.
  void add_warning(std::string name, Check check) {
    warnings_.emplace_back(std::move(name), std::move(check));
  }
  /// {ready, waiting_for: [{name, why}], warnings: [{name, why}]}
  Json report() const;

 private:
  std::vector<std::pair<std::string, Check>> checks_;
  std::vector<std::pair<std::string, Check>> warnings_;
};

/// GET /healthz (200 while the process lives) and GET /readyz (200 or 503 with `report`).
std::vector<http::Route> health_routes(const std::string& service, const Readiness& readiness);

}  // namespace rescue::service
