#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;
using evidence::LogRole;

struct Session {
  Timestamp time{};
  std::string account;
  EvidenceRef evidence;
};

/// Contradictions between logs. Each compares only the time that both cover.
class TracesDetector final : public Detector {
 public:
  explicit TracesDetector(const RuleBook& rules) : rules_(rules) {}

  void on_event(const Scene& scene, const Event& event) override {
    switch (event.kind) {
      case EventKind::kLoginAccepted:
        accepted_.emplace(event.process, event.account);
        if (accepted_.size() > kMostSessions) accepted_.clear();
        break;
      case EventKind::kSessionOpened:
        opened(scene, event);
        break;
      case EventKind::kCronRun:
        if (cron_runs_.size() < kMostSessions)
          cron_runs_.push_back({event.time, "", evidence_of(event, scene)});
        break;
      case EventKind::kRecordLogin:
        if (recorded_.size() < kMost) recorded_.emplace(std::string(event.account), event.time);
        break;
      case EventKind::kRecordDamaged:
        if (damaged_++ == 0) first_damaged_ = evidence_of(event, scene);
        break;
      default:
        break;
    }
  }

  void finish(const Scene& scene, CaseFile& file) override {
    report_removed_accepts(file);
    report_removed_cron_sessions(scene, file);
    report_lastlog(scene, file);
    report_damaged_records(file);
  }

 private:
  static constexpr std::size_t kMost = 1'000'000;        // times
  static constexpr std::size_t kMostSessions = 300'000;  // with their lines

  void opened(const Scene& scene, const Event& event) {
    const auto service = event.field(FieldName::kService);
    if (service == "cron") {
      if (cron_sessions_.size() < kMost) cron_sessions_.push_back(event.time);
      return;
    }
    if (service != "sshd") return;
    ++sshd_sessions_;
    const auto at = accepted_.find({event.process, std::string(event.account)});
    if (at != accepted_.end()) {
      accepted_.erase(at);
    } else if (sshd_sessions_ > 1 && orphans_.size() < 1000) {
      // The very first line of the oldest log may have lost its partner to rotation.
      orphans_.push_back({event.time, std::string(event.account), evidence_of(event, scene)});
    }
  }

  void report_removed_accepts(CaseFile& file) {
    // Where the log level leaves "Accepted" out altogether, its absence says nothing.
    if (orphans_.empty() || orphans_.size() * 2 >= sshd_sessions_) return;
    for (const auto& orphan : orphans_) {
      auto finding = rules_.rule("traces.accepted_line_missing").finding({{"account", orphan.account}});
      finding.time = orphan.time;
      finding.evidence.push_back(orphan.evidence);
      finding.notes.push_back({orphan.time, finding.title, source_of(orphan.evidence)});
      file.add(std::move(finding));
    }
  }

  /// Cron says in one log that it ran, PAM must say in the other that a session was opened for it.
  void report_removed_cron_sessions(const Scene& scene, CaseFile& file) {
    evidence::Period covered;
    for (const auto& log : scene.logs) {
      if (log.role != LogRole::kAuth || !log.period.from) continue;
      covered.include(*log.period.from);
      covered.include(*log.period.to);
    }
    if (!covered.from || cron_sessions_.empty()) return;
    std::sort(cron_sessions_.begin(), cron_sessions_.end());
    std::uint64_t matched = 0;
    std::vector<const Session*> missing;
    for (const auto& run : cron_runs_) {
      constexpr auto kAllowance = std::chrono::seconds(3);
      if (run.time <= *covered.from + kAllowance || run.time >= *covered.to - kAllowance) continue;
      const auto at = std::lower_bound(cron_sessions_.begin(), cron_sessions_.end(), run.time - kAllowance);
      if (at != cron_sessions_.end() && *at <= run.time + kAllowance) {
        ++matched;
      } else {
        missing.push_back(&run);
      }
    }
    if (missing.size() < 2 || matched < missing.size() * 3) return;
    const auto from = missing.front()->time, to = missing.back()->time;
    auto finding = rules_.rule("traces.auth_lines_missing")
                       .finding({{"count", std::to_string(missing.size())},
                                 {"from", format_rfc3339(from)},
                                 {"to", format_rfc3339(to)}});
    finding.time = from;
    finding.evidence = {missing.front()->evidence, missing.back()->evidence};
    finding.notes.push_back({from, finding.title, source_of(missing.front()->evidence)});
    file.add(std::move(finding));
    file.gaps.push_back({.path = "/var/log/auth.log",
                         .reason = "lines that must have been there are missing",
                         .prevents = "seeing every log-in of that time",
                         .period = {from, to}});
  }

  /// sshd writes lastlog and wtmp for the same log-ins: one in lastlog only was taken out of wtmp.
  void report_lastlog(const Scene& scene, CaseFile& file) {
    evidence::Period covered;
    for (const auto& log : scene.logs) {
      if (log.role != LogRole::kLogins || !log.period.from) continue;
      covered.include(*log.period.from);
      covered.include(*log.period.to);
    }
    std::unordered_map<std::uint32_t, const evidence::Account*> accounts;
    for (const auto& account : scene.artifacts.accounts.accounts) accounts.emplace(account.uid, &account);
    for (const auto& last : scene.artifacts.last_logins) {
      const bool inside = covered.from && last.time > *covered.from;
      const auto* account = accounts.at(last.uid);
      if (!inside || is_recorded(account->name, last.time)) continue;
      auto finding =
          rules_.rule("traces.login_not_in_wtmp")
              .finding({{"account", account->name}, {"address", last.host}, {"path", "/var/log/wtmp"}});
      finding.time = last.time;
      EvidenceRef ref;
      ref.file = "/var/log/lastlog";
      ref.record = last.uid;
      ref.sha256 = scene.artifacts.lastlog_sha256;
      ref.excerpt = account->name + " " + last.terminal + " " + last.host + " " + format_rfc3339(last.time);
      finding.evidence.push_back(std::move(ref));
      finding.notes.push_back({last.time, finding.title, "/var/log/lastlog"});
      file.add(std::move(finding));
    }
  }

  bool is_recorded(const std::string& account, Timestamp time) const {
    constexpr auto kApart = std::chrono::seconds(5);
    const auto at = recorded_.lower_bound({account, time - kApart});
    return at != recorded_.end() && at->first == account && at->second <= time + kApart;
  }

  void report_damaged_records(CaseFile& file) {
    if (damaged_ == 0) return;
    auto finding = rules_.rule("traces.records_zeroed")
                       .finding({{"count", std::to_string(damaged_)}, {"path", first_damaged_.file}});
    finding.evidence.push_back(first_damaged_);
    file.add(std::move(finding));
  }

  const RuleBook& rules_;
  std::set<std::pair<std::uint32_t, std::string>> accepted_;
  std::vector<Session> orphans_;
  std::vector<Session> cron_runs_;
  std::vector<Timestamp> cron_sessions_;
  std::set<std::pair<std::string, Timestamp>> recorded_;
  std::uint64_t sshd_sessions_ = 0;
  std::uint64_t damaged_ = 0;
  EvidenceRef first_damaged_;
};

}  // namespace

std::unique_ptr<Detector> make_traces_detector(const RuleBook& rules) {
  return std::make_unique<TracesDetector>(rules);
}

}  // namespace rescue::detect
