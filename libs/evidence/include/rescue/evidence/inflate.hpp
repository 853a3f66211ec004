#pragma once

#include <string>
#include <string_view>

namespace rescue::evidence {

enum class DeflateWrapping {
  kNone,        ///< raw deflate (RFC 1951)
  kZlibOrGzip,  ///< RFC 1950 or RFC 1952, told apart by their headers
};

/// Decompresses a text that lies in memory, at most `max_bytes` of it. Damaged input gives what came before
/// the damage.
std::string inflate(std::string_view bytes, DeflateWrapping wrapping, std::size_t max_bytes);

}  // namespace rescue::evidence
