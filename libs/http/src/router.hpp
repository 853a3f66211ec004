#pragma once

#include <map>
#include <string>
#include <vector>

#include "rescue/http/server.hpp"

namespace rescue::http {

/// The routes, taken apart once before the server starts; read-only afterwards, so that all threads share it.
class Router {
 public:
  /// Throws std::runtime_error for a pattern that is no path, a handler that is missing, or two routes that
  /// take the same requests.
  explicit Router(std::vector<Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< nullptr: no route has this path and method
    std::map<std::string, std::string, std::less<>> params;
    std::string pattern;  ///< of the path, whatever the method; empty: no such path
    std::string allow;    ///< the methods of the path ("GET, HEAD, OPTIONS"); empty: no such path
  };
  /// `method` as sent; HEAD finds the route of GET. A literal segment goes before a parameter.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;  ///< "{name}" for a parameter
  };
  static bool same_shape(const Entry& a, const Entry& b);
  const Entry* best(const std::vector<std::string>& segments) const;
  std::vector<Entry> entries_;
};

}  // namespace rescue::http
