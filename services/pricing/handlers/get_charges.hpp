#pragma once

#include "charge_store.hpp"
#include "parts.hpp"

namespace rescue::pricing {

/// GET /v1/charges?incident_id=&limit=&cursor=, oldest first. A customer sees its own.
Result<http::Response> list_charges(Parts& parts, const http::Request& request);
/// GET /v1/charges/{charge_id}. A customer sees its own; 404 otherwise.
Result<http::Response> get_charge(Parts& parts, const http::Request& request);

/// The charge that the path names, if this caller may see it: kNotFound "charge-not-found".
Result<Charge> visible_charge(store::Tx& tx, const http::Request& request);

}  // namespace rescue::pricing
