#pragma once

#include <map>
#include <string>

#include "rescue/evidence/disk_survey.hpp"

namespace rescue::evidence {

/// The checksums that an archive (deb(5)) brings, by path: "/usr/bin/ls". kCorrupt when it is none; empty
/// when it has none.
Result<std::map<std::string, Md5Digest>> read_archive_checksums(const SafeRoot& root,
                                                                const std::string& path);

/// Holds the data base of packages against the original archives in `cache`, a folder of this machine such as
/// apt fills (bash_5.2.15-2_amd64.deb). A checksum that the archive does not have is a proven fault, and the
/// file it was to hide is changed. Packages without an archive are counted in one gap.
void compare_with_archives(const SafeRoot& root, const SafeRoot& cache, DiskSurvey& survey, Gaps& gaps);

}  // namespace rescue::evidence
