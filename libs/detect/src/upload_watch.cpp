#include "upload_watch.hpp"

#include <algorithm>

#include "networks.hpp"

namespace rescue::detect {
namespace {

using evidence::FieldName;

// An access log tells when a request came, in whole seconds; its file is written while its body comes in.
constexpr std::int64_t kBeforeS = 1, kTakesS = 10;
constexpr std::size_t kMostOfFile = 16, kMostFilesOfRequest = 16, kMostInAll = 20'000, kMostTargetBytes = 256;

std::int64_t second_of(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

/// A request that came before the file was written is nearer than any that came later.
std::int64_t distance(std::int64_t written, std::int64_t request) {
  return request <= written ? written - request : kTakesS + request - written;
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
  if (written_.empty() || (method != "POST" && method != "PUT")) return;
  const auto second = second_of(event.time);
  auto at =
      std::lower_bound(written_.begin(), written_.end(), std::pair(second - kBeforeS, std::uint32_t{0}));
  for (std::size_t n = 0; n < kMostFilesOfRequest && at != written_.end() && at->first <= second + kTakesS;
       ++n, ++at) {
    if (own == at->second && method == "POST") continue;  // it was there already
    const auto target = event.field(FieldName::kTarget);
    keep(at->second,
         {name_of(event.address), std::string(target.substr(0, std::min(target.find('?'), kMostTargetBytes))),
          event.time, evidence_of(event, scene), false, distance(at->first, second)});
  }
}

/// The nearest to the file's time stay.
void UploadWatch::keep(std::size_t file, Upload upload) {
  if (kept_ >= kMostInAll && !uploads_.contains(file)) {
    ++left_out_;
    return;
  }
  auto& uploads = uploads_[file];
  const auto place =
      std::lower_bound(uploads.begin(), uploads.end(), upload,
                       [](const Upload& a, const Upload& b) { return a.distance < b.distance; });
  uploads.insert(place, std::move(upload));
  ++kept_;
  if (uploads.size() <= kMostOfFile) return;
  uploads.pop_back();
  --kept_;
}

std::optional<Upload> UploadWatch::of(std::size_t file, const Callers& callers) const {
  const auto at = uploads_.find(file);
  if (at == uploads_.end()) return std::nullopt;
  const auto& uploads = at->second;
  const auto by_caller = std::find_if(uploads.begin(), uploads.end(), [&](const Upload& upload) {
    const auto calls = callers.find(upload.address);
    return calls != callers.end() && calls->second.last >= upload.time && !is_private_address(upload.address);
  });
  if (by_caller != uploads.end()) {
    auto found = *by_caller;
    found.sure = true;
    return found;
  }
  const auto& address = uploads.front().address;
  const bool alone = std::all_of(uploads.begin(), uploads.end(),
                                 [&](const Upload& upload) { return upload.address == address; });
  if (!alone || (!callers.empty() && !callers.contains(address))) return std::nullopt;
  return uploads.front();
}

std::vector<std::size_t> UploadWatch::files() const {
  std::vector<std::size_t> all;
  all.reserve(uploads_.size());
  for (const auto& [file, uploads] : uploads_) all.push_back(file);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace rescue::detect
