#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rescue/evidence/event.hpp"
#include "rescue/evidence/journal.hpp"
#include "rescue/evidence/log_files.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// A stretch between two lines of a log in which it says nothing.
struct Silence {
  Timestamp from{}, to{};
  std::uint64_t line = 0;  ///< the first one behind it
  auto length() const { return to - from; }
};

/// One log file after it was read. Its index is Event::file.
struct LogFileSummary {
  std::string path;
  LogRole role = LogRole::kSystem;
  std::string sha256;  ///< of the file as it lies on the disk; empty when not read whole
  std::uint64_t stored_bytes = 0;
  std::uint64_t plain_bytes = 0;
  std::uint64_t lines = 0;   ///< or records, or entries
  std::uint64_t events = 0;  ///< dated ones
  Period period;
  bool silences_known = false;          ///< it is in syslog's form
  std::vector<Silence> silences;        ///< then its longest, at most 8, longest first
  std::optional<JournalFacts> journal;  ///< of a systemd journal
};

struct LogReading {
  unsigned jobs = 1;                                                ///< threads that read and parse
  std::optional<Timestamp> since = {};                              ///< leave out what is older
  std::optional<std::chrono::steady_clock::time_point> until = {};  ///< stop reading then: gaps tell it
  bool others = true;  ///< hand out kOther too; without, lines of that kind are dated and counted only
  std::optional<Timestamp> text_mail_until =
      {};                      ///< a mail server's messages in journals are events after that
  bool audit_records = false;  ///< events of audit logs bring their records along (FieldName::kRecords)
  bool time_is_up() const { return until && std::chrono::steady_clock::now() >= *until; }
};

/// Gets each file's events, some at a time, on the calling thread: files in the order given, events in file
/// order, whatever `jobs` is. Where there are authentication logs and a system journal, these come first and
/// merged by time, because both tell one story. Views die with the call.
using EventSink = std::function<void(std::span<const Event>)>;

/// Reads and parses all files of `groups`. Memory is bounded: a few batches of 256 KiB per thread wait for
/// the sink, and a journal has a window of 4 MiB. Damage becomes gaps.
std::vector<LogFileSummary> read_logs(const SafeRoot& root, const std::vector<LogGroup>& groups,
                                      const TimeZone& zone, const LogReading& how, const EventSink& sink,
                                      Gaps& gaps);

}  // namespace rescue::evidence
