#include "rescue/evidence/package_database.hpp"

#include <algorithm>
#include <array>

#include "rescue/evidence/line_reader.hpp"
#include "rpm_database.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kFolder = "/var/lib/dpkg/info";
constexpr std::size_t kMostBytes = 64 << 20, kMostInfoFiles = 500'000, kMostPaths = 4'000'000;
constexpr std::size_t kMostPath = 4096;  // no file has a longer one
constexpr std::uint64_t kMostAllBytes = 1ULL << 30U, kMostPathBytes = 512ULL << 20U;
constexpr std::size_t kMostDiversions = 100'000;
constexpr std::string_view kPrevents = "telling changed and added programs from the packages' own";

/// Takes "word" off the front of `text`.
std::string_view take_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

/// What the distribution says of itself (os-release(5)); nothing where it says nothing.
std::optional<bool> is_debian(const SafeRoot& root) {
  constexpr std::size_t kMostOfIt = 64 << 10;
  for (const std::string path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = root.read_small(path, kMostOfIt);
    if (!text) continue;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto line = take_line(rest);
      const bool names_it = line.starts_with("ID=") || line.starts_with("ID_LIKE=");
      if (names_it && (line.find("debian") != line.npos || line.find("ubuntu") != line.npos)) return true;
    }
    return false;
  }
  return std::nullopt;
}

}  // namespace

/// Reads the data base's files one by one.
class PackageDatabaseReader {
 public:
  PackageDatabaseReader(const SafeRoot& root, const std::function<bool()>& time_is_up, Gaps& gaps)
      : root_(root), time_is_up_(time_is_up), gaps_(gaps) {}

  PackageDatabase run() {
    out_.merged_ = merged_folders(root_);
    list_packages();
    if (out_.packages_.empty()) return std::move(out_);
    read_diversions();
    for (std::uint32_t i = 0; i < out_.packages_.size(); ++i) {
      if (time_is_up_ && time_is_up_()) {
        gap(std::string(kFolder), "the time was up; the rest was not read", true);
        return std::move(out_);
      }
      read_list(i);
      if (out_.packages_[i].checksums) read_checksums(i);
    }
    read_status();
    if (overlong_) gap(std::string(kFolder), "a path is longer than a file's can be; it was left out", false);
    if (full_) gap(std::string(kFolder), "more text or paths than the limit; the rest was not read", true);
    return std::move(out_);
  }

 private:
  void list_packages() {
    const auto listing = root_.list(kFolder, kMostInfoFiles);
    if (!listing) return;
    if (listing->cut) gap(std::string(kFolder), "more entries than the limit", true);
    std::map<std::string, Package> by_key;
    for (const auto& entry : listing->entries) {
      const auto dot = entry.name.rfind('.');
      if (dot == entry.name.npos || entry.info.kind != FileKind::kRegular) continue;
      const auto kind = entry.name.substr(dot + 1);
      auto& package = by_key[entry.name.substr(0, dot)];
      if (kind == "list") {
        package.list = entry.info;
      } else if (kind == "md5sums") {
        package.checksums = entry.info;
      } else {
        const auto known = package.newest_control.value_or(entry.info.mtime);
        package.newest_control = std::max(known, entry.info.mtime);
      }
    }
    for (auto& [key, package] : by_key) {
      if (!package.list) continue;
      package.key = key;
      package.installed = package.list->mtime;
      out_.packages_.push_back(std::move(package));
    }
  }

  /// Three lines each: from, to, and the package whose own file stays where it was.
  void read_diversions() {
    const auto text = read("/var/lib/dpkg/diversions");
    if (!text) return;
    for (std::string_view rest = *text; !rest.empty();) {
      if (diversions_.size() >= kMostDiversions) {
        full_ = true;
        return;
      }
      const auto from = take_line(rest);
      const auto to = take_line(rest);
      const auto by = take_line(rest);
      diversions_[out_.canonical(from)] = {out_.canonical(to), std::string(by)};
    }
  }

  /// Where this package's file really lies.
  std::string place_of(std::string_view path, const Package& package) const {
    auto place = out_.canonical(path);
    const auto at = diversions_.find(place);
    if (at == diversions_.end() || at->second.second == package.key.substr(0, package.key.find(':')))
      return place;
    return at->second.first;
  }

  PackagedFile* record(std::string_view path, std::uint32_t index) {
    if (!path.starts_with('/')) return nullptr;
    if (path.size() > kMostPath) {
      overlong_ = true;
      return nullptr;
    }
    auto place = place_of(path, out_.packages_[index]);
    const bool no_room = out_.files_.size() >= kMostPaths || path_bytes_ >= kMostPathBytes;
    if (!out_.files_.contains(place)) {
      if (no_room) {
        full_ = true;
        return nullptr;
      }
      path_bytes_ += place.size();
    }
    auto& file = out_.files_[std::move(place)];
    file.package = index;
    return &file;
  }

  void read_list(std::uint32_t index) {
    const auto text = read(std::string(kFolder) + "/" + out_.packages_[index].key + ".list");
    if (!text) return;
    for (std::string_view rest = *text; !rest.empty();) {
      auto* file = record(take_line(rest), index);
      if (file != nullptr) file->listed = true;
    }
  }

  void read_checksums(std::uint32_t index) {
    const auto text = read(out_.checksums_path(out_.packages_[index]));
    if (!text) return;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto line = take_line(rest);
      constexpr std::size_t kDigits = 32;
      if (line.size() < kDigits + 3) continue;
      const auto digest = parse_md5(line.substr(0, kDigits));
      auto* file = digest ? record("/" + std::string(line.substr(kDigits + 2)), index) : nullptr;
      if (file != nullptr) file->digest = digest_of(*digest);
    }
  }

  /// Versions, and the checksums of conffiles, which stand here only.
  void read_status() {
    const auto text = read("/var/lib/dpkg/status");
    if (!text) return;
    std::string name, architecture, version;
    bool in_conffiles = false;
    std::vector<std::string_view> conffiles;
    const auto flush = [&] {
      if (const auto index = index_of(name, architecture)) {
        out_.packages_[*index].version = version;
        out_.packages_[*index].architecture = architecture;
        for (const auto line : conffiles) take_conffile(line, *index);
      }
      name.clear();
      conffiles.clear();
    };
    for (std::string_view rest = *text; !rest.empty();) {
      const auto line = take_line(rest);
      if (line.empty()) {
        flush();
        in_conffiles = false;
      } else if (line.starts_with(' ')) {
        if (in_conffiles) conffiles.push_back(line);
      } else {
        in_conffiles = line.starts_with("Conffiles:");
        take_field(line, "Package: ", name);
        take_field(line, "Architecture: ", architecture);
        take_field(line, "Version: ", version);
      }
    }
    flush();
  }

  static void take_field(std::string_view line, std::string_view key, std::string& into) {
    if (line.starts_with(key)) into = line.substr(key.size());
  }

  std::optional<std::uint32_t> index_of(const std::string& name, const std::string& architecture) const {
    for (const auto& key : {name, name + ":" + architecture}) {
      const auto at = std::lower_bound(out_.packages_.begin(), out_.packages_.end(), key,
                                       [](const Package& p, const std::string& k) { return p.key < k; });
      if (at != out_.packages_.end() && at->key == key)
        return static_cast<std::uint32_t>(at - out_.packages_.begin());
    }
    return std::nullopt;
  }

  void take_conffile(std::string_view line, std::uint32_t index) {
    const auto path = take_word(line);
    const auto digest = parse_md5(take_word(line));
    const bool obsolete = take_word(line) == "obsolete";
    auto* file = path.empty() || obsolete ? nullptr : record(path, index);
    if (file == nullptr) return;
    file->conffile = true;
    file->digest.reset();
    if (digest) file->digest = digest_of(*digest);
  }

  Result<std::string> read(const std::string& path) {
    if (bytes_ >= kMostAllBytes) {
      full_ = true;
      return fail(ErrorCode::kTooLarge, "file-too-large", path + ": more text than the limit");
    }
    auto text = root_.read_small(path, kMostBytes);
    if (text) bytes_ += text->size();
    if (!text && text.error().code != ErrorCode::kNotFound) gap(path, text.error().detail, false);
    return text;
  }

  void gap(const std::string& path, std::string reason, bool grave) {
    gaps_.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = grave});
  }

  const SafeRoot& root_;
  const std::function<bool()>& time_is_up_;
  Gaps& gaps_;
  PackageDatabase out_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> diversions_;
  std::uint64_t bytes_ = 0, path_bytes_ = 0;  // read, kept
  bool full_ = false, overlong_ = false;
};

PackageDatabase PackageDatabase::read(const SafeRoot& root, const std::function<bool()>& time_is_up,
                                      Gaps& gaps) {
  auto dpkg = PackageDatabaseReader(root, time_is_up, gaps).run();
  auto rpm = read_rpm_database(root, time_is_up, gaps);
  if (!dpkg.known() || !rpm.known()) return dpkg.known() ? dpkg : rpm;
  // Whoever lays a data base of their own beside the system's would have their programs taken for packaged.
  const auto debian = is_debian(root);
  const bool more_rpm = debian ? !*debian : rpm.packages().size() > dpkg.packages().size();
  const auto& other = more_rpm ? dpkg : rpm;
  gaps.push_back({.path = other.path(),
                  .reason = debian
                                ? "a second data base of packages, not this distribution's; it was not used"
                                : "a second data base of packages, smaller than the other; it was not used",
                  .prevents = std::string(kPrevents),
                  .grave = true});
  return more_rpm ? rpm : dpkg;
}

std::map<std::string, std::string, std::less<>> merged_folders(const SafeRoot& root) {
  std::map<std::string, std::string, std::less<>> merged;
  for (const std::string name : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
    auto target = root.link_target("/" + name);
    if (target && target->starts_with('/')) target->erase(0, 1);
    if (target && *target == "usr/" + name) merged["/" + name] = "/usr/" + name;
  }
  return merged;
}

std::string PackageDatabase::checksums_path(const Package& package) const {
  return kind_ == Kind::kRpm ? path_ : path_ + "/info/" + package.key + ".md5sums";
}

std::string PackageDatabase::canonical(std::string_view path) const {
  const auto slash = path.find('/', 1);
  const auto at = merged_.find(path.substr(0, slash));
  if (at == merged_.end()) return std::string(path);
  return at->second + std::string(slash == path.npos ? "" : path.substr(slash));
}

const PackagedFile* PackageDatabase::find(const std::string& path) const {
  const auto at = files_.find(canonical(path));
  return at == files_.end() ? nullptr : &at->second;
}

PackagedFile* PackageDatabase::find(const std::string& path) {
  const auto at = files_.find(canonical(path));
  return at == files_.end() ? nullptr : &at->second;
}

}  // namespace rescue::evidence
