#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// GET /v1/reports/{report_id}. A reporter sees its own, a customer those about its servers; 404 otherwise.
Result<http::Response> get_report(Parts& parts, const http::Request& request);

}  // namespace rescue::intake
