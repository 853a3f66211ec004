#pragma once

#include <string>

#include "rescue/base/json.hpp"

namespace rescue::intake {

/// The request as it is kept: `raw`, and where `body` has an access, with its SHA-256 in place of the sealed
/// box. The box itself goes on in the message alone.
std::string without_box(const std::string& raw, const Json& body);

}  // namespace rescue::intake
