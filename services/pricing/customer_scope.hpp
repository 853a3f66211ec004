#pragma once

#include <optional>
#include <string>

#include "rescue/base/result.hpp"
#include "rescue/http/message.hpp"

namespace rescue::pricing {

/// Whose things a GET may show: the customer that the web form acts for (`?on_behalf_of=C-1001`, kInvalid
/// "missing-on-behalf-of" when it does not say), or nothing: everyone's, for staff and internal callers.
Result<std::optional<std::string>> customer_scope(const http::Request& request);

}  // namespace rescue::pricing
