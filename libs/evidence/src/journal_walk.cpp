#include "journal_walk.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::string_view kZeros("\0\0\0\0\0\0\0\0", 8);

/// A time that a log may have: 1990 to 2100.
bool is_time(std::uint64_t us) {
  constexpr std::uint64_t kYearUs = 31'557'600'000'000;
  return us > 20 * kYearUs && us < 130 * kYearUs;
}

}  // namespace

JournalWalk::JournalWalk(JournalWindow& window, const JournalHeader& header, TimeIsUp time_is_up,
                         std::function<void(const JournalDamage&)> damaged)
    : window_(window),
      header_(header),
      time_is_up_(std::move(time_is_up)),
      damaged_(std::move(damaged)),
      position_(header.size) {
  if (header_.tail_object == 0 || header_.tail_object % 8 != 0) return;
  const auto tail = head_at(header_.tail_object);
  tail_end_ = tail ? tail->end() : header_.tail_object;
}

std::optional<ObjectHead> JournalWalk::head_at(std::uint64_t offset) {
  if (offset >= window_.size()) return std::nullopt;
  return parse_object_head(window_.at(offset, kObjectHeadBytes), offset, window_.size(), header_);
}

std::optional<ObjectHead> JournalWalk::next() {
  if (position_ >= window_.size()) return std::nullopt;
  auto head = head_at(position_);
  if (!head) head = find_next();
  if (!head) return std::nullopt;
  before_ = head->offset;
  position_ = head->end();
  return head;
}

/// Past something that is no object. The object before may have lied about its size, so that it is looked
/// for from there.
std::optional<ObjectHead> JournalWalk::find_next() {
  const auto nonzero = window_.next_nonzero(position_, time_is_up_);
  const bool zeros = nonzero >= position_ + kObjectHeadBytes || nonzero == window_.size();
  // What journald has set aside for entries to come is zeros up to the file's end.
  if (nonzero == window_.size() && position_ >= tail_end_ && !header_.lost) return std::nullopt;
  constexpr std::uint64_t kAskEvery = 1ULL << 20U;
  auto at =
      !zeros && before_ != 0 ? before_ + kObjectHeadBytes : std::max(position_, nonzero & ~std::uint64_t{7});
  std::optional<ObjectHead> found;
  for (; at < window_.size(); at += 8) {
    if (at % kAskEvery == 0 && time_is_up_()) break;
    found = head_at(at);
    if (found && is_convincing(*found)) break;
    found.reset();
    if (window_.at(at, 8) == kZeros) at = (window_.next_nonzero(at, time_is_up_) & ~std::uint64_t{7}) - 8;
  }
  const auto end = found ? found->offset : window_.size();
  const auto begin = found && end < position_ ? before_ : position_;
  damaged_({begin, end - begin, zeros});
  if (!found) position_ = window_.size();
  return found;
}

bool JournalWalk::points_to(std::uint64_t offset, JournalObject type) {
  const auto head = head_at(offset);
  return head && head->type == type;
}

bool JournalWalk::is_convincing(const ObjectHead& head) {
  switch (head.type) {
    case JournalObject::kData:
      return is_convincing_data(head);
    case JournalObject::kEntry:
      return is_convincing_entry(head);
    case JournalObject::kField:
      return is_field_name(window_.at(head.offset + 40, std::min<std::uint64_t>(head.size - 40, 65)));
    case JournalObject::kEntryArray: {
      const auto bytes = window_.at(head.offset + kObjectHeadBytes, 16);
      if (bytes.size() < 16) return false;
      const auto next = journal_number<std::uint64_t>(bytes, 0);
      const auto first = header_.compact() ? journal_number<std::uint32_t>(bytes, 8)
                                           : journal_number<std::uint64_t>(bytes, 8);
      return next % 8 == 0 && next < window_.size() && points_to(first, JournalObject::kEntry);
    }
    default:
      return false;  // tables stand at the beginning, seals say nothing that is read here
  }
}

bool JournalWalk::is_convincing_data(const ObjectHead& head) {
  const auto bytes =
      window_.at(head.offset, std::min<std::uint64_t>(head.size, header_.data_head_bytes() + 66));
  for (const std::size_t link : {24U, 32U, 40U, 48U}) {
    if (bytes.size() < link + 8) return false;
    const auto offset = journal_number<std::uint64_t>(bytes, link);
    if (offset % 8 != 0) return false;
  }
  if (head.packing != 0) return true;
  if (bytes.size() <= header_.data_head_bytes()) return false;
  const auto text = bytes.substr(header_.data_head_bytes());
  const auto equals = text.find('=');
  return equals != text.npos && is_field_name(text.substr(0, equals));
}

bool JournalWalk::is_convincing_entry(const ObjectHead& head) {
  const auto bytes = window_.at(head.offset, kEntryHeadBytes + header_.item_bytes());
  if (bytes.size() < kEntryHeadBytes + header_.item_bytes()) return false;
  const bool dated =
      journal_number<std::uint64_t>(bytes, 16) != 0 && is_time(journal_number<std::uint64_t>(bytes, 24));
  const auto item = header_.compact() ? journal_number<std::uint32_t>(bytes, kEntryHeadBytes)
                                      : journal_number<std::uint64_t>(bytes, kEntryHeadBytes);
  return dated && item % 8 == 0 && item < window_.size();
}

}  // namespace rescue::evidence
