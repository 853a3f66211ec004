#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rescue::detect {

/// "/var/log/apache2/shop-access.log.2.gz" and "…/shop-access.log" are one log.
inline std::string_view log_without_rotation(std::string_view path) {
  const auto at = path.rfind("log");
  const auto slash = path.rfind('/');
  const bool in_name = at != path.npos && (slash == path.npos || at > slash);
  return in_name ? path.substr(0, at + 3) : path;
}

/// The site that a web server's log is of, by the log's name; empty where that does not tell.
inline std::string site_of_log(std::string_view path) {
  auto site = std::string(log_without_rotation(path));
  site.erase(0, site.rfind('/') + 1);
  for (const std::string_view word : {"other_vhosts", "access", "error", "ssl", "log"}) {
    if (const auto at = site.rfind(word); at != site.npos) site.erase(at, word.size());
  }
  std::erase_if(site, [](char c) { return c == '.' || c == '-' || c == '_'; });
  return site;
}

}  // namespace rescue::detect
