#pragma once

#include <map>
#include <string>

#include "rescue/evidence/disk_survey.hpp"

namespace rescue::evidence {

/// The checksums that an archive brings, by path: "/usr/bin/ls".
using ArchiveChecksums = std::map<std::string, FileDigest>;

/// Of a .deb (deb(5)). kCorrupt when it is none; empty when it has none.
Result<ArchiveChecksums> read_archive_checksums(const SafeRoot& root, const std::string& path);
/// Of a .rpm (its header says them all, so its content is not unpacked). kCorrupt when it is none, or its
/// header is not what the digest in its signature says.
Result<ArchiveChecksums> read_rpm_checksums(const SafeRoot& root, const std::string& path);

/// Holds the data base of packages against the original archives in `cache`, a folder of this machine such as
/// apt or dnf fill (bash_5.2.15-2_amd64.deb, bash-5.1.8-6.el9.x86_64.rpm). A checksum that the archive does
/// not have is a proven fault, and the file it was to hide is changed. Packages without an archive are
/// counted in one gap.
void compare_with_archives(const SafeRoot& root, const SafeRoot& cache, DiskSurvey& survey, Gaps& gaps);

}  // namespace rescue::evidence
