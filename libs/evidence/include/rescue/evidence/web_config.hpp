#pragma once

#include <string>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// A folder that a web server serves.
struct WebRoot {
  std::string directory;  ///< "/var/www/html"
  std::string url_path;   ///< where it appears: "/" for a document root, "/phpmyadmin" for an alias
};

struct WebConfig {
  bool server_found = false;  ///< settings of a web server lie on the disk
  std::vector<WebRoot> roots;
  std::vector<std::string> access_logs;  ///< CustomLog, access_log
  /// Files known one by one, where there are no folders to look through (loose evidence).
  std::vector<DirectoryEntry> files;  ///< by path
};

/// Apache's DocumentRoot, Alias and CustomLog (Debian's and Red Hat's layout) and nginx's root, alias-free,
/// and access_log; plus /var/www, Tomcat's webapps and homes' public_html where they exist. Reads settings
/// textually: conditions are not judged, so a root that is switched off is still looked at.
WebConfig read_web_config(const SafeRoot& root, const std::vector<std::string>& homes, Gaps& gaps);

}  // namespace rescue::evidence
