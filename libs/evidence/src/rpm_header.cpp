#include "rpm_header.hpp"

#include <algorithm>
#include <array>

#include "bytes_at.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kEntryBytes = 16, kMostEntries = 65'536, kMostValues = 2'000'000;
constexpr std::size_t kMostNameBytes = 256;
constexpr std::uint32_t kRegionTag = 63;
enum Type : std::uint32_t { kInt8 = 2, kInt16, kInt32, kInt64, kString, kBinary, kStrings, kI18n };

Error damaged(const char* what) {
  return {ErrorCode::kCorrupt, "damaged-file", std::string("a package's header ") + what};
}

std::size_t width_of(std::uint32_t type) {
  switch (type) {
    case kInt16:
      return 2;
    case kInt32:
      return 4;
    case kInt64:
      return 8;
    default:
      return 1;
  }
}

bool holds_text(std::uint32_t type) {
  return type == kString || type == kStrings || type == kI18n;
}

/// Takes a text and the zero behind it off the front.
std::string_view take_text(std::string_view& data) {
  const auto end = std::min(data.find('\0'), data.size());
  const auto text = data.substr(0, end);
  data.remove_prefix(std::min(end + 1, data.size()));
  return text;
}

}  // namespace

Result<RpmHeader> RpmHeader::parse(std::string_view bytes, std::string_view* rest) {
  if (bytes.size() < 8) return fail(damaged("is cut off"));
  const std::size_t entries = big32(bytes, 0), store = big32(bytes, 4);
  if (entries == 0 || entries > kMostEntries) return fail(damaged("has no sensible number of tags"));
  if ((bytes.size() - 8) / kEntryBytes < entries || bytes.size() - 8 - entries * kEntryBytes < store)
    return fail(damaged("is cut off"));
  RpmHeader header;
  header.index_ = bytes.substr(8, entries * kEntryBytes);
  header.store_ = bytes.substr(8 + header.index_.size(), store);
  header.entries_.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto at = i * kEntryBytes;
    header.entries_.push_back({big32(header.index_, at), big32(header.index_, at + 4),
                               big32(header.index_, at + 8), big32(header.index_, at + 12)});
  }
  header.find_region();
  if (rest != nullptr) *rest = bytes.substr(8 + header.index_.size() + store);
  return header;
}

/// The first entry says where the region's end is marked: an entry in the store that says how far back the
/// index begins.
void RpmHeader::find_region() {
  const auto& first = entries_.front();
  if (first.tag != kRegionTag || first.type != kBinary || first.count != kEntryBytes) return;
  if (first.offset > store_.size() || store_.size() - first.offset < kEntryBytes) return;
  const auto back = 0U - big32(store_, first.offset + 8);
  if (big32(store_, first.offset) != kRegionTag || back % kEntryBytes != 0) return;
  const auto count = back / kEntryBytes;
  if (count == 0 || count > entries_.size()) return;
  region_entries_ = count;
  region_bytes_ = first.offset + kEntryBytes;
}

const RpmHeader::Entry* RpmHeader::entry(RpmTag tag) const {
  const auto at = std::find_if(entries_.rbegin(), entries_.rend(),
                               [&](const Entry& e) { return e.tag == static_cast<std::uint32_t>(tag); });
  return at == entries_.rend() ? nullptr : &*at;
}

std::string_view RpmHeader::data_of(const Entry& entry) const {
  return entry.offset < store_.size() ? store_.substr(entry.offset) : std::string_view();
}

std::string_view RpmHeader::text(RpmTag tag) const {
  const auto* found = entry(tag);
  if (found == nullptr || !holds_text(found->type)) return "";
  auto data = data_of(*found);
  return take_text(data);
}

std::vector<std::string_view> RpmHeader::texts(RpmTag tag) const {
  std::vector<std::string_view> out;
  const auto* found = entry(tag);
  if (found == nullptr || !holds_text(found->type)) return out;
  auto data = data_of(*found);
  const auto most = std::min<std::size_t>(found->count, kMostValues);
  while (out.size() < most && !data.empty()) out.push_back(take_text(data));
  return out;
}

std::vector<std::uint64_t> RpmHeader::numbers(RpmTag tag) const {
  std::vector<std::uint64_t> out;
  const auto* found = entry(tag);
  if (found == nullptr || found->type < kInt8 - 1 || found->type > kInt64) return out;
  const auto data = data_of(*found);
  const auto width = width_of(found->type);
  const auto most = std::min<std::size_t>({found->count, kMostValues, data.size() / width});
  out.reserve(most);
  for (std::size_t i = 0; i < most; ++i) out.push_back(big_number(data.substr(i * width, width)));
  return out;
}

std::optional<std::uint64_t> RpmHeader::number(RpmTag tag) const {
  const auto* found = entry(tag);
  if (found == nullptr || found->count == 0) return std::nullopt;
  const auto all = numbers(tag);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::string_view RpmHeader::bytes(RpmTag tag) const {
  const auto* found = entry(tag);
  return found == nullptr || found->type != kBinary ? "" : data_of(*found).substr(0, found->count);
}

void RpmHeader::hash_region(DigestStream& stream) const {
  constexpr std::string_view kMagic("\x8e\xad\xe8\x01\0\0\0\0", 8);
  std::string sizes;
  put_big32(sizes, static_cast<std::uint32_t>(region_entries_));
  put_big32(sizes, static_cast<std::uint32_t>(region_bytes_));
  stream.update(kMagic);
  stream.update(sizes);
  stream.update(index_.substr(0, region_entries_ * kEntryBytes));
  stream.update(store_.substr(0, region_bytes_));
}

bool RpmHeader::overrides_region() const {
  constexpr std::array kCovered = {RpmTag::kName,        RpmTag::kVersion,       RpmTag::kFileModes,
                                   RpmTag::kFileDigests, RpmTag::kFileFlags,     RpmTag::kFileVerifyFlags,
                                   RpmTag::kDirIndexes,  RpmTag::kBaseNames,     RpmTag::kDirNames,
                                   RpmTag::kFileCaps,    RpmTag::kFileDigestAlgo};
  const auto covered = [&](std::size_t i) {
    return std::any_of(kCovered.begin(), kCovered.end(),
                       [&](RpmTag tag) { return static_cast<std::uint32_t>(tag) == entries_[i].tag; });
  };
  for (auto i = region_entries_; region_entries_ > 0 && i < entries_.size(); ++i) {
    if (covered(i)) return true;
  }
  return false;
}

std::string RpmHeader::full_name() const {
  std::string name;
  for (const auto tag : {RpmTag::kName, RpmTag::kVersion, RpmTag::kRelease}) {
    const auto part = text(tag).substr(0, kMostNameBytes);
    if (!part.empty()) name += (name.empty() ? "" : "-") + std::string(part);
  }
  const auto architecture = text(RpmTag::kArch).substr(0, kMostNameBytes);
  return architecture.empty() ? name : name + "." + std::string(architecture);
}

}  // namespace rescue::evidence
