#include "journal_file.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "what this journal would have told there";

JournalState state_of(const JournalHeader& header) {
  return header.lost || header.state > 2 ? JournalState::kUnknown : static_cast<JournalState>(header.state);
}

JournalPlace place_of(const JournalEntry& entry) {
  constexpr std::size_t kMostExcerpt = 400;
  return {entry.seqnum, entry.offset, entry.time,
          entry.value(JournalField::kMessage).substr(0, kMostExcerpt)};
}

/// How many objects make sense in this layout, up to some.
int sense_of(JournalWindow& window, const JournalHeader& header) {
  constexpr int kEnough = 50, kMostAsked = 64;  // megabytes gone through, or 64 KiB of zeros
  int objects = 0;
  JournalWalk walk(
      window, header, [asked = 0]() mutable { return ++asked > kMostAsked; }, [](const JournalDamage&) {});
  while (objects < kEnough && walk.next()) ++objects;
  return objects;
}

}  // namespace

JournalHeader JournalFile::read_header(JournalWindow& window) {
  if (const auto header = parse_journal_header(window.at(0, kJournalHeaderBytes))) return *header;
  JournalHeader lost, compact;
  lost.lost = compact.lost = true;
  compact.incompatible = kCompact;
  return sense_of(window, compact) > sense_of(window, lost) ? compact : lost;
}

JournalFile::JournalFile(std::string path, OpenFile file, TimeIsUp time_is_up)
    : path_(std::move(path)),
      file_(std::move(file)),
      window_(file_),
      header_(read_header(window_)),
      data_(window_, header_),
      time_is_up_(std::move(time_is_up)) {
  walk_ = std::make_unique<JournalWalk>(window_, header_, time_is_up_, [this](const JournalDamage& d) {
    facts_.damaged = true;
    add_gap(d.offset, d.bytes,
            d.zeros ? "zeros where entries must be; what lies behind them was read"
                    : "damaged; what lies behind it was read",
            true);
  });
  index_ = std::make_unique<JournalIndex>(window_, header_);
  facts_.state = state_of(header_);
  facts_.seqnum_id = header_.seqnum_id;
  tell_header();
}

JournalFile::~JournalFile() = default;

void JournalFile::add_gap(std::uint64_t offset, std::uint64_t bytes, std::string reason, bool grave) {
  gaps_.push_back(
      {.path = path_,
       .offset = offset,
       .bytes = bytes,
       .reason = std::move(reason),
       .prevents = std::string(kPrevents),
       .period = {last_time_ == Timestamp{} ? std::nullopt : std::optional(last_time_), std::nullopt},
       .grave = grave});
}

void JournalFile::tell_header() {
  if (header_.lost) {
    facts_.damaged = true;
    return add_gap(0, 0, "the journal's header is damaged; its entries were looked for", true);
  }
  if (const auto end = header_.size + header_.arena; header_.arena < (1ULL << 62U) && end > window_.size()) {
    facts_.damaged = true;
    add_gap(window_.size(), end - window_.size(), "the journal is cut off", true);
  }
  if ((header_.incompatible & ~std::uint32_t{kKnownIncompatible}) != 0)
    add_gap(0, 0, "written by a newer journald in a form that is not known here", true);
  if (facts_.state == JournalState::kOnline)
    add_gap(window_.size(), 0, "the journal was not closed: journald was running or was stopped by a crash",
            false);
}

std::optional<ObjectHead> JournalFile::walk_to_entry() {
  while (!walk_ended_ && !out_of_time()) {
    const auto head = walk_->next();
    if (!head) {
      walk_ended_ = true;
    } else if (head->type == JournalObject::kEntry) {
      return head;
    }
  }
  return std::nullopt;
}

/// A journal may be made of objects that are no entries, or of an index that names none.
bool JournalFile::out_of_time() {
  constexpr std::uint64_t kAskEvery = 256;
  if (!time_was_up_ && ++steps_ % kAskEvery == 0) time_was_up_ = time_is_up_();
  return time_was_up_;
}

bool JournalFile::next(JournalEntry& entry) {
  for (;;) {
    if (!walked_) walked_ = walk_to_entry();
    if (out_of_time()) return false;
    const auto indexed = index_->peek();
    if (!walked_ && !indexed) return false;
    if (indexed && (!walked_ || *indexed < walked_->offset)) {
      index_->pop();
      if (!read_lost_entry(*indexed, entry)) continue;
      note(entry, true);
      return true;
    }
    const bool linked = indexed && *indexed == walked_->offset;
    if (linked) index_->pop();
    if (!indexed) ++after_index_;
    // The last entry may have been written and not yet been indexed when the server went down.
    const bool cut_index = !indexed && !header_.lost && !index_->broken() && after_index_ > 1;
    const bool passed_over = (indexed && !linked) || cut_index;
    const auto head = *walked_;
    walked_.reset();
    if (!read_entry(head, entry)) continue;
    note(entry, !passed_over);
    return true;
  }
}

/// An entry that the index names and the walk did not come by: it lies in a damaged stretch.
bool JournalFile::read_lost_entry(std::uint64_t offset, JournalEntry& entry) {
  const auto head = parse_object_head(window_.at(offset, kObjectHeadBytes), offset, window_.size(), header_);
  if (head && head->type == JournalObject::kEntry && read_entry(*head, entry)) return true;
  if (unread_++ == 0) first_unread_ = offset;
  return false;
}

bool JournalFile::read_entry(const ObjectHead& head, JournalEntry& entry) {
  const auto item_bytes = header_.item_bytes();
  const auto items = (head.size - kEntryHeadBytes) / item_bytes;
  const auto count = std::min<std::uint64_t>(items, kMostItems);
  items_ = window_.at(head.offset, kEntryHeadBytes + count * item_bytes);
  if (items_.size() < kEntryHeadBytes + count * item_bytes) {
    if (unread_++ == 0) first_unread_ = head.offset;
    return false;
  }
  entry.offset = head.offset;
  entry.seqnum = journal_number<std::uint64_t>(items_, 16);
  constexpr std::uint64_t kMostUs = 1ULL << 53U;  // the year 2255
  entry.time =
      from_us(static_cast<std::int64_t>(std::min(journal_number<std::uint64_t>(items_, 24), kMostUs)));
  entry.edited = false;
  entry.cut = items > count;
  if (entry.cut && bad_fields_++ == 0) first_bad_field_ = head.offset;
  for (auto& value : entry.values) value.clear();
  // An entry may name one large packed field a thousand times.
  constexpr std::uint64_t kMostWork = 32 * JournalData::kMostValue;
  const auto before = data_.work();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (data_.work() - before > kMostWork) {
      entry.cut = true;
      if (bad_fields_++ == 0) first_bad_field_ = head.offset;
      break;
    }
    const auto at = kEntryHeadBytes + i * item_bytes;
    const auto offset = header_.compact() ? journal_number<std::uint32_t>(items_, at)
                                          : journal_number<std::uint64_t>(items_, at);
    const auto datum = data_.read(offset);
    if (!datum.readable && bad_fields_++ == 0) first_bad_field_ = head.offset;
    entry.edited = entry.edited || datum.edited;
    if (datum.field == JournalField::kOther) continue;
    auto& value = entry.values[static_cast<std::size_t>(datum.field)];
    if (value.empty()) value = datum.value;
  }
  return true;
}

void JournalFile::note(const JournalEntry& entry, bool linked) {
  ++facts_.entries;
  last_time_ = entry.time;
  if (!linked) facts_.unlinked.add(place_of(entry));
  if (entry.edited) facts_.edited.add(place_of(entry));
  auto& runs = facts_.runs;
  if (!runs.empty() && entry.seqnum <= runs.back().last) {
    facts_.out_of_order.add(place_of(entry));
  } else if (!runs.empty() && entry.seqnum == runs.back().last + 1) {
    runs.back().last = entry.seqnum;
    runs.back().to = entry.time;
    return;
  }
  if (runs.size() >= JournalFacts::kMostRuns) {
    facts_.runs_cut = true;
    return;
  }
  runs.push_back({entry.seqnum, entry.seqnum, entry.time, entry.time, entry.offset});
}

void JournalFile::finish() {
  if (unread_ > 0) {
    facts_.damaged = true;
    add_gap(first_unread_, 0, std::to_string(unread_) + " entries that the index names cannot be read", true);
  }
  if (bad_fields_ > 0) {
    facts_.damaged = true;
    add_gap(first_bad_field_, 0, std::to_string(bad_fields_) + " fields of entries cannot be read", true);
  }
  if (facts_.runs_cut) {
    add_gap(0, 0, "too many gaps between its entries' numbers; entries that are missing were not looked for",
            false);
  }
  if (index_->broken()) {
    facts_.damaged = true;
    add_gap(index_->broken_at(), 0,
            "the index of entries is broken; " + std::to_string(after_index_) +
                " entries behind were found without it",
            false);
  }
}

}  // namespace rescue::evidence
