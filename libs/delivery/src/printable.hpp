#pragma once

#include <string>
#include <string_view>

namespace rescue::delivery {

/// Printable ASCII of at most 300 bytes: what came from elsewhere, fit for logs and lists.
std::string printable(std::string_view text);

}  // namespace rescue::delivery
