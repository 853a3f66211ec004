#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/gap.hpp"

namespace rescue::evidence {

/// Where an entry of a journal stands.
struct JournalPlace {
  std::uint64_t seqnum = 0;
  std::uint64_t offset = 0;  ///< of its ENTRY object
  Timestamp time{};
  std::string excerpt;  ///< its message, cut
};

/// Entries with consecutive sequence numbers.
struct JournalRun {
  std::uint64_t first = 0, last = 0;  ///< sequence numbers
  Timestamp from{}, to{};
  std::uint64_t offset = 0;  ///< of the first one's ENTRY object
};

/// Something that happened more than once: how often, and the first time.
struct JournalOddity {
  std::uint64_t count = 0;
  JournalPlace first;
  void add(const JournalPlace& place) {
    if (count++ == 0) first = place;
  }
};

/// Accounts, addresses, scripts and "uid N" that made-up messages speak of. Bounded.
struct JournalNames {
  static constexpr std::size_t kMost = 1'000;
  std::set<std::string, std::less<>> names;  ///< in lower case
  bool cut = false;                          ///< there were more
  void add(std::string_view name) {
    if (name.empty() || names.contains(name)) return;
    cut = cut || names.size() >= kMost;
    if (names.size() < kMost) names.emplace(name.substr(0, 256));
  }
};

enum class JournalState : std::uint8_t { kOffline, kOnline, kArchived, kUnknown };

/// What a journal file says about itself, beside its entries. Seals (Forward Secure Sealing) are not
/// verified.
struct JournalFacts {
  static constexpr std::size_t kMostRuns = 4096;

  JournalState state = JournalState::kUnknown;
  bool system = false;  ///< not a user's
  bool damaged = false;
  std::string directory;  ///< "/var/log/journal/<machine id>"
  std::string seqnum_id;  ///< 32 hexadecimal digits; files of one series share it
  std::uint64_t entries = 0;
  std::vector<JournalRun> runs;  ///< in file order
  bool runs_cut = false;         ///< there are more than kMostRuns
  JournalOddity out_of_order;    ///< a sequence number not above the one before it
  JournalOddity unlinked;        ///< entries that the file's index passes over: no reader shows them
  JournalOddity edited;          ///< texts that do not fit the hash journald stored beside them
  JournalOddity forged;          ///< named like a system service by a program that is not it
  JournalNames forged_mail;      ///< of those in the name of a mail server
  Period mail_left_out;          ///< when a mail server's messages came faster than journald takes them
  std::optional<Timestamp> mail_until;  ///< the last one that is in text logs by their time of writing
};

}  // namespace rescue::evidence
