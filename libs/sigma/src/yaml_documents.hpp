#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"

namespace rescue::sigma {

/// The documents of a YAML file. Every scalar is the text it is, plain `null`, `~` and nothing are null.
/// Bounded in size, depth and what aliases stand for. kInvalid with the line.
Result<std::vector<Json>> read_yaml(const std::string& text);

}  // namespace rescue::sigma
