#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::detect {

/// How much it matters. From kMedium on a finding speaks against the server's being untouched.
enum class Severity { kInfo, kLow, kMedium, kHigh, kCritical };
/// How sure the finding is of what it says.
enum class Confidence { kLow, kMedium, kHigh };
std::string_view to_string(Severity severity);
std::string_view to_string(Confidence confidence);

/// Where something stands. Texts are raw bytes of the evidence; whoever prints them escapes.
struct EvidenceRef {
  std::string file;
  std::optional<std::uint64_t> line;    ///< from 1
  std::optional<std::uint64_t> record;  ///< from 0
  std::optional<std::uint64_t> entry;   ///< a journal entry's sequence number
  std::optional<std::uint64_t> offset;  ///< bytes
  std::string sha256;                   ///< of the whole file; filled in later for logs
  std::string excerpt;
};

/// A line of the timeline.
struct Note {
  Timestamp time{};
  std::string text;
  std::string source;  ///< "/var/log/auth.log:212"
};

/// One thing that a rule found.
struct Finding {
  std::string id;  ///< "F001"; given when all findings are known, in the order of time
  std::string rule;
  std::string title;
  Severity severity = Severity::kInfo;
  Confidence confidence = Confidence::kLow;
  std::vector<std::string> attack_ids;
  std::string path;
  std::string account;
  std::string address;
  std::vector<std::string> addresses;  ///< where several did it; the busiest first, bounded
  bool doubtful =
      false;  ///< what it rests on may be made up, or mean something else: nobody acts on it alone
  std::optional<Timestamp> time;
  std::vector<EvidenceRef> evidence;
  std::string why;
  std::string benign;
  std::vector<Note> notes;       ///< its lines of the timeline
  bool begins_break_in = false;  ///< a BreakIn rests on it
  bool linked = false;           ///< lies in the time of a break-in, or was used in one
  std::size_t number = 0;        ///< in the order of finding; BreakIn::finding names it by this
  std::size_t turn = 0;          ///< its place among the findings of its rule, the first in line 0
};

}  // namespace rescue::detect
