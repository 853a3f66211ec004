#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// GET /v1/reports/{report_id}. A reporter sees its own, a customer those about its servers; 404 otherwise.
/// It says nothing of the customer.
Result<http::Response> get_report(Parts& parts, const http::Request& request);
/// GET /v1/reports/{report_id}/original: the bytes as they came. For operators.
Result<http::Response> get_original(Parts& parts, const http::Request& request);

}  // namespace rescue::intake
