#include "database_check.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

bool touched_late(const Package& package) {
  return package.checksums && package.checksums->ctime > package.list->ctime + minutes(1);
}

}  // namespace

DatabaseCheck::DatabaseCheck(DiskSurvey& survey)
    : survey_(survey), traces_(survey.packages.packages().size()) {}

void DatabaseCheck::add(const std::string& path, const PackagedFile& record, const FileInfo& info) {
  const auto& package = survey_.packages.packages()[record.package];
  auto& traces = traces_[record.package];
  constexpr std::size_t kMost = 20;
  const auto note = [&](std::vector<std::string>& list) {
    if (list.size() < kMost) list.push_back(path);
  };
  if (!record.listed && record.digest && !record.conffile) note(traces.unlisted);
  if (record.listed && !record.digest) {
    note(traces.unchecked);
    traces.program_unchecked =
        traces.program_unchecked || (path.find("bin/") != path.npos && !record.may_be_missing);
  }
  if (record.state != PackagedFile::State::kUnchanged || record.conffile || !package.installed) return;
  const bool by_mtime = info.mtime > *package.installed + hours(1);
  const bool by_ctime = package.list && info.ctime > package.list->ctime + minutes(1);
  if (by_mtime || by_ctime) note(traces.newer);
  if (by_mtime && (info.mode & 0111U) != 0) note(traces.newer_programs);
  if (!by_mtime) traces.newest_old = std::max(traces.newest_old.value_or(info.mtime), info.mtime);
}

void DatabaseCheck::run() {
  if (survey_.packages.kind() == PackageDatabase::Kind::kRpm) return run_rpm();
  const auto& packages = survey_.packages.packages();
  const auto late = static_cast<std::size_t>(std::count_if(packages.begin(), packages.end(), touched_late));
  // On a disk that was copied file by file the times of the inodes are those of the copying.
  constexpr std::size_t kShare = 10;
  const bool ctimes_mean_something = late * kShare <= packages.size() + kShare;
  for (std::size_t i = 0; i < packages.size(); ++i) judge(i, ctimes_mean_something);
}

void DatabaseCheck::judge(std::size_t index, bool ctimes_mean_something) {
  auto& package = survey_.packages.packages()[index];
  auto& traces = traces_[index];
  if (!package.checksums) {
    package.doubted = traces.program_unchecked;
    if (package.doubted) unchecked_packages_.push_back(package.key);
    return;
  }
  // Everything in an archive has the time of its making; only the list is written when it is installed.
  const auto made = std::max(package.newest_control, traces.newest_old);
  if (made && package.checksums->mtime > *made + hours(24)) {
    fault(package, "its checksums are newer than everything else that came with it", traces.newer);
  } else if (ctimes_mean_something && touched_late(package)) {
    fault(package, "its checksums were written, or set back, after it was installed", traces.newer);
  }
  if (!traces.unlisted.empty())
    fault(package, "it has checksums of files that its list does not name", traces.unlisted);
  if (!traces.unchecked.empty())
    fault(package, "files of its list have no checksum, although it has checksums", traces.unchecked);
}

/// rpm gives each file the time that the package says, long before the installation.
void DatabaseCheck::run_rpm() {
  auto& packages = survey_.packages.packages();
  for (const auto& contradiction : survey_.packages.contradictions()) tell(contradiction);
  std::size_t late = 0;
  for (const auto& traces : traces_) late += traces.newer_programs.empty() ? 0 : 1;
  // On a disk that was copied without the files' times these are those of the copying.
  constexpr std::size_t kShare = 20;
  const bool mtimes_mean_something = late <= 1 + packages.size() / kShare;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (traces_[i].program_unchecked) {
      packages[i].doubted = true;
      unchecked_packages_.push_back(packages[i].key);
    }
    if (!mtimes_mean_something || traces_[i].newer_programs.empty()) continue;
    tell({.package = packages[i].key,
          .index = static_cast<std::uint32_t>(i),
          .reason = "its programs are as its record says, yet were written after they were installed",
          .paths = traces_[i].newer_programs});
  }
}

void DatabaseCheck::tell(const DatabaseContradiction& contradiction) {
  auto programs = contradiction.paths;
  if (contradiction.index) {
    survey_.packages.packages()[*contradiction.index].doubted = true;
    if (programs.empty()) programs = traces_[*contradiction.index].newer;
  }
  std::sort(programs.begin(), programs.end());
  survey_.faults.push_back({.path = survey_.packages.path(),
                            .package = contradiction.package,
                            .reason = contradiction.reason,
                            .programs = std::move(programs),
                            .time = survey_.packages.written()});
}

void DatabaseCheck::fault(Package& package, std::string reason, std::vector<std::string> programs) {
  package.doubted = true;
  std::sort(programs.begin(), programs.end());
  survey_.faults.push_back({.path = survey_.packages.checksums_path(package),
                            .package = package.key,
                            .reason = std::move(reason),
                            .programs = std::move(programs),
                            .time = std::max(package.checksums->mtime, package.list->mtime)});
}

}  // namespace rescue::evidence
