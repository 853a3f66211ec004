#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace rescue::evidence {

// Systemd's "Journal File Format" (https://systemd.io/JOURNAL_FILE_FORMAT/). All numbers are little-endian.
constexpr std::string_view kJournalSignature = "LPKSHHRH";
constexpr std::size_t kJournalHeaderBytes = 272;    // as systemd 254 writes it; older ones are shorter
constexpr std::size_t kJournalHeaderAtLeast = 208;  // the first version's
constexpr std::size_t kObjectHeadBytes = 16;
constexpr std::size_t kEntryHeadBytes = 64;
constexpr std::size_t kMostItems = 1024;  // journald takes no more fields of one entry

enum class JournalObject : std::uint8_t {
  kUnused,
  kData,
  kField,
  kEntry,
  kDataHashTable,
  kFieldHashTable,
  kEntryArray,
  kTag
};

// Incompatible flags of the header.
constexpr std::uint32_t kKeyedHash = 4, kCompact = 16, kKnownIncompatible = 31;
// How a DATA object's content is packed: one of its flags.
constexpr std::uint8_t kPackedXz = 1, kPackedLz4 = 2, kPackedZstd = 4;

/// The number at `offset`; `bytes` must be long enough.
template <class T>
T journal_number(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

struct JournalHeader {
  bool lost = false;  ///< no usable header: the objects are looked for from the start
  std::uint32_t incompatible = 0;
  std::uint8_t state = 0;
  std::array<char, 16> file_id{};
  std::string seqnum_id;
  std::uint64_t size = 0;
  std::uint64_t arena = 0;
  std::uint64_t tail_object = 0;
  std::uint64_t entries = 0;
  std::uint64_t entry_array = 0;
  std::uint64_t head_realtime_us = 0;

  bool compact() const { return (incompatible & kCompact) != 0; }
  bool keyed() const { return (incompatible & kKeyedHash) != 0; }
  std::size_t item_bytes() const { return compact() ? 4 : 16; }       ///< of an entry
  std::size_t array_item_bytes() const { return compact() ? 4 : 8; }  ///< of an entry array
  std::size_t data_head_bytes() const { return compact() ? 72 : 64; }
};

/// Nothing when `bytes` (the file's first kJournalHeaderBytes, or fewer) are no journal's header.
std::optional<JournalHeader> parse_journal_header(std::string_view bytes);

/// The head that every object begins with.
struct ObjectHead {
  std::uint64_t offset = 0;
  JournalObject type = JournalObject::kUnused;
  std::uint8_t packing = 0;
  std::uint64_t size = 0;

  std::uint64_t end() const { return (offset + size + 7) & ~std::uint64_t{7}; }
};

/// The head in `bytes` (kObjectHeadBytes of them). Nothing when it cannot be one, or its object would reach
/// past `file_size`.
std::optional<ObjectHead> parse_object_head(std::string_view bytes, std::uint64_t offset,
                                            std::uint64_t file_size, const JournalHeader& header);

bool is_field_name(std::string_view name);

}  // namespace rescue::evidence
