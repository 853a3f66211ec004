#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "rescue/evidence/log_files.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

using evidence::CronEntry;
using evidence::CronFile;
using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// How often a command was run by cron, by one log; others may tell the same runs again.
struct Runs {
  std::string log;  ///< without its rotation
  std::uint64_t count = 0;
  Timestamp first{};
  EvidenceRef evidence;
};

struct Edit {
  Timestamp time{};
  std::string account;  ///< whose crontab
  EvidenceRef evidence;
};

using Evidence = std::vector<EvidenceRef>;

EvidenceRef entry_evidence(const CronFile& file, const CronEntry& entry) {
  EvidenceRef ref;
  ref.file = entry.path;
  ref.line = entry.line;
  ref.sha256 = file.sha256;
  ref.excerpt = entry.text;
  return ref;
}

/// What a log or a crontab says of one command: enough to know it again. A line of a log may be long.
std::string known_by(std::string_view command) {
  constexpr std::size_t kMostCommandBytes = 4096;
  return std::string(command.substr(0, kMostCommandBytes));
}

class CronDetector final : public Detector {
 public:
  explicit CronDetector(const RuleBook& rules) : rules_(rules), shell_(rules, "cron") {}

  void on_event(const Scene& scene, const Event& event) override {
    if (event.kind == EventKind::kCronRun) return ran(scene, event);
    const auto action = event.field(FieldName::kAction);
    const bool writes = action == "REPLACE" || action == "END EDIT" || action == "DELETE";
    constexpr std::size_t kMostEdits = 50'000;
    if (!writes || edits_.size() >= kMostEdits) return;
    // "(webadmin) REPLACE (webadmin)": who, and whose crontab.
    edits_.push_back({event.time, name_of(event.field(FieldName::kTarget)), evidence_of(event, scene)});
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& cron : scene.artifacts.cron) judge(scene, cron, file);
    report_ran(scene, file);
    note_edits(file);
  }

 private:
  void ran(const Scene& scene, const Event& event) {
    constexpr std::size_t kMostCommands = 20'000;
    const auto key = std::pair(std::string(event.account), known_by(event.field(FieldName::kCommand)));
    auto at = runs_.find(key);
    const std::string log(evidence::split_rotated_name(scene.log_paths[event.file]).stem);
    if (at == runs_.end()) {
      if (runs_.size() >= kMostCommands) return;
      at = runs_.emplace(key, Runs{log, 0, event.time, evidence_of(event, scene)}).first;
    }
    if (at->second.log == log) ++at->second.count;
  }

  void judge(const Scene& scene, const CronFile& cron, CaseFile& file) {
    const bool packaged = scene.survey.packages.known() ? scene.survey.brought(cron.path)
                                                        : scene.artifacts.packages.owns(cron.path);
    const auto [by, changed] = file.written_in_break_in(cron.info, scene);
    const auto edits = edits_of(cron);
    bool reported = false;
    for (const auto& entry : cron.entries) {
      known_.emplace(entry.account, known_by(entry.command));
      // A package's own script may well use /tmp; written to during a break-in it is no longer the package's.
      const auto* rule = packaged && by == nullptr ? nullptr : shell_.first_match(entry.command);
      if (rule == nullptr) continue;
      reported = true;
      report_entry(*rule, cron, entry, edits, by, file);
    }
    if (by != nullptr && !reported && !cron.entries.empty()) report_changed(cron, edits, changed, file);
  }

  void report_entry(const Rule& rule, const CronFile& cron, const CronEntry& entry, const Evidence& edits,
                    const BreakIn* by, CaseFile& file) {
    auto finding = rule.finding({{"path", entry.path}, {"account", entry.account}});
    finding.time =
        file.break_in_at(cron.info.mtime) == nullptr && by != nullptr ? cron.info.ctime : cron.info.mtime;
    finding.evidence.push_back(entry_evidence(cron, entry));
    if (by != nullptr) {
      finding.severity = Severity::kCritical;
      finding.confidence = Confidence::kHigh;
      finding.why += by->account.empty()
                         ? " The file was written during the break-in."
                         : " The file was written while an intruder was logged in as " + by->account + ".";
    }
    finding.notes.push_back({*finding.time, finding.title + ": " + entry.command.substr(0, 200),
                             entry.path + ":" + std::to_string(entry.line)});
    add_log_evidence(entry, edits, finding);
    file.add(std::move(finding));
  }

  /// Nothing in it looks bad by itself, but it was written in the intruder's time.
  void report_changed(const CronFile& cron, const Evidence& edits, Timestamp changed, CaseFile& file) {
    const auto& first = cron.entries.front();
    auto finding =
        rules_.rule("cron.changed_in_break_in").finding({{"path", cron.path}, {"account", first.account}});
    finding.time = changed;
    constexpr std::size_t kMostEvidence = 10;
    for (const auto& entry : cron.entries) {
      if (finding.evidence.size() < kMostEvidence) finding.evidence.push_back(entry_evidence(cron, entry));
    }
    finding.notes.push_back({changed, finding.title, cron.path});
    add_log_evidence(first, edits, finding);
    file.add(std::move(finding));
  }

  /// The log's lines about this crontab's being written when its file was.
  Evidence edits_of(const CronFile& cron) const {
    constexpr std::size_t kMostEdits = 5;
    Evidence found;
    for (const auto& edit : edits_) {
      if (edit.account != cron.account || cron.account.empty()) continue;
      const auto apart =
          edit.time > cron.info.mtime ? edit.time - cron.info.mtime : cron.info.mtime - edit.time;
      if (apart <= std::chrono::minutes(2) && found.size() < kMostEdits) found.push_back(edit.evidence);
    }
    return found;
  }

  void add_log_evidence(const CronEntry& entry, const Evidence& edits, Finding& finding) const {
    finding.evidence.insert(finding.evidence.end(), edits.begin(), edits.end());
    const auto at = runs_.find({entry.account, known_by(entry.command)});
    if (at == runs_.end()) return;
    const auto& runs = at->second;
    finding.evidence.push_back(runs.evidence);
    finding.notes.push_back({runs.first,
                             "cron runs it as " + entry.account + " (" + std::to_string(runs.count) +
                                 " times in all): " + entry.command.substr(0, 200),
                             source_of(runs.evidence)});
  }

  /// Commands that ran by the log, would be reported, and stand in no crontab (any more, where there are
  /// some).
  void report_ran(const Scene& scene, CaseFile& file) {
    for (const auto& [key, runs] : runs_) {
      if (known_.contains(key)) continue;
      const auto* rule = shell_.first_match(key.second);
      if (rule == nullptr) continue;
      const auto count = std::to_string(runs.count);
      const auto& told = scene.artifacts.of_disk ? rules_.rule("cron.vanished") : *rule;
      auto finding =
          told.finding({{"path", ""}, {"account", key.first}, {"count", count}, {"reason", rule->title}});
      if (!scene.artifacts.of_disk) finding.why += " It ran " + count + " time(s) by the log.";
      finding.time = runs.first;
      finding.evidence.push_back(runs.evidence);
      finding.notes.push_back({runs.first, finding.title, source_of(runs.evidence)});
      file.add(std::move(finding));
    }
  }

  void note_edits(CaseFile& file) {
    std::set<std::pair<Timestamp, std::string>> told;  // several logs tell the same edit
    for (const auto& edit : edits_) {
      if (file.break_in_at(edit.time) == nullptr) continue;
      const auto second = Timestamp(std::chrono::floor<std::chrono::seconds>(edit.time));
      if (!told.emplace(second, edit.account).second) continue;
      file.notes.push_back(
          {edit.time, "The crontab of " + edit.account + " is written", source_of(edit.evidence)});
    }
  }

  const RuleBook& rules_;
  ShellRules shell_;
  std::map<std::pair<std::string, std::string>, Runs> runs_;
  std::vector<Edit> edits_;
  std::set<std::pair<std::string, std::string>> known_;
};

}  // namespace

std::unique_ptr<Detector> make_cron_detector(const RuleBook& rules) {
  return std::make_unique<CronDetector>(rules);
}

}  // namespace rescue::detect
