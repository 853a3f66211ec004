#include "rpm_database.hpp"

#include <algorithm>

#include "rpm_check.hpp"
#include "rpm_signature.hpp"
#include "rpm_store.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostPackages = 200'000, kMostPaths = 4'000'000, kMostPath = 4096, kMostText = 256;
constexpr std::uint64_t kMostPathBytes = 512ULL << 20U, kMostOfAHeader = 128ULL << 20U;
constexpr std::string_view kPrevents = "telling changed and added programs from the packages' own";

// Bits of FILEFLAGS, FILEVERIFYFLAGS, FILEMODES (rpm's rpmfiles.h, rpmvf.h, inode(7)).
constexpr std::uint64_t kConfig = 1, kMissingOk = 8, kGhost = 64, kVerifyDigest = 1;
constexpr std::uint64_t kFormat = 0170000, kRegular = 0100000, kPermissions = 07777;

std::uint64_t at(const std::vector<std::uint64_t>& numbers, std::size_t i, std::uint64_t otherwise) {
  return i < numbers.size() ? numbers[i] : otherwise;
}

std::string_view at(const std::vector<std::string_view>& texts, std::size_t i) {
  return i < texts.size() ? texts[i] : std::string_view();
}

}  // namespace

std::optional<DigestKind> rpm_digest_kind(const RpmHeader& header) {
  return openpgp_digest_kind(header.number(RpmTag::kFileDigestAlgo).value_or(1));
}

std::vector<std::string> rpm_paths(const RpmHeader& header) {
  std::vector<std::string> paths;
  const auto names = header.texts(RpmTag::kBaseNames);
  const auto folders = header.texts(RpmTag::kDirNames);
  const auto places = header.numbers(RpmTag::kDirIndexes);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < names.size() && bytes < kMostOfAHeader; ++i) {
    const auto folder = at(folders, at(places, i, folders.size()));
    // No file has a longer one; a header of few bytes may say it of millions.
    const bool possible = folder.size() + names[i].size() <= kMostPath;
    paths.push_back(possible ? std::string(folder) + std::string(names[i]) : std::string());
    bytes += paths.back().size();
  }
  if (!names.empty()) return paths;
  for (const auto path : header.texts(RpmTag::kOldFileNames)) paths.emplace_back(path);
  return paths;
}

/// Reads header by header.
class RpmDatabaseReader {
 public:
  RpmDatabaseReader(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps)
      : root_(root), time_is_up_(time_is_up), gaps_(gaps) {}

  PackageDatabase run() {
    auto store = RpmStore::find(root_, time_is_up_, gaps_);
    if (!store) return std::move(out_);
    out_.kind_ = PackageDatabase::Kind::kRpm;
    out_.path_ = store->path();
    out_.merged_ = merged_folders(root_);
    bool whole = true;
    store->each_header([&](std::uint32_t number, std::string_view blob) {
      const bool late = time_is_up_ && time_is_up_();
      if (late || out_.packages_.size() >= kMostPackages) {
        gap(late ? "the time was up; the rest was not read" : "more packages than the limit", true);
        whole = false;
        return false;
      }
      take_header(number, blob);
      return true;
    });
    out_.written_ = store->written();
    tell_damage(*store);
    for (const auto& index : check_.compare(*store, whole && damaged_headers_ == 0))
      gap("its index of " + index + " is missing or damaged; it was not compared with the packages", true);
    out_.contradictions_ = check_.finish(out_.written_);
    mark_doubted();
    return std::move(out_);
  }

 private:
  void take_header(std::uint32_t number, std::string_view blob) {
    const auto header = RpmHeader::parse(blob);
    if (!header) {
      ++damaged_headers_;
      return;
    }
    Package package;
    package.key = header->full_name();
    package.version = header->text(RpmTag::kVersion).substr(0, kMostText);
    package.architecture = header->text(RpmTag::kArch).substr(0, kMostText);
    if (const auto seconds = header->number(RpmTag::kInstallTime))
      package.installed =
          from_us(static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, UINT32_MAX)) * 1'000'000);
    const auto index = static_cast<std::uint32_t>(out_.packages_.size());
    check_.add(number, *header, package);
    out_.packages_.push_back(std::move(package));
    take_files(*header, index);
  }

  void take_files(const RpmHeader& header, std::uint32_t index) {
    const auto kind = rpm_digest_kind(header);
    const auto digests = header.texts(RpmTag::kFileDigests);
    const auto flags = header.numbers(RpmTag::kFileFlags);
    const auto verify = header.numbers(RpmTag::kFileVerifyFlags);
    const auto modes = header.numbers(RpmTag::kFileModes);
    const auto states = header.numbers(RpmTag::kFileStates);
    const auto capabilities = header.texts(RpmTag::kFileCaps);
    const auto paths = rpm_paths(header);
    if (digests.size() > paths.size()) full();
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto flag = at(flags, i, 0);
      if ((flag & kGhost) != 0) continue;  // only named: whatever lies there, no package brought it
      const auto mode = at(modes, i, 0);
      const bool regular = (mode & kFormat) == kRegular;
      PackagedFile file;
      file.package = index;
      file.listed = true;
      if (kind && regular) file.digest = parse_digest(*kind, at(digests, i));
      if (regular) file.mode = static_cast<std::uint16_t>(mode & kPermissions);
      file.conffile = (flag & kConfig) != 0 || (at(verify, i, kVerifyDigest) & kVerifyDigest) == 0;
      // Not installed (documents, languages), another package's in its place, of another architecture: no
      // digest covers this, so whatever lies there and is no other package's is compared all the same.
      file.absent = at(states, i, 0) != 0;
      file.may_be_missing = file.absent || (flag & kMissingOk) != 0;
      file.capable = !at(capabilities, i).empty();
      keep(paths[i], file);
    }
  }

  void keep(const std::string& path, const PackagedFile& file) {
    if (!path.starts_with('/') || path.size() > kMostPath) return;
    auto place = out_.canonical(path);
    const auto known = out_.files_.find(place);
    if (known != out_.files_.end()) {
      join(known->first, known->second, file);
      return;
    }
    if (out_.files_.size() >= kMostPaths || path_bytes_ >= kMostPathBytes) return full();
    path_bytes_ += place.size();
    out_.files_.emplace(std::move(place), file);
  }

  /// Packages share files that are the same; rpm lets no two bring other ones. Which of them is the honest
  /// one cannot be said, so such a file is not trusted. What the first says of a setting stands.
  void join(const std::string& path, PackagedFile& known, const PackagedFile& file) {
    if (known.absent != file.absent) {
      const bool others = known.digest && file.digest && known.digest != file.digest;
      if (known.absent) known = file;
      known.doubted = known.doubted || others;  // one byte makes a package step back for another
      return;
    }
    const bool differs = file.digest && (known.digest ? known.digest != file.digest : known.doubted);
    if (!differs) {
      const bool conffile = known.digest ? known.conffile : file.conffile;
      if (file.digest && !known.doubted) known = file;
      known.conffile = conffile;
      return;
    }
    known.doubted = true;
    if (known.conffile || known.absent)
      known.digest.reset();
    else
      check_.claims_anothers(path, file.package);
  }

  void mark_doubted() {
    for (std::size_t i = 0; i < out_.packages_.size(); ++i) out_.packages_[i].doubted = check_.doubts(i);
    if (check_.untold() > 0)
      gap(std::to_string(check_.untold()) + " more contradiction(s) in it are not told one by one", true);
  }

  void full() {
    if (!std::exchange(full_, true)) gap("more paths than the limit; the rest was not kept", true);
  }

  void tell_damage(const RpmStore& store) {
    const auto& damage = store.damage();
    if (damage.places > 0) {
      gaps_.push_back({.path = store.path(),
                       .offset = damage.first_offset,
                       .reason = std::to_string(damage.places) +
                                 " place(s) of it cannot be read, the first: " + damage.first_reason,
                       .prevents = std::string(kPrevents),
                       .grave = true});
    }
    if (damaged_headers_ > 0)
      gap(std::to_string(damaged_headers_) + " package(s) whose headers are damaged", true);
  }

  void gap(std::string reason, bool grave) {
    gaps_.push_back({.path = out_.path_,
                     .reason = std::move(reason),
                     .prevents = std::string(kPrevents),
                     .grave = grave});
  }

  const SafeRoot& root_;
  const std::function<bool()>& time_is_up_;
  Gaps& gaps_;
  PackageDatabase out_;
  RpmCheck check_;
  std::uint64_t path_bytes_ = 0, damaged_headers_ = 0;
  bool full_ = false;
};

PackageDatabase read_rpm_database(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps) {
  return RpmDatabaseReader(root, time_is_up, gaps).run();
}

}  // namespace rescue::evidence
