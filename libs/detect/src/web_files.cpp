#include "web_files.hpp"

#include <algorithm>
#include <atomic>

#include "file_scan.hpp"
#include "rescue/evidence/on_threads.hpp"
#include "web_settings.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostProofBytes = 32 << 20;

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

struct WebFiles::Thread {
  FileScan scan;
  std::vector<WebFile> found = {};
};

WebFiles::WebFiles(const Scene& scene, const WebRules& rules) : folders_(folders_of(scene)) {
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
  auto file = own.scan.judge(path, bytes);
  if (!file) return;
  if (proof_bytes_ < kMostProofBytes) {
    file->proof = std::make_shared<const WebProof>(own.scan.proof(*file));
    proof_bytes_ += bytes_of(*file->proof);
  }
  own.found.push_back(*std::move(file));
}

void WebFiles::miss(unsigned thread, const std::string& path, const Error& error) {
  ++threads_[thread]->scan.files;
  threads_[thread]->scan.missed(path, error);
}

WebScan WebFiles::take(const Scene& scene) {
  WebScan out;
  FirstGaps grave{evidence::Gaps::kMostOfAKind}, minor{evidence::Gaps::kMostOfAKind};
  for (auto& thread : threads_) {
    out.files += thread->scan.files;
    out.bytes += thread->scan.bytes;
    std::move(thread->found.begin(), thread->found.end(), std::back_inserter(out.suspicious));
    grave.join(std::move(thread->scan.grave));
    minor.join(std::move(thread->scan.minor));
  }
  threads_.clear();
  tell(grave, out.gaps, true);
  tell(minor, out.gaps, false);
  if (out.files < wanted_ || scene.time_is_up()) {
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
                                           const std::vector<const WebFile*>& files) {
  // Findings without their lines are worth little: these few are still looked at when the time is up, for a
  // while.
  constexpr auto kGrace = std::chrono::seconds(10);
  const auto until = std::chrono::steady_clock::now() + kGrace;
  std::vector<std::optional<WebProof>> proofs(files.size());
  std::atomic<std::size_t> next{0};
  evidence::on_threads(scene.jobs, [&](unsigned) {
    FileScan scan(scene, rules);
    evidence::FileBytes bytes(scene.root);
    for (auto i = next++; i < files.size(); i = next++) {
      if (files[i]->proof) proofs[i] = *files[i]->proof;
      if (files[i]->proof) continue;
      if (scene.time_is_up() && std::chrono::steady_clock::now() >= until) return;
      const auto opened = bytes.open(files[i]->path, evidence::SafeRoot::LastLink::kRefuse);
      if (opened && scan.judge(files[i]->path, bytes)) proofs[i] = scan.proof(*files[i]);
    }
  });
  return proofs;
}

}  // namespace rescue::detect
