#pragma once

#include <string>

namespace rescue::detect {

// PHP's decoding functions, lenient as PHP's are. Output is bounded (4 MiB); damaged input gives what could
// be decoded.
std::string decode_base64(const std::string& text);
std::string inflate_raw(const std::string& bytes);  ///< gzinflate
std::string inflate_any(const std::string& bytes);  ///< gzuncompress, gzdecode: zlib or gzip wrapping
std::string rot13(const std::string& text);
std::string decode_uu(const std::string& text);
std::string from_hex(const std::string& text);
std::string decode_url(const std::string& text);

}  // namespace rescue::detect
