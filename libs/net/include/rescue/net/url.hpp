#pragma once

#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::net {

/// A web address that somebody wrote, taken apart so that no second reader sees another host in it.
struct HttpUrl {
  bool tls = false;
  std::string host;  ///< a name in lower case without its final dot, or an address in its one spelling
  bool host_is_address = false;
  int port = 0;
  std::string target;     ///< path and query; the fragment never leaves the reader
  std::string authority;  ///< as the Host header has it
};

/// Strict (RFC 3986): visible ASCII, http or https, no user, a host of letters, digits, '-', '_' and '.' or
/// an address in its usual spelling. What a browser would read as an address, but inet_pton does not
/// ("0x7f.1", "2130706433"), is refused, as are percent signs in the host and backslashes before the path.
/// kInvalid
/// ("not-allowed-value").
Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace rescue::net
