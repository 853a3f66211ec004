#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rescue/base/file_digest.hpp"

namespace rescue::evidence::testing {

/// A file as a package of rpm tells of it.
struct RpmFile {
  std::string path;
  std::string content;
  std::uint16_t mode = 0100755;
  std::uint32_t flags = 0;  ///< 1: a setting, 8: may be missing, 64: only named
  char state = 0;           ///< 2: was not installed
  std::string capability = {};
};

/// A package of rpm, for tests.
struct RpmPackage {
  std::string name;
  std::vector<RpmFile> files = {};
  std::string vendor = {};
  std::int64_t installed = 1'767'225'600;  ///< 2026-01-01T00:00:00Z
  DigestKind kind = DigestKind::kSha256;
  bool with_digest = true;      ///< of the header, beside it
  bool with_signature = false;  ///< by nobody; only what a signature says of what was signed is right
};

/// Its header as it stands in a data base, version 1, release 1, noarch.
std::string rpm_header_of(const RpmPackage& package);
/// The archive, without content.
std::string rpm_archive_of(const RpmPackage& package);

/// (name, header) of each package, numbered from 1.
using RpmHeaders = std::vector<std::pair<std::string, std::string>>;
RpmHeaders rpm_headers_of(const std::vector<RpmPackage>& packages);
/// rpmdb.sqlite with the tables Packages, Name and Sha1header; pages of 1,024 bytes.
std::string rpm_sqlite_of(const RpmHeaders& headers);
/// A write-ahead log that makes `before` to `after`, which has as many pages; `committed` or still open.
std::string sqlite_log_of(const std::string& before, const std::string& after, bool committed);
/// Packages as Berkeley DB's hash.
std::string rpm_berkeley_of(const RpmHeaders& headers, bool big_endian);

}  // namespace rescue::evidence::testing
