#include <algorithm>
#include <set>
#include <unordered_map>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::LogFileSummary;
using evidence::LogRole;
using evidence::Silence;

constexpr auto kMargin = std::chrono::seconds(60);

bool overlaps(const Silence& silence, const BreakIn& by) {
  return silence.from <= by.to && by.from <= silence.to;
}

/// Logs that are silent or gone where others show that something happened.
class SilencesDetector final : public Detector {
 public:
  explicit SilencesDetector(const RuleBook& rules) : rules_(rules) {}

  void on_event(const Scene&, const Event& event) override {
    constexpr std::size_t kMost = 500'000;
    if (accepted_.size() < kMost) {
      accepted_.emplace(std::string(event.account), event.time);
    } else {
      full_ = true;
    }
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& log : scene.logs) {
      if (log.role == LogRole::kAuth || log.role == LogRole::kSystem) report_silences(log, scene, file);
    }
    report_redirected(scene, file);
    report_lastlog(scene, file);
  }

 private:
  /// In the time of a break-in the log is silent far longer than ever else, while another one goes on.
  void report_silences(const LogFileSummary& log, const Scene& scene, CaseFile& file) {
    constexpr auto kShortest = std::chrono::minutes(30);
    constexpr int kTimesLonger = 3;
    const auto in_break_in = [&](const Silence& silence) {
      return std::any_of(file.break_ins.begin(), file.break_ins.end(),
                         [&](const BreakIn& by) { return overlaps(silence, by); });
    };
    const auto quiet_time = time_outside(log, file);
    auto usual = std::chrono::microseconds(std::chrono::minutes(10));
    for (const auto& silence : log.silences) {
      if (!in_break_in(silence)) usual = std::max<std::chrono::microseconds>(usual, silence.length());
    }
    for (const auto& silence : log.silences) {
      // One so long would have been there several times, were it usual.
      const bool comparable = quiet_time >= std::max<std::chrono::microseconds>(
                                                std::chrono::hours(24), silence.length() * kTimesLonger);
      const bool odd =
          comparable && silence.length() >= kShortest && silence.length() >= usual * kTimesLonger;
      if (odd && in_break_in(silence) && server_was_up(silence, log, scene)) report(log, silence, file);
    }
  }

  /// How much of the time that the log reaches over lies outside of every break-in.
  static std::chrono::microseconds time_outside(const LogFileSummary& log, const CaseFile& file) {
    if (!log.period.from) return {};
    std::vector<std::pair<Timestamp, Timestamp>> stays;
    for (const auto& by : file.break_ins) stays.emplace_back(by.from, by.to);
    std::sort(stays.begin(), stays.end());
    auto at = *log.period.from;
    std::chrono::microseconds outside{};
    for (const auto& [from, to] : stays) {
      if (from > at) outside += std::min(from, *log.period.to) - at;
      at = std::clamp(to, at, *log.period.to);
    }
    return outside + (*log.period.to - at);
  }

  /// Another log has lines in that time.
  static bool server_was_up(const Silence& silence, const LogFileSummary& log, const Scene& scene) {
    return std::any_of(scene.logs.begin(), scene.logs.end(), [&](const LogFileSummary& other) {
      const bool inside = &other != &log && other.silences_known && other.period.from &&
                          *other.period.from<silence.from&& * other.period.to> silence.to;
      return inside && std::none_of(other.silences.begin(), other.silences.end(), [&](const Silence& s) {
               return s.length() * 2 >= silence.length() && s.from < silence.to && silence.from < s.to;
             });
    });
  }

  void report(const LogFileSummary& log, const Silence& silence, CaseFile& file) {
    auto finding = rules_.rule("traces.silent_in_break_in")
                       .finding({{"path", log.path},
                                 {"from", format_rfc3339(silence.from)},
                                 {"to", format_rfc3339(silence.to)}});
    finding.time = silence.from;
    EvidenceRef ref;
    ref.file = log.path;
    ref.line = silence.line;
    ref.sha256 = log.sha256;
    finding.notes.push_back({silence.from, finding.title, source_of(ref)});
    finding.evidence.push_back(std::move(ref));
    file.add(std::move(finding));
    file.gaps.push_back({.path = log.path,
                         .reason = "no line in this time, while other logs go on",
                         .prevents = "seeing what was done in that time",
                         .period = {silence.from, silence.to}});
  }

  /// A log that is a link to /dev/null keeps nothing.
  void report_redirected(const Scene& scene, CaseFile& file) {
    const auto& rule = rules_.rule("traces.log_redirected");
    for (const auto& item : rule.match.at("paths")) {
      const auto& path = item.get_ref<const std::string&>();
      const auto target = scene.root.link_target(path);
      if (target && *target == "/dev/null")
        file.add(disk_finding(rule, scene, {path, 0, "-> " + *target, ""}));
    }
  }

  /// sshd writes lastlog and its log for the same log-in; where the log covers that time, it has the line.
  void report_lastlog(const Scene& scene, CaseFile& file) {
    if (full_) return;
    evidence::Period covered;
    for (const auto& log : scene.logs) {
      const bool system_journal = log.role == LogRole::kJournal && log.journal && log.journal->system;
      if ((log.role != LogRole::kAuth && !system_journal) || !log.period.from) continue;
      covered.include(*log.period.from);
      covered.include(*log.period.to);
    }
    if (!covered.from) return;
    std::unordered_map<std::uint32_t, std::string> names;
    for (const auto& account : scene.artifacts.accounts.accounts) names.emplace(account.uid, account.name);
    std::size_t told = 0;
    std::vector<std::pair<const evidence::LastLogin*, std::string>> missing;
    for (const auto& last : scene.artifacts.last_logins) {
      // On the console and by other services it is not sshd's to tell.
      const bool remote =
          last.terminal.starts_with("pts/") && last.host.find_first_of(".:") != std::string::npos;
      if (!remote || last.time <= *covered.from + kMargin || last.time >= *covered.to - kMargin) continue;
      const auto& name = names[last.uid];
      if (was_accepted(name, last.time)) {
        ++told;
      } else {
        missing.emplace_back(&last, name);
      }
    }
    // Where most are missing, its messages are not logged at all.
    if (missing.size() > told + 1) return;
    for (const auto& [last, name] : missing) report_login(*last, name, scene, file);
  }

  bool was_accepted(const std::string& account, Timestamp time) const {
    const auto at = accepted_.lower_bound({account, time - kMargin});
    return at != accepted_.end() && at->first == account && at->second <= time + kMargin;
  }

  void report_login(const evidence::LastLogin& last, const std::string& name, const Scene& scene,
                    CaseFile& file) {
    auto finding = rules_.rule("traces.last_login_not_logged")
                       .finding({{"account", name}, {"address", last.host}, {"path", "/var/log/lastlog"}});
    finding.time = last.time;
    finding.address = last.host;
    EvidenceRef ref;
    ref.file = "/var/log/lastlog";
    ref.record = last.uid;
    ref.sha256 = scene.artifacts.lastlog_sha256;
    ref.excerpt = name + " " + last.terminal + " " + last.host + " " + format_rfc3339(last.time);
    finding.notes.push_back({last.time, finding.title, "/var/log/lastlog"});
    finding.evidence.push_back(std::move(ref));
    file.add(std::move(finding));
  }

  const RuleBook& rules_;
  std::set<std::pair<std::string, Timestamp>> accepted_;
  bool full_ = false;
};

}  // namespace

std::unique_ptr<Detector> make_silences_detector(const RuleBook& rules) {
  return std::make_unique<SilencesDetector>(rules);
}

}  // namespace rescue::detect
