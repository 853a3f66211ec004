#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/file_reader.hpp"
#include "rescue/evidence/package_database.hpp"

namespace rescue::evidence {

/// A file that is worth a look: changed, missing, brought by no package, of special rights, or oddly named.
struct SurveyedFile {
  enum class Form : std::uint8_t { kOther, kElf, kScript };
  std::string path;
  FileInfo info = {};
  Form form = Form::kOther;
  bool owned = false;       ///< a package brought it
  bool changed = false;     ///< not what its package brought
  bool missing = false;     ///< its package brought it, and it is gone
  bool names_pool = false;  ///< holds the address of a pool of miners
  std::string package = {};
  std::string sha256 = {};      ///< of those read whole
  std::string capability = {};  ///< security.capability as it lies there

  bool executable() const { return (info.mode & 0111U) != 0; }
};

/// Something within the data base of packages that cannot be.
struct DatabaseFault {
  std::string path;  ///< the file of the data base
  std::string package;
  std::string reason;
  std::vector<std::string> programs = {};  ///< what it may hide
  Timestamp time{};
  bool proven = false;  ///< the archive of the package says otherwise
};

/// What came of going over the whole disk once.
struct DiskSurvey {
  PackageDatabase packages;
  std::vector<SurveyedFile> files;  ///< sorted by path
  std::vector<DatabaseFault> faults;
  std::size_t files_verified = 0;
  std::uint64_t bytes_read = 0;

  /// A package brought it, it is as it was, and nothing contradicts that.
  bool trusted(const std::string& path) const;
  /// A package brought it, and as far as was seen nobody changed it; it need not be there.
  bool brought(const std::string& path) const;
  /// There is a data base, and no package brought it.
  bool foreign(const std::string& path) const { return packages.known() && packages.find(path) == nullptr; }
};

struct SurveyOptions {
  unsigned jobs = 1;
  TimeIsUp time_is_up;                          ///< may be empty
  std::set<std::uint32_t> watched_owners = {};  ///< accounts whose files outside /var/lib and /run are kept
  bool of_disk = true;                    ///< false: a folder without packages; only the readers look at it
  std::vector<FileReader*> readers = {};  ///< who else looks at files; borrowed, at most eight
};

/// Goes over every folder but /proc and /sys, compares what packages brought with their checksums, opens what
/// else may be a program, and gives the readers what they want. Each file is read once for all. Bounded in
/// entries and in what is kept; what is over becomes a gap.
DiskSurvey survey_disk(const SafeRoot& root, const SurveyOptions& options, Gaps& gaps);

/// The name is made of blanks and dots only, so that a listing does not show it.
bool is_blank_name(std::string_view path);

}  // namespace rescue::evidence
