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
      case EventKind::kRecordLogout:
      case EventKind::kRecordBoot:
        order_of_records(scene, event);
        if (event.kind == EventKind::kRecordLogin && recorded_.size() < kMost)
          recorded_.emplace(std::string(event.account), event.time);
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
    report_back_dated(file);
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

  /// Records are written as things happen. One that alone lies far before its neighbours was written or
  /// changed later; a clock that is set back takes all that follow with it, and a start of the server may
  /// have a clock that is wrong until it asks the network.
  void order_of_records(const Scene& scene, const Event& event) {
    constexpr auto kFar = std::chrono::hours(1);
    constexpr std::size_t kMostBackDated = 1'000;
    if (event.file != record_file_) {
      record_file_ = event.file;
      before_ = {};
      odd_.reset();
    }
    if (odd_ && event.time >= before_ && back_dated_.size() < kMostBackDated)
      back_dated_.push_back(*std::move(odd_));
    odd_.reset();
    const bool back = before_ != Timestamp{} && event.time + kFar < before_;
    if (back && event.kind == EventKind::kRecordLogin && !after_boot_) {
      odd_ = Session{event.time, name_of(event.account), evidence_of(event, scene)};
    } else {
      before_ = event.time;
    }
    after_boot_ = event.kind == EventKind::kRecordBoot;
  }

  void report_back_dated(CaseFile& file) {
    for (auto& record : back_dated_) {
      auto finding = rules_.rule("traces.record_back_dated")
                         .finding({{"account", record.account}, {"path", record.evidence.file}});
      finding.time = record.time;
      finding.notes.push_back({record.time, finding.title, source_of(record.evidence)});
      finding.evidence.push_back(std::move(record.evidence));
      file.add(std::move(finding));
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
    if (!covered.from) return report_emptied(scene, accounts, file);
    for (const auto& last : scene.artifacts.last_logins) {
      const bool inside = last.time > *covered.from;
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

  /// wtmp without a record, and no rotated one beside it: newer than a log-in that lastlog knows, so it was
  /// emptied.
  void report_emptied(const Scene& scene,
                      const std::unordered_map<std::uint32_t, const evidence::Account*>& accounts,
                      CaseFile& file) {
    const std::string path = "/var/log/wtmp";
    const auto info = scene.root.info(path);
    const auto& lasts = scene.artifacts.last_logins;
    const auto last = std::max_element(lasts.begin(), lasts.end(),
                                       [](const auto& a, const auto& b) { return a.time < b.time; });
    const bool emptied = info && info->kind == evidence::FileKind::kRegular && info->size == 0 &&
                         last != lasts.end() && info->mtime > last->time;
    if (!emptied) return;
    auto finding = rules_.rule("traces.wtmp_emptied")
                       .finding({{"account", accounts.at(last->uid)->name},
                                 {"at", format_rfc3339(last->time)},
                                 {"path", path}});
    finding.time = info->mtime;
    EvidenceRef ref;
    ref.file = path;
    ref.excerpt = "0 bytes, changed " + format_rfc3339(info->mtime);
    finding.notes.push_back({info->mtime, finding.title, path});
    finding.evidence.push_back(std::move(ref));
    file.add(std::move(finding));
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
  std::uint32_t record_file_ = 0;
  Timestamp before_{};  // of the record before, those that are odd left out
  bool after_boot_ = false;
  std::optional<Session> odd_;  // back-dated, if the next one goes on as before
  std::vector<Session> back_dated_;
  std::uint64_t damaged_ = 0;
  EvidenceRef first_damaged_;
};

}  // namespace

std::unique_ptr<Detector> make_traces_detector(const RuleBook& rules) {
  return std::make_unique<TracesDetector>(rules);
}

}  // namespace rescue::detect
