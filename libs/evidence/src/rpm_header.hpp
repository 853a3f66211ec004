#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/file_digest.hpp"
#include "rescue/base/result.hpp"

namespace rescue::evidence {

/// The tags that are looked at (rpm's rpmtag.h).
enum class RpmTag : std::uint32_t {
  kDsaHeader = 267,
  kRsaHeader = 268,
  kSha1Header = 269,
  kSha256Header = 273,
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kInstallTime = 1008,
  kVendor = 1011,
  kArch = 1022,
  kOldFileNames = 1027,
  kFileStates = 1029,
  kFileModes = 1030,
  kFileDigests = 1035,
  kFileFlags = 1037,
  kFileVerifyFlags = 1045,
  kDirIndexes = 1116,
  kBaseNames = 1117,
  kDirNames = 1118,
  kFileCaps = 5010,
  kFileDigestAlgo = 5011,
};

/// A header of rpm (its documentation "RPM v4 header format"): an index of tags and a store, all big-endian.
/// As it lies in a data base, without the magic number. Views into the bytes it was parsed from, which must
/// outlive it; hostile. Where a tag stands twice, the last one counts, as for rpm.
class RpmHeader {
 public:
  /// kCorrupt when the sizes cannot be. `rest`: what follows it, where that is wanted.
  static Result<RpmHeader> parse(std::string_view bytes, std::string_view* rest = nullptr);

  bool has(RpmTag tag) const { return entry(tag) != nullptr; }
  /// The first text; empty when there is none.
  std::string_view text(RpmTag tag) const;
  std::vector<std::string_view> texts(RpmTag tag) const;
  /// Whole numbers of any width.
  std::vector<std::uint64_t> numbers(RpmTag tag) const;
  std::optional<std::uint64_t> number(RpmTag tag) const;
  std::string_view bytes(RpmTag tag) const;

  /// The part that the builder of the package made and its digest and signature cover; nothing in headers
  /// that have none.
  bool has_region() const { return region_entries_ > 0; }
  /// What rpm hashes of it, as pieces.
  void hash_region(DigestStream& stream) const;
  /// Tags of files that stand in the region and once more after it, where no digest covers them.
  bool overrides_region() const;
  /// Installed from a package of such a name: "bash-5.1.8-6.el9.x86_64". At most 256 bytes of each part.
  std::string full_name() const;

 private:
  struct Entry {
    std::uint32_t tag, type, offset, count;
  };
  const Entry* entry(RpmTag tag) const;
  std::string_view data_of(const Entry& entry) const;
  void find_region();

  std::vector<Entry> entries_;
  std::string_view index_, store_;
  std::size_t region_entries_ = 0, region_bytes_ = 0;
};

}  // namespace rescue::evidence
