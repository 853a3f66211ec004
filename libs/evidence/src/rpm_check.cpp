#include "rpm_check.hpp"

#include <algorithm>

#include "rpm_signature.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostSaid = 1000, kMostPaths = 20, kMostTextBytes = 256;
constexpr std::size_t kMostClaimedBytes = 16 << 20;

/// Whether the digest beside a header is that of the header; nothing where there is none.
std::optional<bool> digest_fits(const RpmHeader& header) {
  std::optional<bool> fits;
  for (const auto& [tag, kind] :
       {std::pair(RpmTag::kSha256Header, DigestKind::kSha256), {RpmTag::kSha1Header, DigestKind::kSha1}}) {
    if (!header.has(tag) || !header.has_region()) continue;
    DigestStream stream(kind);
    header.hash_region(stream);
    fits = fits.value_or(true) && parse_digest(kind, header.text(tag)) == stream.take();
  }
  return fits;
}

/// "labtool" of "labtool-1.2-3.noarch".
bool is_of(std::string_view full_name, std::string_view name) {
  return full_name == name || (full_name.starts_with(name) && full_name[name.size()] == '-');
}

}  // namespace

void RpmCheck::add(std::uint32_t number, const RpmHeader& header, const Package& package) {
  const auto fits = digest_fits(header);
  const auto signature = signature_fit(header);
  packages_.push_back({.number = number,
                       .name = package.key,
                       .vendor = std::string(header.text(RpmTag::kVendor).substr(0, kMostTextBytes)),
                       .sha1 = std::string(header.text(RpmTag::kSha1Header).substr(0, kMostTextBytes)),
                       .installed = package.installed,
                       .with_digest = fits.has_value(),
                       .with_signature = signature != SignatureFit::kNone,
                       .of_package = header.text(RpmTag::kName) != "gpg-pubkey"});
  doubted_.push_back(false);
  const auto index = packages_.size() - 1;
  if (fits == false) say(index, "its record is not what the digest beside it says");
  if (signature == SignatureFit::kContradicts) say(index, "its record is not what was signed");
  if (header.overrides_region()) say(index, "values of its files stand beside what its digest covers");
}

void RpmCheck::claims_anothers(const std::string& path, std::uint32_t index) {
  auto& paths = claims_[index];
  if (paths.size() >= kMostPaths || claimed_bytes_ + path.size() > kMostClaimedBytes) return;
  claimed_bytes_ += path.size();
  paths.push_back(path);
}

std::vector<std::string> RpmCheck::compare(RpmStore& store, bool whole) {
  std::vector<std::string> unread;
  if (const auto names = store.names(); names.known)
    compare_names(names, whole && store.damage().places == 0);
  else
    unread.emplace_back("names");
  if (!store.has_header_digests()) return unread;
  if (const auto digests = store.header_digests(); digests.known)
    compare_digests(digests);
  else
    unread.emplace_back("digests");
  return unread;
}

/// An index as a whole that is of another time says nothing of one package.
void RpmCheck::compare_names(const RpmIndex& names, bool whole) {
  std::set<std::uint32_t> there;
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    there.insert(packages_[i].number);
    const auto named = names.values.find(packages_[i].number);
    if (named == names.values.end() || !is_of(packages_[i].name, named->second)) unknown.push_back(i);
  }
  std::vector<std::string> gone;
  for (const auto& [number, name] : names.values) {
    if (whole && !there.contains(number)) gone.push_back(name);
  }
  constexpr std::size_t kFew = 10;
  if (unknown.size() > kFew || gone.size() > kFew) {
    said_.push_back({.package = "packages in all",
                     .reason = "the index of names does not fit: " + std::to_string(unknown.size()) +
                               " package(s) are not in it, " + std::to_string(gone.size()) +
                               " in it have no record"});
    return;
  }
  for (const auto i : unknown) say(i, "the index of names does not know its record");
  for (const auto& name : gone)
    said_.push_back({.package = name, .reason = "the index of names knows it, but its record is gone"});
}

void RpmCheck::compare_digests(const RpmIndex& digests) {
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    const auto at = digests.values.find(packages_[i].number);
    if (at != digests.values.end() && at->second != packages_[i].sha1)
      say(i, "the index of digests has another one than its record");
  }
}

std::vector<DatabaseContradiction> RpmCheck::finish(Timestamp written) {
  find_unsigned();
  find_undigested();
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    if (packages_[i].installed && *packages_[i].installed > written + std::chrono::hours(24))
      say(i, "it was installed after the data base was written last");
  }
  for (auto& [index, paths] : claims_)
    say(index, "it claims files of another package with other content", std::move(paths));
  return std::move(said_);
}

/// Whoever edits a record can make a new digest, but no new signature.
void RpmCheck::find_unsigned() {
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_vendor;  // signed, not signed
  for (const auto& package : packages_) {
    auto& counts = by_vendor[package.vendor];
    ++(package.with_signature ? counts.first : counts.second);
  }
  constexpr std::size_t kLeast = 10, kTimes = 20;
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    const auto& [with, without] = by_vendor[packages_[i].vendor];
    const bool usual = with >= kLeast && without * kTimes <= with + kTimes;
    if (usual && !packages_[i].with_signature && packages_[i].of_package && !packages_[i].vendor.empty())
      say(i, "its signature is gone, while the others of its vendor have one");
  }
}

void RpmCheck::find_undigested() {
  const auto without = static_cast<std::size_t>(std::count_if(
      packages_.begin(), packages_.end(), [](const Known& p) { return p.of_package && !p.with_digest; }));
  constexpr std::size_t kLeast = 5, kTimes = 20;
  if (packages_.size() < kLeast || without * kTimes > packages_.size() + kTimes) return;
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    if (packages_[i].of_package && !packages_[i].with_digest)
      say(i, "the digest of its record is gone, while the others have one");
  }
}

/// What is not told any more is doubted all the same.
void RpmCheck::say(std::size_t index, std::string reason, std::vector<std::string> paths) {
  doubted_[index] = true;
  if (said_.size() >= kMostSaid) {
    ++untold_;
    return;
  }
  said_.push_back({.package = packages_[index].name,
                   .index = static_cast<std::uint32_t>(index),
                   .reason = std::move(reason),
                   .paths = std::move(paths)});
}

}  // namespace rescue::evidence
