#pragma once

#include <string>

#include "rescue/base/json.hpp"

namespace rescue::catalog {

/// The text of an annex file: valid UTF-8, at most 64 MiB. kInvalid names the file.
Result<std::string> read_text_file(const std::string& path);
/// The JSON in an annex file. kInvalid names the file.
Result<Json> read_annex(const std::string& path);
/// `error` with the file's name and the place in it before the text.
Error in_file(const std::string& path, Error error);

}  // namespace rescue::catalog
