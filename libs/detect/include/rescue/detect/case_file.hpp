#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rescue/detect/finding.hpp"
#include "rescue/detect/kept_findings.hpp"
#include "rescue/detect/rule.hpp"
#include "rescue/evidence/artifacts.hpp"
#include "rescue/evidence/disk_survey.hpp"
#include "rescue/evidence/event.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/software.hpp"

namespace rescue::sigma {
class RuleSet;
}

namespace rescue::detect {

/// Settings that no package brought are few and small. What detectors read of them in all is bounded.
struct SettingsRoom {
  static constexpr std::uint64_t kMostBytes = 64U << 20U;
  std::uint64_t bytes = 0;
  bool told = false;
};

/// What the detectors may look at. Borrowed; outlives them.
struct Scene {
  const evidence::SafeRoot& root;
  const evidence::Artifacts& artifacts;
  const evidence::DiskSurvey& survey;
  const RuleBook& rules;
  const std::vector<evidence::LogFileSummary>& logs;  ///< filled once the logs are read
  const std::vector<std::string>& log_paths;          ///< by Event::file, known from the start
  unsigned jobs = 1;
  bool time_is_up() const { return until && std::chrono::steady_clock::now() >= *until; }
  std::optional<std::chrono::steady_clock::time_point> until;
  bool has_failed_records = true;                 ///< btmp: records to compare refused log-ins with
  std::optional<Timestamp> text_mail_until = {};  ///< evidence::text_mail_until()
  SettingsRoom* settings = nullptr;               ///< for read_untrusted(), which is called on one thread
  const evidence::SafeRoot* yara = nullptr;       ///< the folder of the user's YARA rules; null: none
  const sigma::RuleSet* sigma = nullptr;          ///< the user's Sigma rules, where there are any
};

/// Somebody was in who should not have been: what persistence and traces are compared with.
struct BreakIn {
  enum class Way { kGuessedLogin, kWebShell, kWebAttack, kMailAccount, kRedis } way = Way::kGuessedLogin;
  std::string account;
  std::string address;
  Timestamp from{};
  Timestamp to{};  ///< last activity seen, plus an allowance
  /// Finding::number; once settled an index into CaseFile::findings, nothing when it is only counted.
  std::optional<std::size_t> finding;
  std::string service = "SSH";  ///< where the password was guessed, in words
  std::string through = {};     ///< the web page that took the file; the file that Redis wrote
};

/// Something that only one of two sources tells: the text logs or the journal.
struct OneSided {
  evidence::EventKind kind{};
  bool in_journal = false;  ///< and not in the text logs
  Timestamp time{};
  std::string account, address;
  EvidenceRef evidence;
};

/// The text logs beside the journal.
struct SourceComparison {
  static constexpr std::size_t kMostOneSided = 10'000;  ///< of each side

  std::uint64_t matched = 0;        ///< events that both tell
  std::vector<OneSided> one_sided;  ///< of the kinds that matter, in the order of time
  /// Where the other source tells the same, by file and line (or entry) of the one that came first.
  std::map<std::pair<std::string, std::uint64_t>, EvidenceRef> second;
};

/// What is known so far; detectors add to it in the order of their table.
struct CaseFile {
  static constexpr std::size_t kMostBreakIns = 500;  ///< of each way

  KeptFindings kept;              ///< while they are gathered
  std::vector<Finding> findings;  ///< those told, in the order of time, once settled
  LeftOutByRule left_out;         ///< those only counted, once settled
  std::vector<BreakIn> break_ins;
  std::uint64_t break_ins_left_out = 0;
  std::vector<BreakIn> mail_break_ins;       ///< mail accounts in other hands: their mail, not the server
  std::uint64_t mail_events = 0;             ///< lines of logs that tell of mail
  std::vector<Note> notes;                   ///< lines of the timeline that are no finding's
  std::set<std::string> reached_accounts;    ///< become by an intruder through sudo or su
  SourceComparison sources;                  ///< once the logs are read
  std::vector<evidence::Software> software;  ///< applications and what they consist of, by path
  std::uint64_t software_left_out = 0;
  evidence::Gaps gaps;
  std::size_t files_scanned = 0;
  std::uint64_t bytes_scanned = 0;

  void add(Finding finding);
  /// Adds the finding and the break-in that rests on it. Past the limit one that overlaps a known break-in of
  /// its way makes that one longer, so that what was done in its time still shows; else it is counted.
  void begin_break_in(BreakIn break_in, Finding finding);
  /// A mail account in other hands. Past the limit only the finding is kept.
  void begin_mail_break_in(BreakIn break_in, Finding finding);
  /// The second half of that, for one whose finding is only counted.
  void join_break_in(const BreakIn& break_in);
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
/// An account's or program's name out of an event, cut to what a name may have.
std::string name_of(std::string_view text);
/// "/var/log/auth.log:212"
std::string source_of(const EvidenceRef& ref);

}  // namespace rescue::detect
