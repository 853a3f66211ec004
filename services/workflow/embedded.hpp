#pragma once

#include <span>
#include <string_view>

#include "rescue/base/embedded.hpp"
#include "rescue/base/json.hpp"

namespace rescue::workflow {

std::span<const EmbeddedFile> migrations();
/// A data file compiled in, parsed. Throws std::runtime_error when it is no JSON: a fault of the build.
Json embedded_json(std::string_view name);

}  // namespace rescue::workflow
