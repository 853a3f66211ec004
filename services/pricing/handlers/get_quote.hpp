#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/quotes/{quote_id}: the document as it was issued. A customer sees its own; 404 otherwise.
Result<http::Response> get_quote(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
