#pragma once

#include <string>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// What the disk says about the server it comes from.
struct Host {
  std::string hostname;
  std::string os_name;     ///< PRETTY_NAME
  std::string os_id;       ///< ID
  std::string os_version;  ///< VERSION_ID
  TimeZone zone;
};

/// From /etc/hostname, os-release (os-release(5)) and /etc/localtime. A root without any os-release gives a
/// gap.
Host read_host(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
