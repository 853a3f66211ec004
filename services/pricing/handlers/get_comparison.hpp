#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/comparison?server_id=…: the four work items and self-remediation for this server, side by side.
Result<http::Response> get_comparison(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
