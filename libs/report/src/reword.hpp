#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/json.hpp"

namespace rescue::report {

/// Puts a sentence that the probe wrote in English into other words. `table` maps patterns to wordings: a "*"
/// in a pattern stands for any text, and {1}, {2} … in the wording for what the first, second … star stood
/// for. Among the patterns that fit, the one with the most letters of its own counts. Nothing when none fits.
std::optional<std::string> reword(const Json& table, std::string_view sentence);

}  // namespace rescue::report
