#pragma once

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/sigma/rule.hpp"

namespace rescue::sigma {

/// What a document says of itself. kInvalid where it has no title.
Result<About> read_about(const std::string& file, const Json& document);
LogSource read_source(const Json& document);

}  // namespace rescue::sigma
