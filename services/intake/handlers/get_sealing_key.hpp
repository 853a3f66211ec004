#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// GET /v1/sealing-key: the public key that access to a running server is to be sealed to now.
Result<http::Response> get_sealing_key(Parts& parts, const http::Request& request);

}  // namespace rescue::intake
