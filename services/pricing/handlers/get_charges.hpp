#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/charges?incident_id=&limit=&cursor=, oldest first. A customer sees its own.
Result<http::Response> list_charges(Parts& parts, const http::Request& request);
/// GET /v1/charges/{charge_id}. A customer sees its own; 404 otherwise.
Result<http::Response> get_charge(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
