#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::evidence::testing {

/// How a journal is written.
struct JournalForm {
  enum class Packing : std::uint8_t { kNone = 0, kXz = 1, kLz4 = 2, kZstd = 4 };
  bool compact = true;
  bool keyed = true;
  Packing packing = Packing::kNone;
  std::size_t pack_from = 512;  ///< bytes
  std::uint8_t state = 2;       ///< 0 offline, 1 online, 2 archived
  char series = 'a';            ///< what its seqnum_id is made of
  std::size_t array_items = 4;  ///< of the first entry array; each next one has twice as many
  std::size_t room = 64;        ///< zeros behind the last object
};

/// Makes journal files for tests, as small as their entries allow: journald's own have 8 MiB at least.
class JournalWriter {
 public:
  struct Entry {
    std::uint64_t seqnum = 0;
    Timestamp time{};
    std::vector<std::string> fields;  ///< "MESSAGE=…"
    bool indexed = true;              ///< false: the index passes over it
    bool edited = false;              ///< its MESSAGE gets a hash that does not fit
    bool zeroed = false;              ///< its ENTRY object is overwritten with zeros
  };

  explicit JournalWriter(JournalForm form = {});
  void add(const Entry& entry);
  /// The whole file.
  std::string bytes() const;
  /// Where the ENTRY objects lie.
  const std::vector<std::uint64_t>& entries() const { return entries_; }

 private:
  std::uint64_t begin_object(std::uint8_t type, std::uint8_t packing, std::uint64_t size);
  std::uint64_t add_data(const std::string& text, bool edited);
  void add_table(std::uint8_t type);
  void index(std::uint64_t entry);
  void put(std::uint64_t offset, std::uint64_t value, std::size_t bytes = 8);
  std::uint64_t hash_of(const std::string& text) const;

  JournalForm form_;
  std::string file_;
  std::map<std::string, std::uint64_t> data_;
  std::vector<std::uint64_t> entries_, zeroed_;
  std::uint64_t indexed_ = 0, first_array_ = 0, array_ = 0, array_items_ = 0, array_used_ = 0, tail_ = 0;
  std::uint64_t first_seqnum_ = 0, last_seqnum_ = 0, first_us_ = 0, last_us_ = 0;
};

/// A journal from lines "2026-09-12T01:00:00Z sshd[3001] 0 /usr/sbin/sshd: message": time, identifier and
/// process, _UID and _EXE ("-": none; " @ssh.service" behind it: _SYSTEMD_UNIT), message. Sequence numbers
/// count up from 1. In front of a line `~` keeps it out of the index, `!` lets its text not fit its hash, `0`
/// overwrites it with zeros, `^5 ` leaves out five sequence numbers before it (`^-3 ` counts again); a line
/// "form: old" switches to the form of systemd before 246, "form: online" leaves the journal open.
std::string journal_of(std::string_view lines);

}  // namespace rescue::evidence::testing
