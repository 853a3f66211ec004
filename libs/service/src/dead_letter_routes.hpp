#pragma once

#include <functional>
#include <string>
#include <vector>

#include "handlers.hpp"

namespace rescue::service {

/// What the routes work with. All borrowed things outlive them.
struct DeadLetterParts {
  std::string service;
  store::Database& database;
  const Handlers& handlers;
  const Clock& clock;
  /// Called after a requeue that may have made room for parked messages.
  std::function<void()> look_for_parked;
};

/// What operators do about messages that could not be handled: GET /v1/<service>/dead-letters and
/// POST /v1/<service>/dead-letters/{number}/requeues {reason}.
std::vector<http::Route> dead_letter_routes(const DeadLetterParts& parts);

}  // namespace rescue::service
