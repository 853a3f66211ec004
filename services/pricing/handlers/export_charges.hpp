#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/charges/export?month=2026-09&format=csv|json&limit=&cursor=: charges and credit notes booked in
/// that month of Asia/Tokyo, in the order of their numbers. CSV pages put together are one file: the first
/// has the header, and `Link` leads to the next (RFC 8288).
Result<http::Response> export_charges(Parts& parts, const http::Request& request);
/// GET /v1/charges/totals?month=2026-09: counts and sums of the same entries, to reconcile an export by.
Result<http::Response> get_totals(Parts& parts, const http::Request& request);

}  // namespace rescue::pricing
