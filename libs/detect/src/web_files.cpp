#include "web_files.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;  // of one file; larger ones are read up to there
constexpr std::string_view kPrevents = "finding a web shell there";

struct Candidate {
  std::string path;
  evidence::FileInfo info;
};

std::string extension_of(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  std::string out = dot == name.npos ? "" : name.substr(dot + 1);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool one_of(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_php_name(const std::string& path) {
  const auto extension = extension_of(path);
  return one_of(extension, {"php", "php3", "php4", "php5", "php7", "php8", "phtml", "pht", "phar", "inc",
                            "phps", "module"}) ||
         path.find(".php.") != path.npos;  // "x.php.jpg": some settings give it to PHP
}
bool is_image_name(const std::string& path) {
  return one_of(extension_of(path),
                {"jpg", "jpeg", "png", "gif", "bmp", "ico", "webp", "svg", "tif", "tiff"});
}

bool is_uploads(const std::string& path) {
  for (const std::string_view folder : {"/uploads/", "/userfiles/", "/avatars/"}) {
    if (path.find(folder) != path.npos) return true;
  }
  return false;
}

std::vector<Candidate> candidates(const Scene& scene, evidence::Gaps& gaps) {
  std::vector<std::string> folders;
  for (const auto& root : scene.artifacts.web.roots) folders.push_back(root.directory);
  for (const auto* folder : {"/tmp", "/var/tmp", "/dev/shm"}) folders.emplace_back(folder);
  std::sort(folders.begin(), folders.end());
  std::vector<Candidate> found;
  std::set<std::string> seen;
  for (const auto& folder : folders) {
    const auto keep = [&](const std::string& path, const evidence::FileInfo& info) {
      if (info.kind == evidence::FileKind::kDirectory) return !seen.contains(path);
      if (info.kind == evidence::FileKind::kRegular && info.size > 0 && seen.insert(path).second) {
        found.push_back({path, info});
      }
      return true;
    };
    if (!seen.insert(folder).second) continue;
    evidence::walk(scene.root, folder, {}, std::string(kPrevents), gaps, keep);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

std::string line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t i = 1; !text.empty(); ++i) {
    const auto line = evidence::take_line(text);
    if (i == number) return std::string(line.substr(0, 1024));
  }
  return "";
}

/// Reads and judges one file.
class FileScan {
 public:
  FileScan(const Scene& scene, const PhpSinks& sinks) : scene_(scene), sinks_(sinks) {}

  std::uint64_t bytes = 0;
  evidence::Gaps gaps;

  std::optional<WebFile> look_at(const Candidate& candidate) {
    auto file = scene_.root.open_file(candidate.path, evidence::SafeRoot::LastLink::kRefuse);
    if (!file) {
      gap(candidate.path, file.error().detail, true);
      return std::nullopt;
    }
    if (!read(*file, candidate)) return std::nullopt;
    const bool php = is_php_name(candidate.path);
    const std::string_view text = text_;
    if (!php && text.find("<?php") == text.npos && text.find("<?=") == text.npos) return std::nullopt;
    WebFile out{candidate.path,
                candidate.info,
                "",
                {},
                {},
                is_image_name(candidate.path),
                is_uploads(candidate.path)};
    const bool odd_place = out.image || out.in_uploads;
    if (!odd_place && !php_needs_analysis(text)) return std::nullopt;
    const auto report = analyse_php(text, sinks_);
    if (report.cut) gap(candidate.path, "code too large or too deep to be followed to its end", false);
    out.flows = report.flows;
    if (out.flows.empty() && !(odd_place && report.calls_anything)) return std::nullopt;
    for (const auto& flow : out.flows) out.lines.push_back(line_of(text, flow.layers == 0 ? flow.line : 1));
    out.sha256 = whole_ ? sha256_hex(text) : "";
    return out;
  }

 private:
  bool read(evidence::OpenFile& file, const Candidate& candidate) {
    text_.resize(std::min<std::uint64_t>(candidate.info.size, kMostBytes));
    const auto got = file.read_at(0, text_);
    if (!got) {
      gap(candidate.path, got.error().detail, true);
      return false;
    }
    text_.resize(*got);
    bytes += *got;
    whole_ = *got == candidate.info.size;
    if (!whole_ && is_php_name(candidate.path))
      gap(candidate.path, "only the beginning of a very large file was looked at", false);
    return true;
  }
  void gap(const std::string& path, std::string reason, bool grave) {
    gaps.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = grave});
  }

  const Scene& scene_;
  const PhpSinks& sinks_;
  std::string text_;
  bool whole_ = true;
};

}  // namespace

WebScan scan_web_files(const Scene& scene, const PhpSinks& sinks) {
  WebScan out;
  const auto files = candidates(scene, out.gaps);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    FileScan scan(scene, sinks);
    std::vector<WebFile> found;
    std::size_t done = 0;
    try {
      for (auto i = next++; i < files.size() && !scene.time_is_up(); i = next++) {
        ++done;
        if (auto file = scan.look_at(files[i])) found.push_back(*std::move(file));
      }
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failure = std::current_exception();
    }
    const std::scoped_lock lock(mutex);
    out.files += done;
    out.bytes += scan.bytes;
    std::move(found.begin(), found.end(), std::back_inserter(out.suspicious));
    std::move(scan.gaps.begin(), scan.gaps.end(), std::back_inserter(out.gaps));
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < scene.jobs; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  if (out.files < files.size()) {
    out.gaps.push_back({.path = "/",
                        .reason = "the time limit was reached while web files were read",
                        .prevents = std::string(kPrevents),
                        .grave = true});
  }
  std::sort(out.suspicious.begin(), out.suspicious.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

}  // namespace rescue::detect
