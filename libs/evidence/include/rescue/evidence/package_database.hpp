#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rescue/base/file_digest.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// What the data base says of one path, and what was found there.
struct PackagedFile {
  enum class State : std::uint8_t { kNotSeen, kUnchanged, kChanged, kUnreadable };
  std::optional<FileDigest> digest;   ///< none: a folder, a link, or a file without a checksum
  std::uint32_t package = 0;          ///< index into packages()
  std::optional<std::uint16_t> mode;  ///< its permission bits, where the data base says them (rpm)
  bool conffile = false;              ///< the administrator may change it
  bool listed = false;                ///< stands in the package's list
  bool may_be_missing = false;        ///< the package does without it
  bool absent = false;                ///< not installed, or another package's, as no digest covers (rpm)
  bool capable = false;               ///< the package gives it capabilities (rpm)
  bool doubted = false;               ///< written after the installation, or packages do not agree
  State state = State::kNotSeen;
};

/// One installed package and, for dpkg, the times of its files in the data base. The list is written when it
/// is installed; everything else keeps the time that it had in the archive.
struct Package {
  std::string key;  ///< "bash", "libc6:amd64": how dpkg names its files; "bash-5.1.8-6.el9.x86_64" for rpm
  std::string version;
  std::string architecture;
  std::optional<Timestamp> installed;
  std::optional<FileInfo> list;
  std::optional<FileInfo> checksums;
  std::optional<Timestamp> newest_control;  ///< of its other files there
  bool doubted = false;                     ///< its checksums contradict something
};

/// Something that the data base says of a package, and itself says otherwise elsewhere.
struct DatabaseContradiction {
  std::string package;
  std::optional<std::uint32_t> index = {};  ///< into packages(), where it stands there
  std::string reason;
  std::vector<std::string> paths = {};
};

/// The data base of dpkg (deb(5), dpkg's own documentation of its data base): `status`, `info/*.list`,
/// `info/*.md5sums` and the diversions; or that of rpm, whose packages' headers lie in SQLite or Berkeley DB.
/// Paths are told as they lie on a disk whose /bin is a link to usr/bin. Whoever had the server may have
/// written all of it.
class PackageDatabase {
 public:
  enum class Kind : std::uint8_t { kDpkg, kRpm };

  /// Bounded: 4 million paths, 64 MiB of a file or of a header; what is over becomes a gap, as is a second
  /// data base beside the one that is read.
  static PackageDatabase read(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps);

  /// There is one.
  bool known() const { return !packages_.empty(); }
  Kind kind() const { return kind_; }
  /// Where it lies: a folder, or rpm's file.
  const std::string& path() const { return path_; }
  /// What holds the checksums of a package.
  std::string checksums_path(const Package& package) const;
  /// When rpm's file was written last.
  Timestamp written() const { return written_; }
  /// Seen while it was read; rpm only.
  const std::vector<DatabaseContradiction>& contradictions() const { return contradictions_; }
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
  friend class RpmDatabaseReader;
  Kind kind_ = Kind::kDpkg;
  std::string path_ = "/var/lib/dpkg";
  Timestamp written_{};
  std::vector<DatabaseContradiction> contradictions_;
  std::vector<Package> packages_;  // dpkg's: sorted by key
  std::unordered_map<std::string, PackagedFile> files_;
  std::map<std::string, std::string, std::less<>> merged_;  // "/bin" → "/usr/bin"
};

}  // namespace rescue::evidence
