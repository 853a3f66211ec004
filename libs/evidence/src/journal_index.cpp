#include "journal_index.hpp"

#include <algorithm>

namespace rescue::evidence {

JournalIndex::JournalIndex(JournalWindow& window, const JournalHeader& header)
    : window_(window), header_(header), array_(header.entry_array) {
  if (header_.lost || array_ == 0) end(!header_.lost && header_.entries > 0);
}

void JournalIndex::end(bool broken) {
  ended_ = true;
  broken_ = broken;
}

std::optional<std::uint64_t> JournalIndex::peek() {
  while (used_ == items_.size()) {
    if (ended_ || !read_more()) return std::nullopt;
  }
  return items_[used_];
}

/// Takes up the next items of the array, or goes to the next array. False when nothing came of it.
bool JournalIndex::read_more() {
  constexpr std::size_t kAtOnce = 4096, kHead = kObjectHeadBytes + 8;
  items_.clear();
  used_ = 0;
  const auto bytes = window_.at(array_, kHead);
  const auto head = parse_object_head(bytes, array_, window_.size(), header_);
  if (bytes.size() < kHead || !head || head->type != JournalObject::kEntryArray) {
    end(true);
    return false;
  }
  const auto next = journal_number<std::uint64_t>(bytes, kObjectHeadBytes);
  const auto item_bytes = header_.array_item_bytes();
  const auto count = (head->size - kHead) / item_bytes;
  const auto wanted = std::min<std::uint64_t>(kAtOnce, count - place_);
  const auto items = window_.at(array_ + kHead + place_ * item_bytes, wanted * item_bytes);
  for (std::size_t i = 0; (i + 1) * item_bytes <= items.size(); ++i) {
    const auto offset = header_.compact() ? journal_number<std::uint32_t>(items, i * item_bytes)
                                          : journal_number<std::uint64_t>(items, i * item_bytes);
    if (offset == 0 || offset <= last_ || offset % 8 != 0 || offset >= window_.size()) {
      // Zero is room for entries to come, unless the header counts more.
      end(offset != 0 || named_ < header_.entries);
      return !items_.empty();
    }
    items_.push_back(last_ = offset);
    ++named_;
  }
  place_ += wanted;
  if (place_ < count && items_.size() == wanted) return true;
  place_ = 0;
  if (next == 0 || next <= array_ || items_.size() < wanted) {
    end(next != 0 || named_ < header_.entries);
  } else {
    array_ = next;
  }
  return !items_.empty() || !ended_;
}

}  // namespace rescue::evidence
