#include "journal_data.hpp"

#include <algorithm>

#include "journal_blob.hpp"
#include "journal_hash.hpp"

namespace rescue::evidence {
namespace {

constexpr std::array<std::string_view, kJournalFields> kNames = {
    "MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_PID",      "_UID", "_COMM",
    "_EXE",    "_SYSTEMD_UNIT",     "_HOSTNAME",  "_TRANSPORT"};

JournalField field_of(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  return static_cast<JournalField>(at - kNames.begin());
}

}  // namespace

JournalDatum JournalData::read(std::uint64_t offset) {
  auto& slot = slots_[(offset / 8 * 0x9e3779b97f4a7c15U) >> 50U];
  static_assert(kSlots == 1U << 14U);
  if (slot.offset == offset && offset != 0) return slot.datum;
  auto datum = read_object(offset);
  constexpr std::size_t kWorthKeeping = 256;
  if (datum.value.size() > kWorthKeeping) return datum;
  slot.offset = offset;
  slot.value = datum.value;
  slot.datum = datum;
  slot.datum.value = slot.value;
  return slot.datum;
}

JournalDatum JournalData::read_object(std::uint64_t offset) {
  JournalDatum datum;
  const auto head_bytes = header_.data_head_bytes();
  const auto bytes = window_.at(offset, head_bytes);
  const auto head =
      offset < window_.size() ? parse_object_head(bytes, offset, window_.size(), header_) : std::nullopt;
  if (!head || head->type != JournalObject::kData || bytes.size() < head_bytes) {
    datum.readable = false;
    return datum;
  }
  const auto hash = journal_number<std::uint64_t>(bytes, kObjectHeadBytes);
  constexpr std::size_t kMostStored = 2 * kMostValue;
  const auto size = head->size - head_bytes;
  auto text = window_.at(offset + head_bytes, std::min<std::uint64_t>(size, kMostStored));
  bool whole = size <= kMostText;
  if (head->packing != 0) {
    const auto unpacked = unpack_journal_blob(head->packing, text, unpacked_);
    datum.readable = unpacked.has_value();
    work_ += unpacked.value_or(kMostText);
    text = {unpacked_.data(), unpacked.value_or(0)};
    whole = text.size() < kMostText;
  } else {
    datum.readable = text.size() == std::min<std::uint64_t>(size, kMostStored);
    work_ += text.size();
  }
  const auto equals = text.substr(0, 65).find('=');
  if (equals == text.npos) {
    datum.readable = false;
    return datum;
  }
  datum.field = field_of(text.substr(0, equals));
  if (datum.field == JournalField::kOther) return datum;
  datum.edited = whole && datum.readable && !fits_hash(text, hash);
  datum.value = text.substr(equals + 1, kMostValue);
  return datum;
}

bool JournalData::fits_hash(std::string_view text, std::uint64_t hash) const {
  if (header_.lost) return true;  // the key was in the header
  return hash == (header_.keyed() ? siphash24(text, header_.file_id) : lookup3_64(text));
}

}  // namespace rescue::evidence
