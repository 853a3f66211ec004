#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// POST /v1/quotes: promises today's price of one work item for one server, to the customer who holds its
/// contract.
Result<http::Response> post_quote(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
