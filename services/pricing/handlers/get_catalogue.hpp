#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/catalogue: prices, what can be ordered now, and the consent items in force.
Result<http::Response> get_catalogue(Parts& parts, const http::Request& request);
/// GET /v1/supported-systems: the operating systems and packages that the work covers today.
Result<http::Response> get_supported_systems(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
