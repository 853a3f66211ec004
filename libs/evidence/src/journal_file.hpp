#pragma once

#include <array>
#include <memory>
#include <string>

#include "journal_data.hpp"
#include "journal_index.hpp"
#include "journal_walk.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/journal.hpp"

namespace rescue::evidence {

struct JournalEntry {
  std::uint64_t offset = 0;
  std::uint64_t seqnum = 0;
  Timestamp time{};
  bool edited = false;
  bool cut = false;  ///< larger than what is read of one: what journald says of its sender may be missing
  std::array<std::string, kJournalFields> values;

  const std::string& value(JournalField field) const { return values[static_cast<std::size_t>(field)]; }
};

/// One journal file read from its beginning to its end: every entry that lies in it, in file order, also
/// those that its index passes over or no longer reaches. Every offset and size is checked; damage becomes
/// gaps, and what lies behind it is read. Memory does not depend on the file. One thread at a time.
class JournalFile {
 public:
  JournalFile(std::string path, OpenFile file, TimeIsUp time_is_up);
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;
  ~JournalFile();

  /// Reads the next entry. False at the end, or when the time is up.
  bool next(JournalEntry& entry);
  /// What is told when all entries have been read.
  void finish();
  JournalFacts& facts() { return facts_; }
  const Gaps& gaps() const { return gaps_; }
  std::uint64_t position() const { return walk_->position(); }

 private:
  static JournalHeader read_header(JournalWindow& window);
  bool read_entry(const ObjectHead& head, JournalEntry& entry);
  bool read_lost_entry(std::uint64_t offset, JournalEntry& entry);
  std::optional<ObjectHead> walk_to_entry();
  bool out_of_time();
  void note(const JournalEntry& entry, bool linked);
  void add_gap(std::uint64_t offset, std::uint64_t bytes, std::string reason, bool grave);
  void tell_header();

  std::string path_;
  OpenFile file_;
  JournalWindow window_;
  JournalHeader header_;
  JournalData data_;
  TimeIsUp time_is_up_;
  bool time_was_up_ = false;
  std::uint64_t steps_ = 0;
  std::unique_ptr<JournalWalk> walk_;
  std::unique_ptr<JournalIndex> index_;
  std::optional<ObjectHead> walked_;  // the entry that the walk stands at
  bool walk_ended_ = false;
  JournalFacts facts_;
  Gaps gaps_;
  Timestamp last_time_{};
  std::uint64_t after_index_ = 0, unread_ = 0, first_unread_ = 0, bad_fields_ = 0, first_bad_field_ = 0;
  std::string items_;
};

}  // namespace rescue::evidence
