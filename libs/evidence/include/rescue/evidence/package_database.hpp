#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rescue/base/md5.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// What the data base says of one path, and what was found there.
struct PackagedFile {
  enum class State : std::uint8_t { kNotSeen, kUnchanged, kChanged, kUnreadable };
  std::optional<Md5Digest> md5;  ///< none: a folder, a link, or a file without a checksum
  std::uint32_t package = 0;     ///< index into packages()
  bool conffile = false;         ///< the administrator may change it
  bool listed = false;           ///< stands in the package's list
  bool doubted = false;          ///< as the data base says, yet written after the installation
  State state = State::kNotSeen;
};

/// One installed package and the times of its files in the data base. The list is written when it is
/// installed; everything else keeps the time that it had in the archive.
struct Package {
  std::string key;  ///< "bash", "libc6:amd64": how its files in the data base are named
  std::string version;
  std::string architecture;
  std::optional<FileInfo> list;
  std::optional<FileInfo> checksums;
  std::optional<Timestamp> newest_control;  ///< of its other files there
  bool doubted = false;                     ///< its checksums contradict something

  std::string checksums_path() const { return "/var/lib/dpkg/info/" + key + ".md5sums"; }
};

/// The data base of dpkg (deb(5), dpkg's own documentation of its data base): `status`, `info/*.list`,
/// `info/*.md5sums` and the diversions. Paths are told as they lie on a disk whose /bin is a link to usr/bin.
/// Whoever had the server may have written all of it.
class PackageDatabase {
 public:
  /// Bounded: 4 million paths, 64 MiB of a file; what is over becomes a gap.
  static PackageDatabase read(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps);

  /// There is one.
  bool known() const { return !packages_.empty(); }
  /// Null: no package brought it.
  const PackagedFile* find(const std::string& path) const;
  PackagedFile* find(const std::string& path);
  /// "/bin/ls" → "/usr/bin/ls" where /bin leads there.
  std::string canonical(std::string_view path) const;

  const std::vector<Package>& packages() const { return packages_; }
  std::vector<Package>& packages() { return packages_; }
  const std::unordered_map<std::string, PackagedFile>& files() const { return files_; }
  std::unordered_map<std::string, PackagedFile>& files() { return files_; }

 private:
  friend class PackageDatabaseReader;
  std::vector<Package> packages_;  // sorted by key
  std::unordered_map<std::string, PackagedFile> files_;
  std::map<std::string, std::string, std::less<>> merged_;  // "/bin" → "/usr/bin"
};

}  // namespace rescue::evidence
