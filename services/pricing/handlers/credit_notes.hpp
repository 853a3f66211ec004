#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// POST /v1/charges/{charge_id}/credit-notes: takes a charge back, in part or whole. The amount that is
/// credited, tax included, is said a second time: `total_yen`.
Result<http::Response> post_credit_note(Parts& parts, const http::Request& request);
/// GET /v1/charges/{charge_id}/credit-notes, oldest first. A customer sees its own.
Result<http::Response> list_credit_notes(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
