#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

using evidence::CronEntry;
using evidence::CronFile;
using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// How often a command was run by cron, by the log.
struct Runs {
  std::uint64_t count = 0;
  Timestamp first{};
  EvidenceRef evidence;
};

struct Edit {
  Timestamp time{};
  std::string account;  ///< whose crontab
  EvidenceRef evidence;
};

EvidenceRef entry_evidence(const CronFile& file, const CronEntry& entry) {
  EvidenceRef ref;
  ref.file = entry.path;
  ref.line = entry.line;
  ref.sha256 = file.sha256;
  ref.excerpt = entry.text;
  return ref;
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
    edits_.push_back({event.time, std::string(event.field(FieldName::kTarget)), evidence_of(event, scene)});
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& cron : scene.artifacts.cron) {
      for (const auto& entry : cron.entries) judge(scene, cron, entry, file);
    }
    report_vanished(file);
    report_edits(file);
  }

 private:
  void ran(const Scene& scene, const Event& event) {
    constexpr std::size_t kMostCommands = 20'000;
    const auto command = std::string(event.field(FieldName::kCommand));
    const auto key = std::pair(std::string(event.account), command);
    auto at = runs_.find(key);
    if (at == runs_.end()) {
      if (runs_.size() >= kMostCommands) return;
      at = runs_.emplace(key, Runs{0, event.time, evidence_of(event, scene)}).first;
    }
    ++at->second.count;
  }

  void judge(const Scene& scene, const CronFile& cron, const CronEntry& entry, CaseFile& file) {
    known_.emplace(entry.account, entry.command);
    const bool packaged = scene.artifacts.packages.owns(cron.path);
    const auto* rule = shell_.first_match(entry.command);
    const auto* by = file.break_in_at(cron.info.mtime);
    auto changed = cron.info.mtime;
    if (by == nullptr && !packaged) {
      by = file.break_in_at(cron.info.ctime);
      if (by != nullptr) changed = cron.info.ctime;
    }
    const bool distribution_script = packaged && by == nullptr;
    if (rule == nullptr && by == nullptr) return;
    if (rule != nullptr && distribution_script) return;  // a package's own script may well use /tmp
    auto finding = (rule != nullptr ? *rule : rules_.rule("cron.changed_in_break_in"))
                       .finding({{"path", entry.path}, {"account", entry.account}});
    finding.time = changed;
    finding.evidence.push_back(entry_evidence(cron, entry));
    if (rule != nullptr && by != nullptr) {
      finding.severity = Severity::kCritical;
      finding.confidence = Confidence::kHigh;
      finding.why += " The file was written while an intruder was logged in as " + by->account + ".";
    }
    add_log_evidence(cron, entry, finding);
    const auto title = finding.title;
    const auto index = file.add(std::move(finding));
    file.notes.push_back({changed, title + ": " + entry.command.substr(0, 200),
                          entry.path + ":" + std::to_string(entry.line), index});
    note_first_run(entry, index, file);
  }

  void add_log_evidence(const CronFile& cron, const CronEntry& entry, Finding& finding) {
    for (const auto& edit : edits_) {
      if (edit.account != cron.account || cron.account.empty()) continue;
      const auto apart =
          edit.time > cron.info.mtime ? edit.time - cron.info.mtime : cron.info.mtime - edit.time;
      if (apart <= std::chrono::minutes(2)) finding.evidence.push_back(edit.evidence);
    }
    const auto at = runs_.find({entry.account, entry.command});
    if (at != runs_.end()) finding.evidence.push_back(at->second.evidence);
  }

  void note_first_run(const CronEntry& entry, std::size_t index, CaseFile& file) {
    const auto at = runs_.find({entry.account, entry.command});
    if (at == runs_.end()) return;
    file.notes.push_back({at->second.first,
                          "cron runs it as " + entry.account + " (" + std::to_string(at->second.count) +
                              " times in all): " + entry.command.substr(0, 200),
                          source_of(at->second.evidence), index});
  }

  /// Commands that ran by the log, would be reported, and stand in no crontab any more.
  void report_vanished(CaseFile& file) {
    for (const auto& [key, runs] : runs_) {
      if (known_.contains(key)) continue;
      const auto* rule = shell_.first_match(key.second);
      if (rule == nullptr) continue;
      auto finding =
          rules_.rule("cron.vanished")
              .finding(
                  {{"account", key.first}, {"count", std::to_string(runs.count)}, {"reason", rule->title}});
      finding.time = runs.first;
      finding.evidence.push_back(runs.evidence);
      const auto title = finding.title;
      file.notes.push_back({runs.first, title, source_of(runs.evidence), file.add(std::move(finding))});
    }
  }

  void report_edits(CaseFile& file) {
    for (const auto& edit : edits_) {
      const auto* by = file.break_in_at(edit.time);
      if (by == nullptr) continue;
      file.notes.push_back({edit.time, "The crontab of " + edit.account + " is written",
                            source_of(edit.evidence), std::nullopt});
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
