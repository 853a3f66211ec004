#include "web_watch.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "rescue/evidence/access_log.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kFewNames = 32;
constexpr std::size_t kMostAddresses = 4'000'000;

// FNV-1a (RFC 9923): goes on from the hash of a text's beginning. Two addresses of one hash are told apart by
// their texts.
constexpr std::uint64_t kEmptyHash = 0xcbf29ce484222325U;
std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace

WebWatch::WebWatch(const std::vector<evidence::WebRoot>& roots, const std::vector<WebFile>& files)
    : roots_(&roots), files_(&files) {
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_directory;
  for (std::uint32_t i = 0; i < roots.size(); ++i) by_directory[roots[i].directory].push_back(i);
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    // Nobody calls what lies in an archive.
    if (files[i].rule->severity < Severity::kMedium || files[i].archive > 0) continue;
    const std::string_view path = files[i].path;
    if (names_.size() <= kFewNames) names_.emplace(path.substr(path.rfind('/') + 1));
    for (auto slash = path.rfind('/'); slash != 0 && slash != path.npos; slash = path.rfind('/', slash - 1)) {
      const auto at = by_directory.find(path.substr(0, slash));
      if (at == by_directory.end()) continue;
      for (const auto root : at->second) watch(i, root);
    }
  }
  std::sort(addresses_.begin(), addresses_.end(), [](const Address& a, const Address& b) {
    return std::tie(a.hash, a.file, a.root) < std::tie(b.hash, b.file, b.root);
  });
}

void WebWatch::watch(std::uint32_t file, std::uint32_t root) {
  if (addresses_.size() == kMostAddresses) {
    ++left_out_;
    return;
  }
  Address address{0, file, root};
  address.hash = hash_on(hash_on(kEmptyHash, prefix_of(root)), rest_of(address));
  addresses_.push_back(address);
}

std::string_view WebWatch::prefix_of(std::uint32_t root) const {
  const std::string_view url = (*roots_)[root].url_path;
  return url == "/" ? "" : url;
}

std::string_view WebWatch::rest_of(const Address& address) const {
  return std::string_view((*files_)[address.file].path).substr((*roots_)[address.root].directory.size());
}

/// Decoding every request would be slow: while the files are few, one of their names stands in the target or
/// something in it is escaped.
bool WebWatch::may_be_watched(std::string_view target) const {
  if (addresses_.empty()) return false;
  if (names_.size() > kFewNames || target.find('%') != target.npos) return true;
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& name) { return target.find(name) != target.npos; });
}

std::optional<std::size_t> WebWatch::file_at(std::string_view target) const {
  if (!may_be_watched(target)) return std::nullopt;
  const auto path = evidence::decode_path(target);
  const std::string_view url = path;
  std::optional<std::size_t> found;
  // PATH_INFO: /shell.php/anything. The longest beginning that is a file counts; one way through the text
  // finds it, however many slashes somebody put there.
  auto hash = kEmptyHash;
  for (std::size_t begin = 0; begin < url.size();) {
    const auto end = std::min(url.find('/', begin + 1), url.size());
    hash = hash_on(hash, url.substr(begin, end - begin));
    if (const auto file = exactly(url.substr(0, end), hash)) found = file;
    begin = end;
  }
  return found;
}

std::optional<std::size_t> WebWatch::exactly(std::string_view url, std::uint64_t hash) const {
  const auto [begin, end] =
      std::equal_range(addresses_.begin(), addresses_.end(), Address{hash, 0, 0},
                       [](const Address& a, const Address& b) { return a.hash < b.hash; });
  for (auto at = end; at != begin;) {
    const auto& address = *--at;
    const auto prefix = prefix_of(address.root);
    if (url.starts_with(prefix) && url.substr(prefix.size()) == rest_of(address)) return address.file;
  }
  return std::nullopt;
}

}  // namespace rescue::detect
