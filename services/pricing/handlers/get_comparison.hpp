#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/comparison?server_id=…&incident_id=…: the four work items and self-remediation for this server,
/// side by side. What is shown is kept, so that a choice can name it (R28).
Result<http::Response> get_comparison(Parts& parts, const http::Request& request);

/// GET /v1/comparisons/{comparison_id}: as it was shown. A customer sees its own; 404 otherwise.
Result<http::Response> get_kept_comparison(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
