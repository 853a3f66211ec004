#pragma once

#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue {

/// Base 64 with padding (RFC 4648 section 4).
std::string encode_base64(std::string_view bytes);
/// Strict: that alphabet only, whole groups of four, padding where it belongs, unused bits zero. kInvalid
/// ("wrong-type").
Result<std::string> decode_base64(std::string_view text);

}  // namespace rescue
