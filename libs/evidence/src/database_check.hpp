#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/evidence/disk_survey.hpp"

namespace rescue::evidence {

/// Looks for what cannot be within the data base of packages. Nothing here needs another source: whoever
/// edits one place of the data base mostly forgets the others. `survey` is borrowed.
class DatabaseCheck {
 public:
  explicit DatabaseCheck(DiskSurvey& survey);
  /// A packaged file as it lies on the disk, once its state is known.
  void add(const std::string& path, const PackagedFile& record, const FileInfo& info);
  /// Adds to `survey.faults` and marks packages as doubted.
  void run();
  /// Packages with programs and no checksums at all: whether these were changed cannot be said. After run().
  const std::vector<std::string>& unchecked_packages() const { return unchecked_packages_; }

 private:
  /// What the files of one package say together.
  struct Traces {
    std::vector<std::string> unchecked;       ///< listed regular files without a checksum
    std::vector<std::string> unlisted;        ///< checksums of files that no list names
    std::vector<std::string> newer;           ///< as the checksums say, yet written after the installation
    std::vector<std::string> newer_programs;  ///< those of them that can be started, by their mtime
    std::optional<Timestamp> newest_old;      ///< of those written before it
    bool program_unchecked = false;           ///< one of `unchecked` lies where programs are called
  };
  void run_rpm();
  void tell(const DatabaseContradiction& contradiction);
  void judge(std::size_t index, bool ctimes_mean_something);
  void fault(Package& package, std::string reason, std::vector<std::string> programs);

  DiskSurvey& survey_;
  std::vector<Traces> traces_;  // by package
  std::vector<std::string> unchecked_packages_;
};

}  // namespace rescue::evidence
