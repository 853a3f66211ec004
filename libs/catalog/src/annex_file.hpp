#pragma once

#include <string>

#include "rescue/base/json.hpp"

namespace rescue::catalog {

/// The text of an annex file: valid UTF-8, at most 64 MiB. kInvalid names the file.
Result<std::string> read_text_file(const std::string& path);

}  // namespace rescue::catalog
