#include "rescue/evidence/disk_survey.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>

#include "database_check.hpp"
#include "rescue/evidence/on_threads.hpp"
#include "rescue/evidence/walk.hpp"
#include "survey_reading.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "finding changed and added programs there";
constexpr std::string_view kPreventsAll = "finding changed and added programs, and web shells, there";
constexpr std::size_t kMostFiles = 100'000;   // kept, of all kinds
constexpr std::size_t kMostAtOnce = 400'000;  // to be read, kept in memory

bool below(std::string_view path, std::initializer_list<std::string_view> folders) {
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) { return path.starts_with(folder); });
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// Where programs that no package brought are looked for whatever their rights: libraries have no x bit.
bool may_be_program(std::string_view path) {
  const auto name = name_of(path);
  return below(path, {"/usr/", "/bin/", "/sbin/", "/lib", "/etc/", "/dev/", "/boot/"}) ||
         name.find(".so") != name.npos || name.find(".ko") != name.npos;
}

bool is_git_hook(std::string_view path) {
  const auto hooks = path.rfind("/hooks/");
  return hooks != path.npos && path.substr(0, hooks).ends_with(".git") && !path.ends_with(".sample");
}

bool is_compose_file(std::string_view path) {
  const auto name = name_of(path);
  const bool yaml = name.ends_with(".yml") || name.ends_with(".yaml");
  return yaml && (name.starts_with("docker-compose") || name.starts_with("compose"));
}

class Survey {
 public:
  Survey(const SafeRoot& root, const SurveyOptions& options, Gaps& gaps)
      : root_(root), options_(options), gaps_(gaps) {}

  DiskSurvey run() {
    for (unsigned i = 0; i < options_.jobs; ++i) reading_.emplace_back(root_, options_, i);
    sort_readers_folders();
    if (options_.of_disk) {
      out_.packages = PackageDatabase::read(root_, options_.time_is_up, gaps_);
      check_.emplace(out_);
      go_over_disk();
      add_those_behind_links();
    } else {
      own_turn_.insert("/");
      for (const auto& folder : own_turn_) go_over(folder);
    }
    for (const auto& folder : linked_) go_over_linked(folder);
    read_candidates();
    finish();
    return std::move(out_);
  }

 private:
  bool time_is_up() const { return options_.time_is_up && options_.time_is_up(); }

  /// Each has its own turn and its own limits: a flood of files beside it must not use them up.
  void sort_readers_folders() {
    std::set<std::string> folders;
    for (const auto* reader : options_.readers) folders.merge(reader->folders());
    for (const auto& folder : folders) (leads_over_link(folder) ? linked_ : own_turn_).insert(folder);
  }

  bool leads_over_link(const std::string& folder) const {
    if (std::filesystem::path(folder).lexically_normal() != folder) return true;
    for (auto slash = folder.find('/', 1); true; slash = folder.find('/', slash + 1)) {
      if (root_.link_target(folder.substr(0, slash))) return true;
      if (slash == folder.npos) return false;
    }
  }

  /// System folders first, then the readers'.
  void go_over_disk() {
    std::vector<std::string> folders = {"/usr", "/bin",  "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
                                        "/etc", "/boot", "/root", "/tmp", "/dev",   "/opt",   "/run"};
    std::erase_if(folders, [&](const auto& folder) { return own_turn_.contains(folder); });
    folders.insert(folders.end(), own_turn_.begin(), own_turn_.end());
    std::set<std::string> done(folders.begin(), folders.end());
    if (const auto listing = root_.list("/", WalkLimits{}.max_per_directory)) {
      for (const auto& entry : listing->entries) {
        const auto path = "/" + entry.name;
        if (entry.info.kind != FileKind::kDirectory) {
          visit(path, entry.info);
        } else if (!done.contains(path) && path != "/proc" && path != "/sys") {
          folders.push_back(path);
          if (is_blank_name(path)) keep({path, entry.info});
        }
      }
    }
    for (const auto& folder : folders) {
      const auto info = root_.info(folder);
      if (!info || info->kind != FileKind::kDirectory) continue;  // /bin as a link is /usr/bin
      if (folder != "/") go_over(folder);
    }
  }

  void go_over(const std::string& folder) {
    walk(root_, folder, WalkLimits{}, std::string(kPreventsAll), gaps_,
         [&](const std::string& path, const FileInfo& info) {
           return visit(path, info) && !own_turn_.contains(path);
         });
  }

  /// What is found there has another name, by which only the readers know it.
  void go_over_linked(const std::string& folder) {
    walk(root_, folder, WalkLimits{}, std::string(kPreventsAll), gaps_,
         [&](const std::string& path, const FileInfo& info) {
           if (is_late(path)) return false;
           if (info.kind == FileKind::kRegular) offer({.path = path, .info = info});
           return !linked_.contains(path) && !own_turn_.contains(path);
         });
  }

  /// Asked at every 1024th entry.
  bool is_late(const std::string& path) {
    if (!cut_ && seen_++ % 1024 == 0 && time_is_up()) {
      gap(path, "the time was up; the rest of the disk was not looked at", true, kPreventsAll);
      cut_ = true;
    }
    return cut_;
  }

  bool visit(const std::string& path, const FileInfo& info) {
    if (is_late(path)) return false;
    if (options_.of_disk && is_blank_name(path)) keep({path, info});
    if (info.kind != FileKind::kRegular) return true;
    SurveyCandidate candidate{.path = path, .info = info};
    if (options_.of_disk) want(candidate);
    offer(std::move(candidate));
    return true;
  }

  /// What the survey itself wants to open.
  void want(SurveyCandidate& candidate) {
    const auto& [path, info] = std::tie(candidate.path, candidate.info);
    auto* record = out_.packages.find(path);
    candidate.record = record;
    candidate.keep = (info.mode & 06000U) != 0 || is_git_hook(path) || is_compose_file(path) ||
                     (record == nullptr && is_of_watched(path, info));
    constexpr std::uint64_t kSmall = 1 << 20;
    candidate.survey =
        (record != nullptr && record->digest) || candidate.keep || (info.mode & 0111U) != 0 ||
        (record == nullptr && (may_be_program(path) || (is_temporary_folder(path) && info.size <= kSmall)));
    if (record == nullptr) return;
    if (candidate.survey)
      record->state = PackagedFile::State::kUnreadable;  // until it is read
    else
      check_->add(path, *record, info);
  }

  /// Notes it down where anybody wants to read it.
  void offer(SurveyCandidate candidate) {
    for (std::size_t i = 0; i < options_.readers.size(); ++i) {
      if (options_.readers[i]->wants(candidate.path, candidate.info))
        candidate.readers = static_cast<std::uint8_t>(candidate.readers | 1U << i);
    }
    if (!candidate.survey && candidate.readers == 0) return;
    if (root_.board() != nullptr) root_.board()->plan(std::min(candidate.info.size, candidate.info.stored));
    candidates_.push_back(std::move(candidate));
    if (candidates_.size() >= kMostAtOnce) read_candidates();
  }

  /// Data bases keep their own files below /var/lib; what they have elsewhere, somebody had them write.
  bool is_of_watched(std::string_view path, const FileInfo& info) const {
    return options_.watched_owners.contains(info.uid) && !below(path, {"/var/lib/", "/run/", "/var/log/"});
  }

  /// What packages brought and the walk did not meet: gone, or behind a folder that is a link.
  void add_those_behind_links() {
    if (cut_) return;
    std::vector<std::string> left;
    for (const auto& [path, record] : out_.packages.files()) {
      if (record.digest && record.listed && record.state == PackagedFile::State::kNotSeen)
        left.push_back(path);
    }
    std::sort(left.begin(), left.end());
    std::vector<SurveyedFile> missing;
    for (const auto& path : left) {
      const auto info = root_.info(path, SafeRoot::LastLink::kFollow);
      auto* record = out_.packages.find(path);
      if (info && info->kind == FileKind::kRegular) {
        record->state = PackagedFile::State::kUnreadable;  // until it is read
        candidates_.push_back({.path = path, .info = *info, .record = record, .survey = true});
      } else if (!info && info.error().code == ErrorCode::kNotFound && !record->conffile &&
                 !record->may_be_missing) {
        missing.push_back({.path = path,
                           .owned = true,
                           .missing = true,
                           .package = out_.packages.packages()[record->package].key});
      }
    }
    keep_missing(std::move(missing));
  }

  /// A disk without a large part of all that packages brought is not the whole disk: somebody handed over
  /// what they thought mattered.
  void keep_missing(std::vector<SurveyedFile> missing) {
    constexpr std::size_t kShare = 10, kFew = 20;
    const auto& files = out_.packages.files();
    const auto all = static_cast<std::size_t>(std::count_if(files.begin(), files.end(), [](const auto& file) {
      return file.second.digest.has_value() && !file.second.absent;
    }));
    if (missing.size() > kFew && missing.size() * kShare > all) {
      return gap(out_.packages.path(),
                 std::to_string(missing.size()) + " files of packages are not on this disk", false);
    }
    for (auto& file : missing) keep(std::move(file));
  }

  void read_candidates() {
    std::atomic<std::size_t> next{0};
    on_threads(options_.jobs, [&](unsigned thread) {
      auto& reading = reading_[thread];
      for (auto i = next++; i < candidates_.size() && !reading.late; i = next++) reading.read(candidates_[i]);
    });
    for (auto& candidate : candidates_) take(candidate);
    candidates_.clear();
  }

  void take(SurveyCandidate& candidate) {
    if (candidate.unread) gap(candidate.path, "the file could not be read to its end", false);
    if (auto* record = candidate.record; record != nullptr) {
      out_.files_verified += record->state == PackagedFile::State::kUnchanged ? 1 : 0;
      check_->add(candidate.path, *record, candidate.info);
      doubt(*record, candidate.info);
      if (candidate.found) candidate.found->package = out_.packages.packages()[record->package].key;
    }
    if (candidate.found) keep(std::move(*candidate.found));
  }

  void finish() {
    bool late = false;
    for (const auto& reading : reading_) {
      late = late || reading.late;
      out_.bytes_read += reading.bytes_read();
    }
    std::sort(out_.files.begin(), out_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    if (!check_) return;
    if (late) gap("/", "the time was up; not every file was compared with its package", true);
    check_->run();
    tell_unchecked(check_->unchecked_packages());
  }

  void tell_unchecked(const std::vector<std::string>& packages) {
    if (packages.empty()) return;
    const bool dpkg = out_.packages.kind() == PackageDatabase::Kind::kDpkg;
    gap(dpkg ? out_.packages.path() + "/info/" + packages.front() + ".md5sums" : out_.packages.path(),
        std::to_string(packages.size()) + " package(s) with programs have no checksums, " +
            (dpkg ? "this" : packages.front()) + " is the first",
        true);
  }

  /// A setting that was written after the installation is judged by what it says, whatever the data base has
  /// for its checksum: those of settings stand in a file that every installation writes anew.
  void doubt(PackagedFile& record, const FileInfo& info) {
    const auto& installed = out_.packages.packages()[record.package].installed;
    const bool newer = installed && info.mtime > *installed + std::chrono::hours(1);
    record.doubted = record.doubted || (record.conffile && newer);
  }

  void keep(SurveyedFile file) {
    if (out_.files.size() < kMostFiles) {
      out_.files.push_back(std::move(file));
    } else if (!std::exchange(overflow_, true)) {
      gap(file.path, "more programs than the limit; the rest was not looked at", true);
    }
  }

  void gap(const std::string& path, std::string reason, bool grave, std::string_view prevents = kPrevents) {
    gaps_.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(prevents), .grave = grave});
  }

  const SafeRoot& root_;
  const SurveyOptions& options_;
  Gaps& gaps_;
  DiskSurvey out_;
  std::optional<DatabaseCheck> check_;
  std::vector<SurveyReading> reading_;  // one of each thread
  std::vector<SurveyCandidate> candidates_;
  std::set<std::string> own_turn_, linked_;  // the readers' folders; those that a link leads to
  std::uint64_t seen_ = 0;
  bool cut_ = false, overflow_ = false;
};

}  // namespace

bool is_blank_name(std::string_view path) {
  auto name = name_of(path);
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto before = name.size();
    for (const std::string_view blank : {" ", ".", "\t", "\xc2\xa0", "\xe2\x80\x8b", "\xe3\x80\x80"}) {
      if (name.starts_with(blank)) name.remove_prefix(blank.size());
    }
    if (name.size() == before) return false;
  }
  return true;
}

bool DiskSurvey::trusted(const std::string& path) const {
  const auto* record = packages.find(path);
  if (record == nullptr || record->doubted || record->state != PackagedFile::State::kUnchanged) return false;
  return !packages.packages()[record->package].doubted;
}

bool DiskSurvey::brought(const std::string& path) const {
  const auto* record = packages.find(path);
  return record != nullptr && record->state != PackagedFile::State::kChanged &&
         !packages.packages()[record->package].doubted;
}

DiskSurvey survey_disk(const SafeRoot& root, const SurveyOptions& options, Gaps& gaps) {
  return Survey(root, options, gaps).run();
}

}  // namespace rescue::evidence
