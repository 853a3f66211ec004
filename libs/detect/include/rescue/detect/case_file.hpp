#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rescue/detect/finding.hpp"
#include "rescue/detect/rule.hpp"
#include "rescue/evidence/artifacts.hpp"
#include "rescue/evidence/event.hpp"
#include "rescue/evidence/log_reader.hpp"

namespace rescue::detect {

/// What the detectors may look at. Borrowed; outlives them.
struct Scene {
  const evidence::SafeRoot& root;
  const evidence::Artifacts& artifacts;
  const RuleBook& rules;
  const std::vector<evidence::LogFileSummary>& logs;  ///< filled once the logs are read
  const std::vector<std::string>& log_paths;          ///< by Event::file, known from the start
  unsigned jobs = 1;
  bool time_is_up() const { return until && std::chrono::steady_clock::now() >= *until; }
  std::optional<std::chrono::steady_clock::time_point> until;
};

/// Somebody was in who should not have been: what persistence and traces are compared with.
struct BreakIn {
  enum class Way { kGuessedLogin, kWebShell } way = Way::kGuessedLogin;
  std::string account;
  std::string address;
  Timestamp from{};
  Timestamp to{};           ///< last activity seen, plus an allowance
  std::size_t finding = 0;  ///< index into CaseFile::findings
};

/// A line of the timeline.
struct Note {
  Timestamp time{};
  std::string text;
  std::string source;                  ///< "/var/log/auth.log:212"
  std::optional<std::size_t> finding;  ///< index
};

/// What is known so far; detectors add to it in the order of their table.
struct CaseFile {
  std::vector<Finding> findings;
  std::vector<BreakIn> break_ins;
  std::vector<Note> notes;
  std::set<std::string> reached_accounts;  ///< become by an intruder through sudo or su
  evidence::Gaps gaps;
  std::size_t files_scanned = 0;
  std::uint64_t bytes_scanned = 0;

  /// Adds it and gives its index.
  std::size_t add(Finding finding);
  /// The break-in that covers this moment, the first one.
  const BreakIn* break_in_at(Timestamp t) const;
  /// When a file was written during a break-in: by its mtime, else by its ctime, which cannot be set back but
  /// is believed only where it lies in the time that the logs cover (a copied disk has the copy's). The
  /// break-in and that moment, or null.
  std::pair<const BreakIn*, Timestamp> written_in_break_in(const evidence::FileInfo& info,
                                                           const Scene& scene) const;
};

/// Where an event stands, for a finding's evidence. The hash is filled in when the logs have been read.
EvidenceRef evidence_of(const evidence::Event& event, const Scene& scene);
/// "/var/log/auth.log:212"
std::string source_of(const EvidenceRef& ref);

}  // namespace rescue::detect
