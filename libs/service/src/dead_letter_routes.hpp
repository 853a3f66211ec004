#pragma once

#include <string>
#include <vector>

#include "handlers.hpp"

namespace rescue::service {

/// What operators do about messages that could not be handled: GET /v1/<service>/dead-letters and
/// POST /v1/<service>/dead-letters/{number}/requeues {reason}. All borrowed things outlive the routes.
std::vector<http::Route> dead_letter_routes(const std::string& service, store::Database& database,
                                            const Handlers& handlers, const Clock& clock);

}  // namespace rescue::service
