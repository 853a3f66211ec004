#include "web_files.hpp"

#include <algorithm>
#include <atomic>

#include "file_scan.hpp"
#include "rescue/evidence/on_threads.hpp"
#include "web_settings.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostProofBytes = 32 << 20;
constexpr std::uint64_t kMostUnpackedBytes = 1 << 30;  // of all archives

std::size_t bytes_of(const WebProof& proof) {
  std::size_t bytes = sizeof(WebProof) + proof.sha256.size();
  for (const auto& line : proof.lines) bytes += sizeof(line) + line.text.size();
  return bytes;
}

std::set<std::string> folders_of(const Scene& scene) {
  if (!scene.artifacts.web.files.empty()) return {};
  std::set<std::string> folders{"/tmp", "/var/tmp", "/dev/shm"};
  for (const auto& root : scene.artifacts.web.roots) folders.insert(root.directory);
  return folders;
}

void tell(FirstGaps& gaps, evidence::Gaps& into, bool grave) {
  for (auto& gap : gaps.take()) into.push_back(std::move(gap));
  const evidence::Gap like{
      .path = "/", .reason = "", .prevents = std::string(kWebGapPrevents), .grave = grave};
  if (gaps.left_out() > 0) into.leave_out(like, gaps.left_out());
}

}  // namespace

/// An archive, and what was seen in it.
struct WebFiles::Archive {
  WebFile file;
  FileScan scan;
  bool done = false;
  std::uint64_t cost = 0;
  std::vector<WebFile> found = {};
};

struct WebFiles::Thread {
  FileScan scan;
  std::vector<WebFile> found = {};
  std::vector<WebFile> archives = {};
};

WebFiles::WebFiles(const Scene& scene, const WebRules& rules) : rules_(rules), folders_(folders_of(scene)) {
  for (const auto& file : scene.artifacts.web.files) named_.insert(file.name);
  for (unsigned i = 0; i < scene.jobs; ++i)
    threads_.push_back(std::make_unique<Thread>(Thread{FileScan(scene, rules)}));
}

WebFiles::~WebFiles() = default;

std::size_t WebFiles::beginning_bytes() const {
  return FileScan::kMostBytes;
}

bool WebFiles::wants(const std::string& path, const evidence::FileInfo& info) {
  if (info.size == 0) return false;
  const bool of_server = path.starts_with("/etc/") && is_web_settings(path);
  bool lies_there = of_server || named_.contains(path) || folders_.contains("/");
  for (auto slash = path.rfind('/'); !lies_there && slash != 0 && slash != path.npos;
       slash = path.rfind('/', slash - 1))
    lies_there = folders_.contains(path.substr(0, slash));
  wanted_ += lies_there ? 1 : 0;
  return lies_there;
}

void WebFiles::look(unsigned thread, const std::string& path, evidence::FileBytes& bytes) {
  auto& own = *threads_[thread];
  if (is_archive_name(path) && is_left_to_archives(own, path, bytes)) return;
  auto file = own.scan.judge(path, bytes);
  if (!file) return;
  keep_proof(*file, own.scan);
  own.found.push_back(*std::move(file));
}

/// Notes the archive. True where the file itself need not be judged: what is packed shows in its members.
bool WebFiles::is_left_to_archives(Thread& own, const std::string& path, evidence::FileBytes& bytes) {
  constexpr std::size_t kFirstBytes = 512;
  own.archives.push_back({path, bytes.info().mtime});
  const auto beginning = bytes.beginning(kFirstBytes);
  // Where it is run as it is, code may stand outside of its members, too.
  if (!beginning || is_run_packed(path) || !begins_as_archive(*beginning)) return false;
  ++own.scan.files;
  return true;
}

void WebFiles::keep_proof(WebFile& file, const FileScan& scan) {
  if (proof_bytes_ >= kMostProofBytes) return;
  file.proof = std::make_shared<const WebProof>(scan.proof(file));
  proof_bytes_ += bytes_of(*file.proof);
}

void WebFiles::miss(unsigned thread, const std::string& path, const Error& error) {
  ++threads_[thread]->scan.files;
  threads_[thread]->scan.missed(path, error);
}

/// In parallel, and yet the same of them every time: those count that come first by path and together stay
/// within the bound, whichever were read first. That is why nobody asks for room after taking one.
std::vector<WebFiles::Archive> WebFiles::read_archives(const Scene& scene, std::vector<WebFile> files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::vector<Archive> archives;
  archives.reserve(files.size());
  for (auto& file : files) archives.push_back({std::move(file), FileScan(scene, rules_)});
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> spent{0};
  evidence::on_threads(scene.jobs, [&](unsigned) {
    while (spent < kMostUnpackedBytes && !scene.time_is_up()) {
      const auto i = next++;
      if (i >= archives.size()) return;
      read_archive(scene, archives[i]);
      spent += archives[i].cost;
    }
  });
  return archives;
}

void WebFiles::read_archive(const Scene& scene, Archive& archive) {
  const auto& path = archive.file.path;
  archive.done = true;
  const auto opened = scene.root.open_file(path, evidence::SafeRoot::LastLink::kRefuse);
  if (!opened) return archive.scan.missed(path, opened.error());
  const auto take = [&](const std::string& name, std::string_view content, bool whole) {
    auto found = archive.scan.judge_member(archive.file, name, content, whole);
    if (!found) return;
    keep_proof(*found, archive.scan);
    archive.found.push_back(*std::move(found));
  };
  const auto report = go_through_archive(
      path, *opened, [&] { return scene.time_is_up(); }, take);
  archive.cost = report.cost;
  archive.scan.missed_in_archive(path, report);
}

WebScan WebFiles::take(const Scene& scene) {
  WebScan out;
  FirstGaps grave{evidence::Gaps::kMostOfAKind}, minor{evidence::Gaps::kMostOfAKind};
  std::vector<WebFile> packed;
  for (auto& thread : threads_) {
    std::move(thread->archives.begin(), thread->archives.end(), std::back_inserter(packed));
    out.files += thread->scan.files;
    out.bytes += thread->scan.bytes;
    std::move(thread->found.begin(), thread->found.end(), std::back_inserter(out.suspicious));
    grave.join(std::move(thread->scan.grave));
    minor.join(std::move(thread->scan.minor));
  }
  threads_.clear();
  std::uint64_t spent = 0;
  for (auto& archive : read_archives(scene, std::move(packed))) {
    const bool room = spent < kMostUnpackedBytes;
    FileScan left_out(scene, rules_);
    left_out.left_out(archive.file.path, room ? "the time limit was reached before it was opened"
                                              : "archives together unpack to more than is looked at");
    auto& scan = room && archive.done ? archive.scan : left_out;
    if (&scan == &archive.scan)
      std::move(archive.found.begin(), archive.found.end(), std::back_inserter(out.suspicious));
    spent += archive.cost;
    out.bytes += scan.bytes;
    grave.join(std::move(scan.grave));
    minor.join(std::move(scan.minor));
  }
  tell(grave, out.gaps, true);
  tell(minor, out.gaps, false);
  if (out.files < wanted_ || scene.time_is_up()) {
    out.gaps.push_back({.path = "/",
                        .reason = "the time limit was reached while web files were read",
                        .prevents = std::string(kWebGapPrevents),
                        .grave = true});
  }
  std::stable_sort(out.suspicious.begin(), out.suspicious.end(),
                   [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

}  // namespace rescue::detect
