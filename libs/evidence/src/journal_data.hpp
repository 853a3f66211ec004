#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "journal_format.hpp"
#include "journal_window.hpp"

namespace rescue::evidence {

/// The fields that an investigation takes from an entry (systemd.journal-fields(7)). Those with an underscore
/// come from journald itself and cannot be chosen by who writes a message.
enum class JournalField : std::uint8_t {
  kMessage,
  kIdentifier,  ///< SYSLOG_IDENTIFIER
  kSyslogPid,
  kPid,
  kUid,
  kComm,
  kExe,
  kUnit,
  kHostname,
  kTransport,
  kOther,
};
constexpr std::size_t kJournalFields = static_cast<std::size_t>(JournalField::kOther);

/// What one DATA object holds.
struct JournalDatum {
  JournalField field = JournalField::kOther;
  bool readable = true;
  bool edited = false;     ///< its text does not fit the hash stored beside it
  std::string_view value;  ///< empty for kOther; dies with the next call
};

/// Reads DATA objects, the short ones that entries share once. Borrows all; one thread at a time.
class JournalData {
 public:
  static constexpr std::size_t kMostValue = 64 * 1024;  ///< longer values are cut

  JournalData(JournalWindow& window, const JournalHeader& header)
      : window_(window), header_(header), slots_(kSlots), unpacked_(kMostText) {}
  JournalDatum read(std::uint64_t offset);
  /// Bytes of text looked at so far, unpacked: what reading has cost.
  std::uint64_t work() const { return work_; }

 private:
  static constexpr std::size_t kSlots = 16'384, kMostText = kMostValue + 64;  // with the name
  struct Slot {
    std::uint64_t offset = 0;  // 0: empty, no object lies there
    JournalDatum datum;
    std::string value;
  };
  JournalDatum read_object(std::uint64_t offset);
  bool fits_hash(std::string_view text, std::uint64_t hash) const;

  JournalWindow& window_;
  const JournalHeader& header_;
  std::vector<Slot> slots_;
  std::vector<char> unpacked_;
  std::uint64_t work_ = 0;
};

}  // namespace rescue::evidence
