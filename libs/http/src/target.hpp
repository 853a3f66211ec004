#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::http {

/// A request target in origin form (RFC 9112 section 3.2.1), taken apart.
struct Target {
  std::string path;                   ///< as sent, without the query
  std::vector<std::string> segments;  ///< percent-decoded; "/a/b" has two, "/a/" ends with an empty one
  std::map<std::string, std::string, std::less<>> query;  ///< percent-decoded, "+" is a space
};

/// Refuses whatever two readers could understand differently: absolute form, empty and dot segments, encoded
/// slashes, bytes outside RFC 3986, control bytes, text that is no UTF-8, a query key that stands twice
/// ("bad-path", "bad-query").
Result<Target> parse_target(std::string_view text);

}  // namespace rescue::http
