#pragma once

#include <functional>

#include "rescue/evidence/package_database.hpp"
#include "rpm_header.hpp"

namespace rescue::evidence {

/// The data base of rpm on this disk; unknown() where there is none, or none that can be read (a gap then).
PackageDatabase read_rpm_database(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps);

/// "/bin" → "/usr/bin" for the folders at the top that are links into /usr.
std::map<std::string, std::string, std::less<>> merged_folders(const SafeRoot& root);

/// How rpm names its files (FILEDIGESTALGO, numbers of RFC 4880); nothing for those it never used.
std::optional<DigestKind> rpm_digest_kind(const RpmHeader& header);
/// The paths of its files in their order; empty ones in the place of those that cannot be. At most 128 MiB.
std::vector<std::string> rpm_paths(const RpmHeader& header);

}  // namespace rescue::evidence
