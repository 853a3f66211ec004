#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rescue/evidence/package_database.hpp"
#include "rpm_header.hpp"
#include "rpm_store.hpp"

namespace rescue::evidence {

/// Looks for what cannot be in rpm's data base while it is read: headers against the digests and signatures
/// beside them, against the indexes, and one package against the others.
class RpmCheck {
 public:
  /// Packages in the order in which they are kept.
  void add(std::uint32_t number, const RpmHeader& header, const Package& package);
  /// A file of another package, with other content.
  void claims_anothers(const std::string& path, std::uint32_t index);
  /// Against the indexes; only where every package could be read (`whole`) are those missed that they name.
  /// Which indexes could not be read.
  std::vector<std::string> compare(RpmStore& store, bool whole);
  /// What was found. `written`: when the data base was written last.
  std::vector<DatabaseContradiction> finish(Timestamp written);
  /// Whether anything contradicts this package, told or not; after finish().
  bool doubts(std::size_t index) const { return doubted_[index]; }
  /// Contradictions above the limit of what is told.
  std::uint64_t untold() const { return untold_; }

 private:
  struct Known {
    std::uint32_t number = 0;
    std::string name;  ///< in full
    std::string vendor;
    std::string sha1;
    std::optional<Timestamp> installed;
    bool with_digest = false, with_signature = false, of_package = false;
  };
  void say(std::size_t index, std::string reason, std::vector<std::string> paths = {});
  void compare_names(const RpmIndex& names, bool whole);
  void compare_digests(const RpmIndex& digests);
  void find_unsigned();
  void find_undigested();

  std::vector<Known> packages_;
  std::vector<DatabaseContradiction> said_;
  std::vector<bool> doubted_;                                 // by package
  std::map<std::uint32_t, std::vector<std::string>> claims_;  // by package
  std::size_t claimed_bytes_ = 0;                             // of all their paths
  std::uint64_t untold_ = 0;
};

}  // namespace rescue::evidence
