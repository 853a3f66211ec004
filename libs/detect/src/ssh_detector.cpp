#include <algorithm>
#include <charconv>

#include "families.hpp"
#include "guess_book.hpp"
#include "recorded_logins.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// A log-in that sshd accepted and that matters: judged a break-in, or from such an address.
struct Login {
  Timestamp time{};
  std::string account, address, method, key;
  std::uint32_t process = 0;
  std::optional<Timestamp> end;
  EvidenceRef evidence;
  GuessJudgement judgement;
};

std::uint64_t threshold(const Rule& rule, const char* name, std::uint64_t fallback) {
  const auto at = rule.match.find(name);
  return at != rule.match.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : fallback;
}

GuessThresholds thresholds_of(const RuleBook& rules) {
  GuessThresholds t;
  const auto& guessing = rules.rule("ssh.guessing");
  t.failures = threshold(guessing, "failures_at_least", t.failures);
  t.accounts = threshold(guessing, "accounts_at_least", t.accounts);
  t.accounts_failures = threshold(guessing, "accounts_failures_at_least", t.accounts_failures);
  t.window = std::chrono::hours(threshold(guessing, "within_hours", 24));
  const auto& nearby = rules.rule("ssh.guessed_login_network");
  t.subnet_failures = threshold(nearby, "failures_at_least", t.subnet_failures);
  t.subnet_addresses = threshold(nearby, "addresses_at_least", t.subnet_addresses);
  const auto& spread = rules.rule("ssh.guessed_login_spread");
  t.spread_failures = threshold(spread, "failures_at_least", t.spread_failures);
  t.spread_addresses = threshold(spread, "addresses_at_least", t.spread_addresses);
  t.own_typos = threshold(rules.rule("ssh.guessed_login"), "own_typos_below", t.own_typos);
  return t;
}

bool is_password(std::string_view method) {
  return method == "password" || method.starts_with("keyboard-interactive") || method == "none";
}

std::uint32_t weight_of(const Event& event) {
  const auto text = event.field(FieldName::kRepeat);
  if (text.empty()) return 1;
  std::uint32_t weight = 1;
  std::from_chars(text.data(), text.data() + text.size(), weight);
  return std::min<std::uint32_t>(weight, 1000);
}

class SshDetector final : public Detector {
 public:
  explicit SshDetector(const RuleBook& rules)
      : rules_(rules), book_(thresholds_of(rules)), recorded_(thresholds_of(rules)) {}

  void on_event(const Scene& scene, const Event& event) override {
    switch (event.kind) {
      case EventKind::kLoginFailed:
        return failed(scene, event);
      case EventKind::kLoginAccepted:
        return accepted(scene, event);
      case EventKind::kRecordLogin:
      case EventKind::kRecordFailed:
        return recorded_.on_event(scene, event);
      default:
        return closed(event);
    }
  }

  void finish(const Scene& scene, CaseFile& file) override {
    std::set<std::string> entered;
    for (const auto index : suspects_) entered.insert(logins_[index].address);
    report_guessing(entered, file);
    report_break_ins(file);
    report_recorded(scene, entered, file);
    report_later_logins(file);
    if (book_.overflowed()) {
      file.gaps.push_back({.path = "/var/log/auth.log",
                           .reason = "more addresses than can be followed one by one",
                           .prevents = "naming every address that guessed",
                           .grave = true});
    }
  }

 private:
  static constexpr auto kStayWithoutEnd = std::chrono::hours(24);

  void failed(const Scene& scene, const Event& event) {
    if (event.address.empty()) return;
    const auto weight = weight_of(event);
    if (weight == 0 && event.account.empty()) return;  // PAM about a name that sshd has told
    auto* tries = book_.failed(event.time, event.account, event.address, weight);
    constexpr std::size_t kEvidence = 3;
    if (tries != nullptr && weight > 0 && tries->evidence.size() < kEvidence) {
      tries->evidence.push_back(evidence_of(event, scene));
    }
  }

  void accepted(const Scene& scene, const Event& event) {
    const auto method = event.field(FieldName::kMethod);
    const auto judgement = book_.accepted(event.time, event.account, event.address, is_password(method));
    Login login{event.time,
                std::string(event.account),
                std::string(event.address),
                name_of(method),
                name_of(event.field(FieldName::kKey)),
                event.process,
                std::nullopt,
                evidence_of(event, scene),
                judgement};
    constexpr std::size_t kMostLogins = 200'000, kMostSuspects = 5'000;
    const bool suspect = judgement.kind != GuessKind::kNone;
    if (suspect && suspects_.size() >= kMostSuspects) ++suspects_left_out_;
    // Those that were guessed have room of their own, whatever came before them.
    const bool room = suspect ? suspects_.size() < kMostSuspects : logins_.size() < kMostLogins;
    if (!room) return;
    if (suspect) suspects_.push_back(logins_.size());
    by_process_[event.process] = logins_.size();
    logins_.push_back(std::move(login));
  }

  void closed(const Event& event) {
    if (event.field(FieldName::kService) != "sshd") return;
    const auto at = by_process_.find(event.process);
    if (at == by_process_.end() || logins_[at->second].account != event.account) return;
    auto& login = logins_[at->second];
    if (!login.end && event.time >= login.time) login.end = event.time;
  }

  /// The session's end, or a day where the log does not tell. Work that a session started may finish a little
  /// later: an hour.
  static Timestamp last_activity(const Login& login) {
    return login.end ? *login.end + std::chrono::hours(1) : login.time + kStayWithoutEnd;
  }

  void report_guessing(const std::set<std::string>& entered, CaseFile& file) {
    std::vector<std::pair<std::string, const Tries*>> guessing;
    book_.for_each_address([&](const std::string& address, const Tries& tries) {
      if (book_.is_guessing(tries) || entered.contains(address)) guessing.emplace_back(address, &tries);
    });
    std::sort(guessing.begin(), guessing.end(), [](const auto& a, const auto& b) {
      return std::pair(b.second->failures, a.first) < std::pair(a.second->failures, b.first);
    });
    constexpr std::size_t kNamed = 20;
    std::uint64_t others = 0, other_failures = 0;
    for (std::size_t i = 0; i < guessing.size(); ++i) {
      const auto& [address, tries] = guessing[i];
      if (i >= kNamed && !entered.contains(address)) {
        ++others;
        other_failures += tries->failures;
        continue;
      }
      auto finding = rules_.rule("ssh.guessing")
                         .finding({{"address", address},
                                   {"count", std::to_string(tries->failures)},
                                   {"accounts", std::to_string(tries->names.size())}});
      finding.time = tries->first;
      finding.evidence = tries->evidence;
      const auto source = finding.evidence.empty() ? "" : source_of(finding.evidence[0]);
      if (entered.contains(address))
        finding.notes.push_back({tries->first, "Password guessing from " + address + " begins", source});
      file.add(std::move(finding));
    }
    if (others > 0) {
      file.add(
          rules_.rule("ssh.guessing_others")
              .finding({{"addresses", std::to_string(others)}, {"count", std::to_string(other_failures)}}));
    }
  }

  static const char* rule_of(GuessKind kind) {
    switch (kind) {
      case GuessKind::kSameNetwork:
        return "ssh.guessed_login_network";
      case GuessKind::kSpread:
        return "ssh.guessed_login_spread";
      default:
        return "ssh.guessed_login";
    }
  }

  void report_break_ins(CaseFile& file) {
    // Where there are more than can be told one by one, the sure ones come first.
    if (suspects_.size() > CaseFile::kMostBreakIns) {
      std::stable_partition(suspects_.begin(), suspects_.end(),
                            [&](std::size_t index) { return logins_[index].judgement.sure; });
    }
    for (const auto index : suspects_) report_login(logins_[index], file);
    file.kept.leave_out(rules_.rule("ssh.guessed_login"), suspects_left_out_);
    file.break_ins_left_out += suspects_left_out_;
  }

  void report_login(const Login& login, CaseFile& file) {
    const auto& judgement = login.judgement;
    for (auto& known : file.break_ins) {
      // The same intruder came again.
      if (known.account == login.account && known.address == login.address) {
        known.to = std::max(known.to, last_activity(login));
        return;
      }
    }
    auto finding = rules_.rule(rule_of(judgement.kind))
                       .finding({{"account", login.account},
                                 {"address", login.address},
                                 {"count", std::to_string(judgement.failures)},
                                 {"accounts", std::to_string(judgement.accounts)},
                                 {"addresses", std::to_string(judgement.addresses)}});
    if (judgement.kind == GuessKind::kSameAddress && !judgement.sure) {
      finding.severity = Severity::kHigh;
      finding.confidence = Confidence::kMedium;
    }
    finding.time = login.time;
    finding.evidence.push_back(login.evidence);
    finding.notes.push_back({login.time, finding.title, source_of(login.evidence)});
    file.begin_break_in({BreakIn::Way::kGuessedLogin, login.account, login.address, login.time,
                         last_activity(login), std::nullopt},
                        std::move(finding));
  }

  /// The time that the logs of log-ins reach over, from the first line to the last.
  static evidence::Period logged_time(const Scene& scene) {
    evidence::Period logged;
    for (const auto& log : scene.logs) {
      const bool system_journal =
          log.role == evidence::LogRole::kJournal && log.journal && log.journal->system;
      if ((log.role != evidence::LogRole::kAuth && !system_journal) || !log.period.from) continue;
      logged.include(*log.period.from);
      logged.include(*log.period.to);
    }
    return logged;
  }

  /// What the logs should tell and do not: wtmp or lastlog has the log-in, btmp the guessing before it.
  void report_recorded(const Scene& scene, std::set<std::string>& entered, CaseFile& file) {
    const auto logged = logged_time(scene);
    for (auto& recorded : recorded_.guessed(scene)) {
      const bool told = std::any_of(logins_.begin(), logins_.end(), [&](const Login& login) {
        constexpr auto kApart = std::chrono::seconds(10);
        const auto apart =
            login.time > recorded.time ? login.time - recorded.time : recorded.time - login.time;
        return apart <= kApart && login.account == recorded.account && login.address == recorded.address;
      });
      if (told) continue;
      report_recorded_guessing(recorded.address, entered, file);
      auto finding = rules_.rule("ssh.recorded_login")
                         .finding({{"account", recorded.account},
                                   {"address", recorded.address},
                                   {"count", std::to_string(recorded.judgement.failures)},
                                   {"accounts", std::to_string(recorded.judgement.accounts)}});
      finding.time = recorded.time;
      finding.evidence.push_back(recorded.evidence);
      finding.notes.push_back({recorded.time, finding.title, source_of(recorded.evidence)});
      if (!logged.from || recorded.time < *logged.from || recorded.time > *logged.to) {
        // Whether it was by password or by key nobody knows any more.
        finding.severity = Severity::kLow;
        finding.confidence = Confidence::kLow;
        finding.why += " The logs do not reach to that time: it may have been a log-in by key.";
        file.add(std::move(finding));
        continue;
      }
      file.begin_break_in({BreakIn::Way::kGuessedLogin, recorded.account, recorded.address, recorded.time,
                           recorded.time + kStayWithoutEnd, std::nullopt},
                          std::move(finding));
    }
  }

  void report_recorded_guessing(const std::string& address, std::set<std::string>& entered, CaseFile& file) {
    const auto* tries = recorded_.tries_of(address);
    const auto* logged = book_.tries_of(address);
    const bool told = logged != nullptr && book_.is_guessing(*logged);
    if (tries == nullptr || told || !entered.insert(address).second) return;
    auto finding = rules_.rule("ssh.guessing")
                       .finding({{"address", address},
                                 {"count", std::to_string(tries->failures)},
                                 {"accounts", std::to_string(tries->names.size())}});
    finding.time = tries->first;
    finding.evidence = tries->evidence;
    finding.notes.push_back({tries->first, "Password guessing from " + address + " begins, as btmp has it",
                             finding.evidence.empty() ? "" : source_of(finding.evidence[0])});
    file.add(std::move(finding));
  }

  /// Log-ins from an intruder's address after the break-in, whatever the account or method.
  void report_later_logins(CaseFile& file) {
    const auto first = file.break_ins;
    std::set<std::pair<std::string, std::string>> told;
    for (const auto& login : logins_) {
      const auto by = std::find_if(first.begin(), first.end(), [&](const BreakIn& b) {
        return b.address == login.address && login.time > b.from;
      });
      if (by == first.end()) continue;
      for (auto& known : file.break_ins) {
        if (known.address == login.address) known.to = std::max(known.to, last_activity(login));
      }
      Note note{login.time, login.account + " logged in from " + login.address + " by " + login.method,
                source_of(login.evidence)};
      const bool same =
          by->account == login.account;  // the same intruder again, by key perhaps: the timeline tells it
      if (same || !told.emplace(login.account, login.method).second) {
        file.notes.push_back(std::move(note));
        continue;
      }
      auto finding =
          rules_.rule("ssh.intruder_login")
              .finding({{"account", login.account}, {"address", login.address}, {"method", login.method}});
      finding.time = login.time;
      finding.evidence.push_back(login.evidence);
      finding.notes.push_back(std::move(note));
      file.add(std::move(finding));
    }
  }

  const RuleBook& rules_;
  GuessBook book_;
  RecordedLogins recorded_;
  std::vector<Login> logins_;
  std::vector<std::size_t> suspects_;  // indexes into logins_
  std::uint64_t suspects_left_out_ = 0;
  std::unordered_map<std::uint32_t, std::size_t> by_process_;
};

}  // namespace

std::unique_ptr<Detector> make_ssh_detector(const RuleBook& rules) {
  return std::make_unique<SshDetector>(rules);
}

}  // namespace rescue::detect
