#pragma once

#include <string>

#include "item.hpp"
#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"

namespace rescue::sigma {

/// One line of a selection: `field|modifier|modifier: value or list of values` (Sigma specification 2.1,
/// "Modifiers"). Values are texts or null. kInvalid names the modifier or the value that cannot be used.
Result<Item> read_item(const std::string& key, const Json& values);

}  // namespace rescue::sigma
