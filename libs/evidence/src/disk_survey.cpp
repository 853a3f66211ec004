#include "rescue/evidence/disk_survey.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "database_check.hpp"
#include "rescue/evidence/walk.hpp"
#include "survey_reading.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "finding changed and added programs there";
constexpr std::size_t kMostFiles = 100'000;  // kept, of all kinds
constexpr std::size_t kMostCandidates = 2'000'000;

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
    out_.packages = PackageDatabase::read(root_, options_.time_is_up, gaps_);
    check_.emplace(out_);
    go_over_folders();
    add_those_behind_links();
    read_candidates();
    keep_those_worth_a_look();
    check_->run();
    tell_unchecked(check_->unchecked_packages());
    return std::move(out_);
  }

 private:
  bool time_is_up() const { return options_.time_is_up && options_.time_is_up(); }

  /// System folders first: a flood of files elsewhere must not use up their turn.
  void go_over_folders() {
    const WalkLimits limits;
    const std::string prevents(kPrevents);
    std::vector<std::string> folders = {"/usr", "/bin",  "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
                                        "/etc", "/boot", "/root", "/tmp", "/dev",   "/opt",   "/run"};
    std::set<std::string> done(folders.begin(), folders.end());
    if (const auto listing = root_.list("/", limits.max_per_directory)) {
      for (const auto& entry : listing->entries) {
        const auto path = "/" + entry.name;
        if (entry.info.kind == FileKind::kDirectory && !done.contains(path) && path != "/proc" &&
            path != "/sys")
          folders.push_back(path);
        if (is_blank_name(path)) keep({path, entry.info});
      }
    }
    for (const auto& folder : folders) {
      const auto info = root_.info(folder);
      if (!info || info->kind != FileKind::kDirectory) continue;  // /bin as a link is /usr/bin
      walk(root_, folder, limits, prevents, gaps_,
           [&](const std::string& path, const FileInfo& entry) { return visit(path, entry); });
    }
  }

  bool visit(const std::string& path, const FileInfo& info) {
    if (cut_ || (seen_++ % 1024 == 0 && time_is_up())) {
      if (!cut_) gap(path, "the time was up; the rest of the disk was not looked at", true);
      cut_ = true;
      return false;
    }
    if (is_blank_name(path)) keep({path, info});
    if (info.kind != FileKind::kRegular) return true;
    auto* record = out_.packages.find(path);
    SurveyCandidate candidate{.file = {path, info}, .record = record};
    candidate.file.owned = record != nullptr;
    candidate.keep = (info.mode & 06000U) != 0 || is_git_hook(path) || is_compose_file(path) ||
                     (record == nullptr && is_of_watched(path, info));
    const bool verify = record != nullptr && record->md5;
    constexpr std::uint64_t kSmall = 1 << 20;
    const bool open =
        verify || candidate.keep || candidate.file.executable() ||
        (record == nullptr && (may_be_program(path) || (is_temporary_folder(path) && info.size <= kSmall)));
    if (open && candidates_.size() < kMostCandidates) {
      candidates_.push_back(std::move(candidate));
    } else if (record != nullptr && !open) {
      check_->add(path, *record, info);
    } else if (open && !std::exchange(full_, true)) {
      gap(path, "more files to read than the limit; the rest was not looked at", true);
    }
    return true;
  }

  /// Data bases keep their own files below /var/lib; what they have elsewhere, somebody had them write.
  bool is_of_watched(std::string_view path, const FileInfo& info) const {
    return options_.watched_owners.contains(info.uid) && !below(path, {"/var/lib/", "/run/", "/var/log/"});
  }

  /// What packages brought and the walk did not meet: gone, or behind a folder that is a link.
  void add_those_behind_links() {
    if (cut_) return;
    for (const auto& candidate : candidates_) {
      if (candidate.record != nullptr) candidate.record->state = PackagedFile::State::kUnreadable;
    }
    std::vector<std::string> left;
    for (const auto& [path, record] : out_.packages.files()) {
      if (record.md5 && record.listed && record.state == PackagedFile::State::kNotSeen) left.push_back(path);
    }
    std::sort(left.begin(), left.end());
    std::vector<SurveyedFile> missing;
    for (const auto& path : left) {
      const auto info = root_.info(path, SafeRoot::LastLink::kFollow);
      auto* record = out_.packages.find(path);
      SurveyedFile file{.path = path, .info = info ? *info : FileInfo{}, .owned = true};
      if (info && info->kind == FileKind::kRegular) {
        candidates_.push_back({.file = std::move(file), .record = record});
      } else if (!info && info.error().code == ErrorCode::kNotFound && !record->conffile) {
        file.missing = true;
        file.package = out_.packages.packages()[record->package].key;
        missing.push_back(std::move(file));
      }
    }
    keep_missing(std::move(missing));
  }

  /// A disk without a large part of all that packages brought is not the whole disk: somebody handed over
  /// what they thought mattered.
  void keep_missing(std::vector<SurveyedFile> missing) {
    constexpr std::size_t kShare = 10, kFew = 20;
    const auto& files = out_.packages.files();
    const auto all = static_cast<std::size_t>(std::count_if(
        files.begin(), files.end(), [](const auto& file) { return file.second.md5.has_value(); }));
    if (missing.size() > kFew && missing.size() * kShare > all) {
      return gap("/var/lib/dpkg", std::to_string(missing.size()) + " files of packages are not on this disk",
                 false);
    }
    for (auto& file : missing) keep(std::move(file));
  }

  void plan_reading() {
    if (root_.board() == nullptr) return;
    constexpr std::uint64_t kBeginning = 4096;  // of most that no package brought no more is read
    for (const auto& candidate : candidates_) {
      const bool whole = candidate.record != nullptr && candidate.record->md5;
      const auto& info = candidate.file.info;
      root_.board()->plan(whole ? std::min(info.size, info.stored) : std::min(info.size, kBeginning));
    }
  }

  void read_candidates() {
    plan_reading();
    std::atomic<std::size_t> next{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<bool> late{false};
    const auto work = [&] {
      SurveyReading reading(root_, options_.time_is_up);
      for (std::size_t i = next++; i < candidates_.size() && !late; i = next++) {
        reading.read(candidates_[i]);
        if (reading.late) late = true;
      }
      bytes += reading.bytes;
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back(work);
    work();
    threads.clear();
    out_.bytes_read = bytes;
    if (late) gap("/", "the time was up; not every file was compared with its package", true);
  }

  void keep_those_worth_a_look() {
    using Form = SurveyedFile::Form;
    for (auto& candidate : candidates_) {
      auto& file = candidate.file;
      if (candidate.unread) gap(file.path, "the file could not be read to its end", false);
      if (candidate.record != nullptr) {
        out_.files_verified += candidate.record->state == PackagedFile::State::kUnchanged ? 1 : 0;
        file.package = out_.packages.packages()[candidate.record->package].key;
        check_->add(file.path, *candidate.record, file.info);
        doubt(*candidate.record, file.info);
      }
      const bool foreign = !file.owned && (file.form != Form::kOther || file.names_pool);
      if (candidate.keep || file.changed || foreign || !file.capability.empty()) keep(std::move(file));
    }
    candidates_.clear();
    std::sort(out_.files.begin(), out_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
  }

  void tell_unchecked(const std::vector<std::string>& packages) {
    if (packages.empty()) return;
    gap("/var/lib/dpkg/info/" + packages.front() + ".md5sums",
        std::to_string(packages.size()) + " package(s) with programs have no checksums, this is the first",
        true);
  }

  /// A setting that was written after the installation is judged by what it says, whatever the data base has
  /// for its checksum: those of settings stand in a file that every installation writes anew.
  void doubt(PackagedFile& record, const FileInfo& info) {
    const auto& installed = out_.packages.packages()[record.package].list->mtime;
    record.doubted = record.conffile && info.mtime > installed + std::chrono::hours(1);
  }

  void keep(SurveyedFile file) {
    if (out_.files.size() < kMostFiles) {
      out_.files.push_back(std::move(file));
    } else if (!std::exchange(overflow_, true)) {
      gap(file.path, "more programs than the limit; the rest was not looked at", true);
    }
  }

  void gap(const std::string& path, std::string reason, bool grave) {
    gaps_.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = grave});
  }

  const SafeRoot& root_;
  const SurveyOptions& options_;
  Gaps& gaps_;
  DiskSurvey out_;
  std::optional<DatabaseCheck> check_;
  std::vector<SurveyCandidate> candidates_;
  std::uint64_t seen_ = 0;
  bool cut_ = false, full_ = false, overflow_ = false;
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
