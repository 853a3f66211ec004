#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// GET /v1/requests/{request_id}: what became of it. A customer sees its own; 404 otherwise.
Result<http::Response> get_request(Parts& parts, const http::Request& request);

}  // namespace rescue::intake
