#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::sigma {

/// UTF-8 as UTF-16; what is no UTF-8 stands for itself, byte by byte.
std::string utf16(std::string_view text, bool big_endian);
/// Base64 of a text that stands somewhere within a longer one: for each of the three places it may have in a
/// group of three bytes, the characters that do not depend on what stands around it.
std::vector<std::string> base64_at_offsets(std::string_view text);

}  // namespace rescue::sigma
