#include "rescue/evidence/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>

#include "bytes_at.hpp"
#include "rescue/evidence/inflate.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostMembers = 100'000;
constexpr std::uint64_t kMostDirectoryBytes = 16 << 20;
constexpr std::size_t kMostNameBytes = 1024;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr std::string_view kLocal = "PK\x03\x04", kCentral = "PK\x01\x02", kEnd = "PK\x05\x06";
const OrderedBytes kLittle;

Result<std::string> read_part(const OpenFile& file, std::uint64_t offset, std::uint64_t size) {
  const auto whole = file.info().size;
  std::string bytes(
      static_cast<std::size_t>(offset >= whole ? 0 : std::min<std::uint64_t>(size, whole - offset)), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    RESCUE_ASSIGN(const auto got, file.read_at(offset + have, std::span(bytes).subspan(have)));
    if (got == 0) break;
    have += got;
  }
  bytes.resize(have);
  return bytes;
}

/// Where the central directory lies, and how far what it tells is off.
struct Directory {
  std::uint64_t offset = 0, bytes = 0, before = 0;
};

/// By the end record: the last one that ends with the file, otherwise the last one of all.
Result<std::optional<Directory>> find_directory(const OpenFile& file) {
  constexpr std::uint64_t kMostTail = kEndBytes + 0xffff;
  const auto size = file.info().size;
  const auto start = size - std::min(size, kMostTail);
  RESCUE_ASSIGN(const auto tail, read_part(file, start, kMostTail));
  std::size_t end = tail.npos;
  for (auto at = tail.rfind(kEnd); at != tail.npos; at = at == 0 ? tail.npos : tail.rfind(kEnd, at - 1)) {
    if (tail.size() - at < kEndBytes) continue;
    if (end == tail.npos) end = at;
    if (at + kEndBytes + kLittle.u16(tail, at + 20) != tail.size()) continue;
    end = at;
    break;
  }
  if (end == tail.npos) return std::nullopt;
  const std::uint64_t bytes = kLittle.u32(tail, end + 12), told = kLittle.u32(tail, end + 16);
  if (bytes > start + end || told > start + end - bytes) return std::nullopt;
  const auto offset = start + end - bytes;
  return Directory{offset, bytes, offset - told};
}

/// The fields that local and central headers share, from "general purpose bit flag" on.
ZipMember member_of(std::string_view header, std::size_t at, std::string_view name) {
  ZipMember member;
  if (name.size() > kMostNameBytes) name.remove_prefix(name.size() - kMostNameBytes);
  member.name = std::string(name);
  std::replace(member.name.begin(), member.name.end(), '\0', '?');
  member.encrypted = (kLittle.u16(header, at) & 1U) != 0;
  member.method = kLittle.u16(header, at + 2);
  member.crc = kLittle.u32(header, at + 8);
  member.packed = kLittle.u32(header, at + 12);
  member.size = kLittle.u32(header, at + 16);
  return member;
}

void keep(ZipListing& listing, ZipMember member) {
  if (member.name.ends_with('/')) return;
  listing.cut = listing.cut || listing.members.size() == kMostMembers;
  if (!listing.cut) listing.members.push_back(std::move(member));
}

/// False where it is broken.
bool list_directory(std::string_view bytes, const Directory& directory, ZipListing& listing) {
  while (!bytes.empty() && !listing.cut) {
    if (bytes.size() < kCentralBytes || !bytes.starts_with(kCentral)) return false;
    const std::size_t name = kLittle.u16(bytes, 28);
    const auto whole = kCentralBytes + name + kLittle.u16(bytes, 30) + kLittle.u16(bytes, 32);
    if (whole > bytes.size()) return false;
    auto member = member_of(bytes, 8, bytes.substr(kCentralBytes, name));
    member.offset = directory.before + kLittle.u32(bytes, 42);
    keep(listing, std::move(member));
    bytes.remove_prefix(whole);
  }
  return true;
}

/// From the file's beginning, as far as the headers tell where the next one lies.
Result<ZipListing> list_local_headers(const OpenFile& file) {
  ZipListing listing;
  listing.damaged = true;
  for (std::uint64_t offset = 0; !listing.cut;) {
    RESCUE_ASSIGN(const auto header, read_part(file, offset, kLocalBytes + kMostNameBytes));
    if (header.size() < kLocalBytes || !header.starts_with(kLocal)) break;
    const std::size_t name = kLittle.u16(header, 26);
    auto member = member_of(header, 6, std::string_view(header).substr(kLocalBytes, name));
    member.offset = offset;
    const bool size_follows = (kLittle.u16(header, 6) & 8U) != 0 && member.packed == 0;
    if (size_follows) member.packed = file.info().size - offset;
    offset += kLocalBytes + name + kLittle.u16(header, 28) + member.packed;
    keep(listing, std::move(member));
    if (size_follows) break;
  }
  return listing;
}

}  // namespace

Result<ZipListing> list_zip(const OpenFile& file) {
  RESCUE_ASSIGN(const auto directory, find_directory(file));
  if (!directory) return list_local_headers(file);
  ZipListing listing;
  RESCUE_ASSIGN(const auto bytes,
                read_part(file, directory->offset, std::min(directory->bytes, kMostDirectoryBytes)));
  const bool cut = directory->bytes > kMostDirectoryBytes;
  const bool sound = list_directory(bytes, *directory, listing);
  listing.cut = listing.cut || cut;
  if (sound || cut) return listing;
  RESCUE_ASSIGN(auto by_headers, list_local_headers(file));
  if (by_headers.members.size() >= listing.members.size()) return by_headers;
  listing.damaged = true;
  return listing;
}

Result<ZipContent> read_zip_member(const OpenFile& file, const ZipMember& member, std::size_t most) {
  ZipContent content;
  content.damaged = true;
  RESCUE_ASSIGN(const auto header, read_part(file, member.offset, kLocalBytes));
  if (header.size() < kLocalBytes || !header.starts_with(kLocal)) return content;
  const auto start = member.offset + kLocalBytes + kLittle.u16(header, 26) + kLittle.u16(header, 28);
  // What is packed is hardly longer than what comes out of it.
  const std::uint64_t room = most + most / 8 + 1024;
  RESCUE_ASSIGN(const auto packed, read_part(file, start, std::min(member.packed, room)));
  content.bytes = member.method == 0 ? packed.substr(0, most) : inflate(packed, DeflateWrapping::kNone, most);
  content.whole = content.bytes.size() == member.size;
  content.damaged = !content.whole && content.bytes.size() < most;
  if (!content.whole) return content;
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(content.bytes.data()),
                           static_cast<uInt>(content.bytes.size()));
  content.damaged = crc != member.crc;
  return content;
}

}  // namespace rescue::evidence
