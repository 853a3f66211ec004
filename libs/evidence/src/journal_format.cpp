#include "journal_format.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

/// The least an object of this type takes.
std::uint64_t least_size(JournalObject type, const JournalHeader& header) {
  switch (type) {
    case JournalObject::kData:
      return header.data_head_bytes() + 1;
    case JournalObject::kField:
      return 40 + 1;
    case JournalObject::kEntry:
      return kEntryHeadBytes + header.item_bytes();
    case JournalObject::kDataHashTable:
    case JournalObject::kFieldHashTable:
      return kObjectHeadBytes + 16;
    case JournalObject::kEntryArray:
      return kObjectHeadBytes + 8 + header.array_item_bytes();
    case JournalObject::kTag:
    case JournalObject::kUnused:
      break;
  }
  return 64;
}

bool has_fitting_size(const ObjectHead& head, const JournalHeader& header) {
  if (head.size < least_size(head.type, header)) return false;
  switch (head.type) {
    case JournalObject::kEntry:
      return (head.size - kEntryHeadBytes) % header.item_bytes() == 0;
    case JournalObject::kDataHashTable:
    case JournalObject::kFieldHashTable:
      return head.size % 16 == 0;
    case JournalObject::kEntryArray:
      return (head.size - kObjectHeadBytes - 8) % header.array_item_bytes() == 0;
    case JournalObject::kTag:
      return head.size == 64;
    default:
      return true;
  }
}

}  // namespace

std::optional<JournalHeader> parse_journal_header(std::string_view bytes) {
  if (bytes.size() < kJournalHeaderAtLeast || !bytes.starts_with(kJournalSignature)) return std::nullopt;
  JournalHeader header;
  header.incompatible = journal_number<std::uint32_t>(bytes, 12);
  header.state = journal_number<std::uint8_t>(bytes, 16);
  std::copy_n(bytes.begin() + 24, header.file_id.size(), header.file_id.begin());
  header.seqnum_id = hex_of(bytes.substr(72, 16));
  header.size = journal_number<std::uint64_t>(bytes, 88);
  header.arena = journal_number<std::uint64_t>(bytes, 96);
  header.tail_object = journal_number<std::uint64_t>(bytes, 136);
  header.entries = journal_number<std::uint64_t>(bytes, 152);
  header.entry_array = journal_number<std::uint64_t>(bytes, 176);
  header.head_realtime_us = journal_number<std::uint64_t>(bytes, 184);
  constexpr std::uint64_t kMostHeader = 4096;
  if (header.size < kJournalHeaderAtLeast || header.size > kMostHeader || header.size % 8 != 0)
    return std::nullopt;
  return header;
}

std::optional<ObjectHead> parse_object_head(std::string_view bytes, std::uint64_t offset,
                                            std::uint64_t file_size, const JournalHeader& header) {
  if (bytes.size() < kObjectHeadBytes || offset % 8 != 0) return std::nullopt;
  const auto type = journal_number<std::uint8_t>(bytes, 0);
  // Six reserved bytes are zero in every version so far.
  const bool reserved = (journal_number<std::uint64_t>(bytes, 0) >> 16U) != 0;
  ObjectHead head{offset, static_cast<JournalObject>(type), journal_number<std::uint8_t>(bytes, 1),
                  journal_number<std::uint64_t>(bytes, 8)};
  const bool known = type > 0 && type <= static_cast<std::uint8_t>(JournalObject::kTag);
  if (!known || reserved || head.packing > kPackedZstd || head.size > file_size - offset) return std::nullopt;
  if (head.packing != 0 && head.type != JournalObject::kData) return std::nullopt;
  return has_fitting_size(head, header) ? std::optional(head) : std::nullopt;
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace rescue::evidence
