#include "web_files.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "file_scan.hpp"
#include "rescue/evidence/sshd_config.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::detect {
namespace {

// What lies in the folders is remembered by its path until all of it was judged.
/// Of servers and of PHP itself.
constexpr std::array kServerSettings = {"/etc/apache2/apache2.conf",
                                        "/etc/apache2/conf-enabled/*",
                                        "/etc/apache2/sites-enabled/*",
                                        "/etc/apache2/mods-enabled/*",
                                        "/etc/httpd/conf/httpd.conf",
                                        "/etc/httpd/conf.d/*.conf",
                                        "/etc/php.ini",
                                        "/etc/php.d/*.ini"};

constexpr std::size_t kMostInAFolder = 1'000'000, kMostInAll = 3'000'000;

std::set<std::string> folders_of(const Scene& scene) {
  if (!scene.artifacts.web.files.empty()) return {};
  std::set<std::string> folders{"/tmp", "/var/tmp", "/dev/shm"};
  for (const auto& root : scene.artifacts.web.roots) folders.insert(root.directory);
  return folders;
}

/// Sorted by path. `out_of_time` is told when not all folders were gone through.
std::vector<FileScan::Candidate> candidates(const Scene& scene, evidence::Gaps& gaps, bool& out_of_time) {
  std::vector<FileScan::Candidate> found;
  const auto folders = folders_of(scene);
  std::size_t seen = 0;
  const auto keep = [&](const std::string& path, const evidence::FileInfo& info) {
    ++seen;
    out_of_time = out_of_time || scene.time_is_up();
    if (out_of_time) return false;
    if (info.kind == evidence::FileKind::kRegular && info.size > 0) {
      found.push_back({path, info.mtime});
      if (scene.root.board() != nullptr) scene.root.board()->plan(std::min(info.size, FileScan::kMostBytes));
    }
    return !folders.contains(path);  // that one has its own turn
  };
  for (const auto& folder : folders) {
    const evidence::WalkLimits limits{.max_entries =
                                          std::min(kMostInAFolder, kMostInAll - std::min(kMostInAll, seen))};
    evidence::walk(scene.root, folder, limits, std::string(kWebGapPrevents), gaps, keep);
  }
  for (const auto& file : scene.artifacts.web.files) keep(file.name, file.info);
  for (const auto* pattern : kServerSettings) {
    if (!scene.artifacts.of_disk) break;
    for (const auto& path : evidence::expand_glob(scene.root, pattern)) {
      if (const auto info = scene.root.info(path, evidence::SafeRoot::LastLink::kFollow)) keep(path, *info);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

/// What the settings among the files make code of. Files that are run with every page become candidates.
CodeBySetting code_of(const Scene& scene, std::vector<FileScan::Candidate>& files) {
  constexpr std::size_t kMostSettings = 20'000;
  CodeBySetting code;
  std::size_t seen = 0;
  for (const auto& file : files) {
    if (!is_web_settings(file.path)) continue;
    if (++seen > kMostSettings || scene.time_is_up()) break;
    const auto text = scene.root.read_small(file.path, FileScan::kMostSettingsBytes);
    if (text) code.add(file.path, read_web_settings(file.path, *text));
  }
  const auto known = [&](const std::string& path) {
    const auto at = std::lower_bound(files.begin(), files.end(), path,
                                     [](const auto& f, const auto& p) { return f.path < p; });
    return at != files.end() && at->path == path;
  };
  std::vector<FileScan::Candidate> more;
  for (const auto& path : code.run_with_pages()) {
    const auto info = known(path) ? fail(ErrorCode::kConflict, "", "")
                                  : scene.root.info(path, evidence::SafeRoot::LastLink::kRefuse);
    if (info && info->kind == evidence::FileKind::kRegular && info->size > 0)
      more.push_back({path, info->mtime});
  }
  std::move(more.begin(), more.end(), std::back_inserter(files));
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return code;
}

/// `work` on each of `jobs` threads, this one among them. What one of them throws is thrown here.
void on_threads(unsigned jobs, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(guarded);
  guarded();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

void tell(FirstGaps& gaps, evidence::Gaps& into, bool grave) {
  for (auto& gap : gaps.take()) into.push_back(std::move(gap));
  const evidence::Gap like{
      .path = "/", .reason = "", .prevents = std::string(kWebGapPrevents), .grave = grave};
  if (gaps.left_out() > 0) into.leave_out(like, gaps.left_out());
}

}  // namespace

WebScan scan_web_files(const Scene& scene, const WebRules& rules) {
  WebScan out;
  bool out_of_time = false;
  auto files = candidates(scene, out.gaps, out_of_time);
  out.code = code_of(scene, files);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  FileScan all(scene, rules, out.code);  // what the threads' own ones are joined into
  on_threads(scene.jobs, [&] {
    FileScan scan(scene, rules, out.code);
    std::vector<WebFile> found;
    std::size_t done = 0;
    for (auto i = next++; i < files.size() && !scene.time_is_up(); i = next++) {
      ++done;
      if (auto file = scan.judge(files[i])) found.push_back(*std::move(file));
    }
    const std::scoped_lock lock(mutex);
    out.files += done;
    out.bytes += scan.bytes;
    std::move(found.begin(), found.end(), std::back_inserter(out.suspicious));
    all.grave.join(std::move(scan.grave));
    all.minor.join(std::move(scan.minor));
  });
  tell(all.grave, out.gaps, true);
  tell(all.minor, out.gaps, false);
  if (out_of_time || out.files < files.size()) {
    out.gaps.push_back({.path = "/",
                        .reason = "the time limit was reached while web files were read",
                        .prevents = std::string(kWebGapPrevents),
                        .grave = true});
  }
  std::sort(out.suspicious.begin(), out.suspicious.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

std::vector<std::optional<WebProof>> prove(const Scene& scene, const WebRules& rules,
                                           const CodeBySetting& code,
                                           const std::vector<const WebFile*>& files) {
  // Findings without their lines are worth little: these few are still looked at when the time is up, for a
  // while.
  constexpr auto kGrace = std::chrono::seconds(10);
  const auto until = std::chrono::steady_clock::now() + kGrace;
  std::vector<std::optional<WebProof>> proofs(files.size());
  std::atomic<std::size_t> next{0};
  on_threads(scene.jobs, [&] {
    FileScan scan(scene, rules, code);
    for (auto i = next++; i < files.size(); i = next++) {
      if (scene.time_is_up() && std::chrono::steady_clock::now() >= until) return;
      proofs[i] = scan.prove(*files[i]);
    }
  });
  return proofs;
}

}  // namespace rescue::detect
