#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

#include "families.hpp"
#include "guess_book.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// Services whose accounts are the same ones are guessed together.
struct Kind {
  std::string_view service;  ///< as events name it
  std::string_view name;     ///< for the reader
  bool mail_only;            ///< a log-in gives mail, nothing on the server
};
constexpr Kind kKinds[] = {
    {"smtp", "mail", true},      {"imap", "mail", true},       {"pop3", "mail", true},
    {"pop", "mail", true},       {"dovecot", "mail", true},    {"managesieve", "mail", true},
    {"sieve", "mail", true},     {"submission", "mail", true}, {"webmail", "mail", true},
    {"ftp", "FTP", false},       {"vsftpd", "FTP", false},     {"proftpd", "FTP", false},
    {"pure-ftpd", "FTP", false}, {"mysql", "MySQL", false},
};

const Kind* kind_of(std::string_view service) {
  const auto* at =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) { return k.service == service; });
  return at == std::end(kKinds) ? nullptr : at;
}

std::uint64_t threshold(const Rule& rule, const char* name, std::uint64_t fallback) {
  const auto at = rule.match.find(name);
  return at != rule.match.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : fallback;
}

GuessThresholds thresholds_of(const Rule& rule) {
  GuessThresholds t;
  t.failures = threshold(rule, "failures_at_least", t.failures);
  t.accounts = threshold(rule, "accounts_at_least", t.accounts);
  t.accounts_failures = threshold(rule, "accounts_failures_at_least", t.accounts_failures);
  t.window = std::chrono::hours(threshold(rule, "within_hours", 24));
  return t;
}

std::uint32_t weight_of(const Event& event) {
  const auto text = event.field(FieldName::kRepeat);
  std::uint32_t weight = 1;
  if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), weight);
  return std::min<std::uint32_t>(weight, 1000);
}

std::string lower(std::string_view text) {
  auto out = name_of(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

struct Suspect {
  Timestamp time{};
  std::string account, address;
  EvidenceRef evidence;
  GuessJudgement judgement;
};

/// One kind of services: who guessed, and who got in.
struct Door {
  explicit Door(const GuessThresholds& thresholds) : book(thresholds) {}
  GuessBook book;
  std::vector<Suspect> suspects;
  std::uint64_t suspects_left_out = 0;
  bool mail_only = false;
};

class LoginsDetector final : public Detector {
 public:
  explicit LoginsDetector(const RuleBook& rules)
      : rules_(rules), thresholds_(thresholds_of(rules.rule("logins.guessing"))) {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto* kind = kind_of(event.field(FieldName::kService));
    if (kind == nullptr || event.address.empty() || told_by_another(event)) return;
    auto at = doors_.find(kind->name);
    if (at == doors_.end()) {
      at = doors_.emplace(std::string(kind->name), thresholds_).first;
      at->second.mail_only = kind->mail_only;
    }
    if (event.kind == EventKind::kServiceLoginFailed) return failed(scene, event, at->second);
    accepted(scene, event, at->second);
  }

  void finish(const Scene&, CaseFile& file) override {
    for (auto& [name, door] : doors_) {
      report_guessing(name, door, file);
      for (const auto& suspect : door.suspects) report_login(name, door, suspect, file);
      file.kept.leave_out(rules_.rule(door.mail_only ? "logins.guessed_mail" : "logins.guessed"),
                          door.suspects_left_out);
    }
  }

 private:
  /// mail.log and syslog both tell what a mail server says: the first one counts.
  bool told_by_another(const Event& event) {
    constexpr std::size_t kMost = 500'000;
    if (weight_of(event) == 0) return false;  // PAM's words beside the service's own
    std::uint64_t key = static_cast<std::uint64_t>(to_us(event.time) / 1'000'000) << 32U ^ event.process;
    for (const auto text : {event.account, event.address, event.field(FieldName::kService)})
      key = (key ^ std::hash<std::string_view>()(text)) * 0x9e3779b97f4a7c15U +
            static_cast<std::uint64_t>(event.kind);
    const auto at = told_.find(key);
    if (at != told_.end()) return at->second != event.file;
    if (told_.size() < kMost) told_.emplace(key, event.file);
    return false;
  }

  static void failed(const Scene& scene, const Event& event, Door& door) {
    const auto weight = weight_of(event);
    auto* tries = door.book.failed(event.time, lower(event.account), event.address, weight);
    constexpr std::size_t kEvidence = 3;
    if (tries != nullptr && weight > 0 && tries->evidence.size() < kEvidence) {
      tries->evidence.push_back(evidence_of(event, scene));
    }
  }

  static void accepted(const Scene& scene, const Event& event, Door& door) {
    if (event.account.empty()) return;
    const auto account = lower(event.account);
    const auto judgement = door.book.accepted(event.time, account, event.address, true);
    if (judgement.kind == GuessKind::kNone) return;
    constexpr std::size_t kMostSuspects = 5'000;
    if (door.suspects.size() >= kMostSuspects) {
      ++door.suspects_left_out;
      return;
    }
    door.suspects.push_back(
        {event.time, account, std::string(event.address), evidence_of(event, scene), judgement});
  }

  void report_guessing(const std::string& name, const Door& door, CaseFile& file) const {
    std::vector<std::pair<std::string, const Tries*>> guessing;
    std::set<std::string> entered;
    for (const auto& suspect : door.suspects) entered.insert(suspect.address);
    std::uint64_t failures = 0;
    door.book.for_each_address([&](const std::string& address, const Tries& tries) {
      if (!door.book.is_guessing(tries) && !entered.contains(address)) return;
      guessing.emplace_back(address, &tries);
      failures += tries.failures;
    });
    std::sort(guessing.begin(), guessing.end(), [](const auto& a, const auto& b) {
      return std::pair(b.second->failures, a.first) < std::pair(a.second->failures, b.first);
    });
    if (guessing.empty()) return;
    const auto& [address, tries] = guessing.front();
    auto finding = rules_.rule("logins.guessing")
                       .finding({{"service", name},
                                 {"addresses", std::to_string(guessing.size())},
                                 {"count", std::to_string(failures)},
                                 {"address", address}});
    finding.time = tries->first;
    finding.evidence = tries->evidence;
    file.add(std::move(finding));
  }

  /// One address that failed for one account only and then got in may be a program with an old password. A
  /// mail account is guessed from everywhere all the time: an owner who mistypes meanwhile is no intruder.
  static bool may_be_the_owner(const GuessJudgement& judgement, bool mail_only) {
    return (judgement.kind == GuessKind::kSameAddress && judgement.accounts < 2) ||
           (judgement.kind == GuessKind::kSpread && mail_only);
  }

  void report_login(const std::string& name, const Door& door, const Suspect& suspect, CaseFile& file) const {
    auto& known_list = door.mail_only ? file.mail_break_ins : file.break_ins;
    constexpr auto kStay = std::chrono::hours(24);
    for (auto& known : known_list) {
      if (known.account == suspect.account && known.address == suspect.address && known.service == name) {
        known.to = std::max(known.to, suspect.time + kStay);
        return;
      }
    }
    const auto& judgement = suspect.judgement;
    auto finding = rules_.rule(door.mail_only ? "logins.guessed_mail" : "logins.guessed")
                       .finding({{"service", name},
                                 {"account", suspect.account},
                                 {"address", suspect.address},
                                 {"count", std::to_string(judgement.failures)}});
    finding.time = suspect.time;
    finding.evidence.push_back(suspect.evidence);
    finding.notes.push_back({suspect.time, finding.title, source_of(suspect.evidence)});
    if (may_be_the_owner(judgement, door.mail_only)) {
      finding.severity = Severity::kLow;
      finding.confidence = Confidence::kLow;
    } else if (!judgement.sure) {
      finding.confidence = Confidence::kMedium;
    }
    BreakIn break_in{.way = BreakIn::Way::kGuessedLogin,
                     .account = suspect.account,
                     .address = suspect.address,
                     .from = suspect.time,
                     .to = suspect.time + kStay,
                     .finding = {},
                     .service = name};
    if (door.mail_only) return file.begin_mail_break_in(std::move(break_in), std::move(finding));
    if (may_be_the_owner(judgement, door.mail_only)) return file.add(std::move(finding));
    file.begin_break_in(std::move(break_in), std::move(finding));
  }

  const RuleBook& rules_;
  GuessThresholds thresholds_;
  std::unordered_map<std::uint64_t, std::uint32_t> told_;  // by which file
  std::map<std::string, Door, std::less<>> doors_;
};

}  // namespace

std::unique_ptr<Detector> make_logins_detector(const RuleBook& rules) {
  return std::make_unique<LoginsDetector>(rules);
}

}  // namespace rescue::detect
