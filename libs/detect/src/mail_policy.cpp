#include "mail_policy.hpp"

#include <algorithm>
#include <array>

#include "networks.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

using evidence::PostfixConfig;
using evidence::Setting;
using evidence::SmtpService;

constexpr std::size_t kMostSteps = 2'000, kMostClasses = 200;  // of words looked at; no real list is so long

enum class Answer { kRefused, kPermitted, kPassedOn };

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What postfix's settings say to a stranger at one service.
class Stranger {
 public:
  Stranger(const PostfixConfig& config, const SmtpService* service)
      : config_(config),
        service_(service),
        networks_(config.list("mynetworks", service)),
        classes_(config.list("smtpd_restriction_classes", service)) {
    if (classes_.size() > kMostClasses) classes_.resize(kMostClasses);
    for (const auto* name : {"relay_domains", "mydestination"}) {
      for (const auto& word : config.list(name, service)) {
        if (word == "static:all" || word == "*" || word == "static:OK") every_domain_ = name;
      }
    }
  }

  /// Why mail for elsewhere is taken, with the setting that says so; "" when it is not.
  std::string taken(std::string& by) const {
    for (const auto* list :
         {"smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions"}) {
      std::string ignored;
      if (walk(list, ignored) == Answer::kRefused) return {};
    }
    if (!names_a_refusal()) return {};
    std::string relay_reason, reason;
    if (walk("smtpd_relay_restrictions", relay_reason) == Answer::kRefused) return {};
    if (walk("smtpd_recipient_restrictions", reason) == Answer::kRefused) return {};
    by = !relay_reason.empty() ? "smtpd_relay_restrictions" : "smtpd_recipient_restrictions";
    if (relay_reason == "permit_mynetworks" || reason == "permit_mynetworks") {
      by = "mynetworks";
      return "mynetworks holds " + networks_.everybody() + ", that is everybody";
    }
    if (!every_domain_.empty() && (relay_reason.empty() || relay_reason == "destination")) {
      by = every_domain_;
      return every_domain_ + " stands for every domain";
    }
    if (!relay_reason.empty())
      return "smtpd_relay_restrictions says " + relay_reason + " before it refuses others";
    if (!reason.empty()) return "smtpd_recipient_restrictions says " + reason + " before it refuses others";
    return "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions refuses other destinations";
  }

 private:
  /// Where neither list names a refusal smtpd answers nobody but with an error (postconf(5)).
  bool names_a_refusal() const {
    for (const auto* name : {"smtpd_relay_restrictions", "smtpd_recipient_restrictions"}) {
      const auto words = config_.list(name, service_);
      for (std::size_t i = 0; i < std::min(words.size(), kMostSteps); ++i) {
        if (words[i] == "warn_if_reject") {
          ++i;
        } else if (words[i] == "reject" || words[i] == "defer" || words[i] == "defer_if_permit" ||
                   words[i] == "reject_unauth_destination" || words[i] == "defer_unauth_destination" ||
                   words[i] == "check_relay_domains" || contains(classes_, words[i])) {
          return true;
        }
      }
    }
    return false;
  }

  Answer walk(const char* name, std::string& reason) const {
    return walk(config_.list(name, service_), reason, 0);
  }

  Answer walk(const std::vector<std::string>& words, std::string& reason, int depth) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (++steps_ > kMostSteps) return Answer::kPassedOn;
      const auto& word = words[i];
      if (word == "warn_if_reject") {
        ++i;  // the next one only warns
        continue;
      }
      const auto answer = answer_of(word, reason, depth);
      if (answer != Answer::kPassedOn) return answer;
    }
    return Answer::kPassedOn;
  }

  Answer answer_of(const std::string& word, std::string& reason, int depth) const {
    if (word == "reject" || word == "defer") return Answer::kRefused;
    if (word == "reject_unauth_destination" || word == "defer_unauth_destination" ||
        word == "check_relay_domains") {
      if (every_domain_.empty()) return Answer::kRefused;
      reason = "destination";
      return Answer::kPassedOn;
    }
    const bool permits = word == "permit" || (word == "permit_mynetworks" && !networks_.everybody().empty());
    if (permits) {
      reason = word;
      return Answer::kPermitted;
    }
    constexpr int kMostDepth = 4;
    if (depth < kMostDepth && contains(classes_, word))
      return walk(config_.list(word, service_), reason, depth + 1);
    return Answer::kPassedOn;
  }

  const PostfixConfig& config_;
  const SmtpService* service_;
  Networks networks_;
  std::vector<std::string> classes_;
  mutable std::size_t steps_ = 0;  // classes may name one another
  std::string every_domain_;
};

EvidenceRef evidence_of(const Setting& setting) {
  EvidenceRef ref;
  ref.file = setting.file;
  ref.line = setting.line;
  ref.excerpt = setting.text;
  return ref;
}

std::optional<OpenRelay> judge(const PostfixConfig& config, const SmtpService* service) {
  std::string by;
  const auto reason = Stranger(config, service).taken(by);
  if (reason.empty()) return std::nullopt;
  OpenRelay found{service == nullptr ? "smtp" : service->name, reason, {}};
  const auto* setting = config.setting(by, service);
  if (setting != nullptr) {
    found.evidence = evidence_of(*setting);
  } else {
    found.evidence.file = "/etc/postfix/main.cf";
  }
  return found;
}

std::optional<OpenRelay> judge_postfix(const PostfixConfig& config) {
  if (!config.read) return std::nullopt;
  const auto interfaces = config.list("inet_interfaces", nullptr);
  const bool reachable = std::any_of(interfaces.begin(), interfaces.end(), [](const auto& word) {
    return word != "loopback-only" && word != "localhost" && !word.starts_with("127.") && word != "::1";
  });
  if (!reachable) return std::nullopt;
  if (config.services.empty()) return std::nullopt;  // nothing listens
  for (const auto& service : config.services) {
    if (service.loopback_only) continue;
    if (auto found = judge(config, &service)) return found;
  }
  return std::nullopt;
}

std::optional<OpenRelay> judge_exim(const evidence::EximConfig& config) {
  const auto words = [](const Setting& s) { return evidence::split_list(s.value, " \t\r:;<'\""); };
  // IPv6 networks have colons of their own; those who let everybody in are seen all the same.
  const Networks hosts(words(config.relay_hosts));
  if (!hosts.everybody().empty()) {
    return OpenRelay{"smtp", "the hosts that may relay are " + hosts.everybody() + ", that is everybody",
                     evidence_of(config.relay_hosts)};
  }
  if (contains(words(config.relay_domains), "*")) {
    return OpenRelay{"smtp", "it relays to every domain", evidence_of(config.relay_domains)};
  }
  return std::nullopt;
}

/// "198" stands for all addresses that begin so, "net" for all names that end so.
bool is_everybodys_end(std::string_view word) {
  constexpr std::array<std::string_view, 8> kTop = {"com", "net", "org", "info", "biz", "edu", "gov", "mil"};
  if (word.find_first_not_of("0123456789") == word.npos)
    return !word.empty() && word != "10" && word != "127" && word != "0";
  // Two letters are a country's.
  const bool letters = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return letters && (word.size() == 2 || std::find(kTop.begin(), kTop.end(), word) != kTop.end());
}

std::optional<OpenRelay> judge_sendmail(const evidence::SendmailConfig& config) {
  if (!config.read || !config.reachable) return std::nullopt;
  if (!config.refuses) {
    OpenRelay found{"smtp", "nothing in sendmail's rules refuses other destinations (promiscuous_relay)",
                    evidence_of(config.rule)};
    if (found.evidence.file.empty()) found.evidence.file = "/etc/mail/sendmail.cf";
    return found;
  }
  if (!config.from_local.file.empty())
    return OpenRelay{"smtp", "whoever says that he writes from an address of this server may relay",
                     evidence_of(config.from_local)};
  const auto wide =
      std::find_if(config.relay_words.begin(), config.relay_words.end(), [](const Setting& one) {
        auto word = lower_ascii(one.value);
        while (word.ends_with('.')) word.pop_back();
        return is_everybodys_end(word);
      });
  if (wide == config.relay_words.end()) return std::nullopt;
  return OpenRelay{"smtp", "it relays for all that " + wide->value + " stands for", evidence_of(*wide)};
}

}  // namespace

std::optional<OpenRelay> open_relay(const evidence::MailConfig& config) {
  if (auto found = judge_postfix(config.postfix)) return found;
  if (auto found = judge_exim(config.exim)) return found;
  return judge_sendmail(config.sendmail);
}

}  // namespace rescue::detect
