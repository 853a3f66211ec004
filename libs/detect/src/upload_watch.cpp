#include "upload_watch.hpp"

#include <algorithm>
#include <set>

namespace rescue::detect {
namespace {

using evidence::FieldName;

// An access log tells when a request came, in whole seconds; its file is written while its body comes in.
constexpr std::int64_t kBeforeS = 1, kTakesS = 10;
constexpr std::size_t kMostOfFile = 16, kMostFilesOfRequest = 16, kMostInAll = 20'000, kMostTargetBytes = 256;

std::int64_t second_of(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

}  // namespace

UploadWatch::UploadWatch(const std::vector<evidence::WebRoot>& roots, const std::vector<WebFile>& files) {
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const bool served = std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
      return files[i].path.starts_with(root.directory);
    });
    if (served && files[i].archive == 0) written_.emplace_back(second_of(files[i].mtime), i);
  }
  std::sort(written_.begin(), written_.end());
}

void UploadWatch::on_request(const Scene& scene, const evidence::Event& event,
                             std::optional<std::size_t> own) {
  const auto method = event.field(FieldName::kMethod);
  if (written_.empty() || (method != "POST" && method != "PUT") || kept_ >= kMostInAll) return;
  const auto second = second_of(event.time);
  auto at =
      std::lower_bound(written_.begin(), written_.end(), std::pair(second - kBeforeS, std::uint32_t{0}));
  for (std::size_t n = 0; n < kMostFilesOfRequest && at != written_.end() && at->first <= second + kTakesS;
       ++n, ++at) {
    if (own == at->second && method == "POST") continue;  // it was there already
    auto& uploads = uploads_[at->second];
    if (uploads.size() >= kMostOfFile) continue;
    const auto target = event.field(FieldName::kTarget);
    uploads.push_back({name_of(event.address),
                       std::string(target.substr(0, std::min(target.find('?'), kMostTargetBytes))),
                       event.time, evidence_of(event, scene)});
    ++kept_;
  }
}

std::optional<Upload> UploadWatch::of(std::size_t file,
                                      const std::map<std::string, std::uint64_t>& callers) const {
  const auto at = uploads_.find(file);
  if (at == uploads_.end()) return std::nullopt;
  // The nearest before the file's time comes last.
  const auto by_caller = std::find_if(at->second.rbegin(), at->second.rend(),
                                      [&](const Upload& upload) { return callers.contains(upload.address); });
  if (by_caller != at->second.rend()) {
    auto found = *by_caller;
    found.sure = true;
    return found;
  }
  if (!callers.empty()) return std::nullopt;
  std::set<std::string> addresses;
  for (const auto& upload : at->second) addresses.insert(upload.address);
  if (addresses.size() != 1) return std::nullopt;
  return at->second.back();
}

std::vector<std::size_t> UploadWatch::files() const {
  std::vector<std::size_t> all;
  all.reserve(uploads_.size());
  for (const auto& [file, uploads] : uploads_) all.push_back(file);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace rescue::detect
