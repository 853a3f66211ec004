#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"
#include "target.hpp"

namespace rescue::http {

/// Request line and header fields of one request (RFC 9112), checked.
struct RequestHead {
  std::string method;  ///< a token, as sent
  Target target;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case, values trimmed
  std::size_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
};

struct HeadLimits {
  std::size_t line_bytes_max = 8 * 1024;   ///< the request line
  std::size_t head_bytes_max = 16 * 1024;  ///< request line and header fields
  std::size_t fields_max = 64;
};

/// Where the head ends: the index after its empty line; nothing while more bytes are needed. kInvalid as soon
/// as it is clear that it never becomes valid: over a limit, a line end that is no CR LF.
Result<std::optional<std::size_t>> find_head_end(std::string_view bytes, const HeadLimits& limits);

/// `bytes` through the empty line. Whatever two readers could understand differently is an error (RFC 9112
/// section 11.2): a length that is no plain number or stands twice, any transfer coding, folded lines, blanks
/// before a colon.
Result<RequestHead> parse_head(std::string_view bytes, const HeadLimits& limits);

}  // namespace rescue::http
