#include "rescue/evidence/package_cache.hpp"

#include <algorithm>
#include <set>

#include "rescue/base/sha256.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "holding the data base of packages against the original archives";

/// apt writes the colon of an epoch as %3a; mirrors leave the epoch out.
std::vector<std::string> archive_names(const Package& package, PackageDatabase::Kind kind) {
  if (kind == PackageDatabase::Kind::kRpm) return {package.key + ".rpm"};
  const auto name = package.key.substr(0, package.key.find(':'));
  const auto ending = "_" + package.architecture + ".deb";
  const auto colon = package.version.find(':');
  if (colon == std::string::npos) return {name + "_" + package.version + ending};
  const auto bare = package.version.substr(colon + 1);
  return {name + "_" + package.version.substr(0, colon) + "%3a" + bare + ending, name + "_" + bare + ending};
}

class Comparison {
 public:
  Comparison(const SafeRoot& root, const SafeRoot& cache, DiskSurvey& survey, Gaps& gaps)
      : root_(root), cache_(cache), survey_(survey), gaps_(gaps) {}

  void run() {
    constexpr std::size_t kMostArchives = 200'000;
    std::set<std::string> there;
    if (const auto listing = cache_.list("/", kMostArchives)) {
      for (const auto& entry : listing->entries) there.insert(entry.name);
    }
    std::size_t without = 0;
    auto& packages = survey_.packages.packages();
    for (std::uint32_t i = 0; i < packages.size(); ++i) {
      const auto names = archive_names(packages[i], survey_.packages.kind());
      const auto name =
          std::find_if(names.begin(), names.end(), [&](const auto& n) { return there.contains(n); });
      if (name == names.end()) {
        ++without;
      } else {
        compare(i, *name);
      }
    }
    if (without > 0)
      gap(survey_.packages.path(), std::to_string(without) + " package(s) have no archive in the cache");
    std::sort(survey_.files.begin(), survey_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
  }

 private:
  void compare(std::uint32_t index, const std::string& name) {
    const bool rpm = survey_.packages.kind() == PackageDatabase::Kind::kRpm;
    const auto original =
        rpm ? read_rpm_checksums(cache_, "/" + name) : read_archive_checksums(cache_, "/" + name);
    if (!original) return gap(name, original.error().detail);
    std::vector<std::string> hidden;
    for (const auto& [path, digest] : *original) {
      auto* record = survey_.packages.find(path);
      if (record == nullptr || record->package != index || record->conffile || record->digest == digest)
        continue;
      hidden.push_back(survey_.packages.canonical(path));
      if (record->state == PackagedFile::State::kUnchanged) mark_changed(hidden.back(), *record);
    }
    if (hidden.empty()) return;
    auto& package = survey_.packages.packages()[index];
    package.doubted = true;
    survey_.faults.push_back({.path = survey_.packages.checksums_path(package),
                              .package = package.key,
                              .reason = "its checksums are not those of the original archive",
                              .programs = std::move(hidden),
                              .time = package.checksums ? package.checksums->mtime
                                      : package.list    ? package.list->mtime
                                                        : survey_.packages.written(),
                              .proven = true});
  }

  /// It is what the edited data base says, so it is not what the archive brought.
  void mark_changed(const std::string& path, PackagedFile& record) {
    record.state = PackagedFile::State::kChanged;
    constexpr std::size_t kMostBytes = 256 << 20;
    SurveyedFile file{.path = path, .owned = true, .changed = true};
    file.package = survey_.packages.packages()[record.package].key;
    if (const auto info = root_.info(path, SafeRoot::LastLink::kFollow)) file.info = *info;
    if (const auto text = root_.read_small(path, kMostBytes)) file.sha256 = sha256_hex(*text);
    survey_.files.push_back(std::move(file));
  }

  void gap(const std::string& path, std::string reason) {
    gaps_.push_back({.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents)});
  }

  const SafeRoot& root_;
  const SafeRoot& cache_;
  DiskSurvey& survey_;
  Gaps& gaps_;
};

}  // namespace

void compare_with_archives(const SafeRoot& root, const SafeRoot& cache, DiskSurvey& survey, Gaps& gaps) {
  Comparison(root, cache, survey, gaps).run();
}

}  // namespace rescue::evidence
