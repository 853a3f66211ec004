#include "relay_lists.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rescue::recovery {
namespace {

using evidence::split_list;

constexpr std::size_t kMostSteps = 2'000, kMostClasses = 200, kMostLookUps = 40;
constexpr int kMostDepth = 4;

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool takes_table(std::string_view word) {
  return word.starts_with("check_") && word.ends_with("_access");
}

bool is_refusal(std::string_view word) {
  constexpr std::array<std::string_view, 6> kRefusals{"reject",
                                                      "defer",
                                                      "defer_if_permit",
                                                      "reject_unauth_destination",
                                                      "defer_unauth_destination",
                                                      "check_relay_domains"};
  return has(kRefusals, word);
}

bool refuses_destination(std::string_view word) {
  return word == "reject_unauth_destination" || word == "defer_unauth_destination" ||
         word == "check_relay_domains";
}

/// Who nobody has a reason to name: addresses and names for documentation (RFC 5737, RFC 2606).
std::vector<std::string> strangers_to(std::string_view restriction) {
  if (restriction == "check_client_access") return {"192.0.2.77", "198.51.100.9", "203.0.113.200"};
  if (restriction == "check_sender_access")
    return {"stranger@relay-trial.example.org", "somebody@another-trial.example.net"};
  if (restriction == "check_recipient_access")
    return {"stranger@relay-trial.example.net", "somebody@another-trial.example.com"};
  if (restriction == "check_helo_access") return {"relay-trial.example.org", "another-trial.example.net"};
  return {};
}

/// access(5): OK, RELAY, or a number of digits alone permits.
bool permits(std::string_view result) {
  const bool digits = !result.empty() &&
                      std::all_of(result.begin(), result.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto word = result.substr(0, result.find_first_of(" \t\r\n"));
  return digits || word == "OK" || word == "ok" || word == "RELAY" || word == "permit";
}

}  // namespace

bool is_everybody(std::string_view network) {
  if (network == "*" || network == "static:all" || network == "static:OK") return true;
  if (network.starts_with('!')) return false;
  const auto slash = network.find('/');
  if (slash == network.npos || slash == 0) return false;
  int bits = 0;
  const auto* end = network.data() + network.size();
  const auto parsed = std::from_chars(network.data() + slash + 1, end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  const auto host = network.substr(0, slash);
  if (host.find(':') != host.npos) {
    const auto from = host.find_first_not_of('[');
    const bool private_one =
        from != host.npos && (host.substr(from).starts_with("f") || host.substr(from).starts_with("::1"));
    return bits < 7 || (bits < 16 && !private_one);
  }
  return bits < 8 || (bits == 8 && !host.starts_with("10.") && !host.starts_with("127."));
}

std::string Restriction::text() const {
  return (warns_only ? "warn_if_reject " : "") + word + (table.empty() ? "" : " " + table);
}

std::vector<Restriction> restrictions_of(const std::vector<std::string>& words) {
  std::vector<Restriction> out;
  for (std::size_t i = 0; i < words.size() && out.size() < kMostSteps; ++i) {
    Restriction one;
    if (words[i] == "warn_if_reject" && i + 1 < words.size()) {
      one.warns_only = true;
      ++i;
    }
    one.word = words[i];
    if (takes_table(one.word) && i + 1 < words.size()) one.table = words[++i];
    out.push_back(std::move(one));
  }
  return out;
}

Stranger::Stranger(const evidence::PostfixConfig& config, const evidence::SmtpService* service,
                   const PostfixFacts& facts)
    : config_(config),
      service_(service),
      facts_(facts),
      classes_(config.list("smtpd_restriction_classes", service)) {
  if (classes_.size() > kMostClasses) classes_.resize(kMostClasses);
  wide_networks_ = wide_networks();
  for (const auto* name : {"relay_domains", "mydestination"}) {
    if (!wide_domains(name).empty()) every_domain_ = name;
  }
}

std::vector<std::string> Stranger::list(const std::string& name) const {
  if (config_.setting(name, service_) == nullptr && facts_.fallback) {
    if (const auto value = facts_.fallback(name)) return split_list(*value);
  }
  return config_.list(name, service_);
}

std::vector<std::string> Stranger::wide_networks() const {
  std::vector<std::string> wide;
  std::size_t look_ups = 0;
  for (const auto& word : list("mynetworks")) {
    if (is_everybody(word)) wide.push_back(word);
    if (word.starts_with('/') && facts_.read_file) {
      const auto text = facts_.read_file(word);
      for (const auto& line : split_list(text.value_or(""), " \t\r\n,")) {
        if (is_everybody(line)) wide.push_back(word), wide.push_back(line);
      }
    } else if (word.find(":/") != word.npos && facts_.look_up && ++look_ups <= kMostLookUps) {
      const auto keys = strangers_to("check_client_access");
      const bool all = std::all_of(keys.begin(), keys.end(),
                                   [&](const auto& key) { return facts_.look_up(word, key).has_value(); });
      if (all) wide.push_back(word);
    }
  }
  return wide;
}

std::vector<std::string> Stranger::wide_domains(const std::string& name) const {
  std::vector<std::string> wide;
  std::size_t look_ups = 0;
  for (const auto& word : list(name)) {
    if (word == "*" || word.starts_with("static:")) {
      wide.push_back(word);
    } else if (word.find(":/") != word.npos && facts_.look_up && ++look_ups <= kMostLookUps) {
      const bool all = facts_.look_up(word, "relay-trial.example.org") &&
                       facts_.look_up(word, "another-trial.example.net");
      if (all) wide.push_back(word);
    }
  }
  return wide;
}

bool Stranger::names_a_refusal() const {
  for (const auto* name : {"smtpd_relay_restrictions", "smtpd_recipient_restrictions"}) {
    const auto steps = restrictions_of(list(name));
    const bool named = std::any_of(steps.begin(), steps.end(), [&](const auto& one) {
      return !one.warns_only && (is_refusal(one.word) || has(classes_, one.word));
    });
    if (named) return true;
  }
  return false;
}

std::optional<OpenDoor> Stranger::open() const {
  const auto refused = [&](const char* name) {
    return walk(restrictions_of(list(name)), 0) == Answer::kRefused;
  };
  for (const auto* name :
       {"smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions"}) {
    if (refused(name)) return std::nullopt;
  }
  // Where neither list names a refusal smtpd answers nobody but with an error (postconf(5)).
  if (!names_a_refusal()) return std::nullopt;
  if (facts_.has_relay_restrictions && refused("smtpd_relay_restrictions")) return std::nullopt;
  if (refused("smtpd_recipient_restrictions")) return std::nullopt;
  const std::string service = service_ == nullptr ? "smtp" : service_->name;
  if (!wide_networks_.empty())
    return OpenDoor{service, "mynetworks",
                    "mynetworks holds " + wide_networks_.back() + ", that is everybody"};
  if (!every_domain_.empty())
    return OpenDoor{service, every_domain_, every_domain_ + " stands for every domain"};
  const std::string by =
      facts_.has_relay_restrictions ? "smtpd_relay_restrictions" : "smtpd_recipient_restrictions";
  return OpenDoor{service, by, by + " lets everybody pass before it refuses other destinations"};
}

Answer Stranger::walk(const std::vector<Restriction>& restrictions, int depth) const {
  for (const auto& one : restrictions) {
    if (++steps_ > kMostSteps) return Answer::kPassedOn;
    const auto answer = answer_of(one, depth);
    if (answer != Answer::kPassedOn) return answer;
  }
  return Answer::kPassedOn;
}

Answer Stranger::answer_of(const Restriction& restriction, int depth) const {
  if (restriction.warns_only) return Answer::kPassedOn;
  const auto& word = restriction.word;
  if (word == "reject" || word == "defer") return Answer::kRefused;
  if (refuses_destination(word)) return every_domain_.empty() ? Answer::kRefused : Answer::kPassedOn;
  if (word == "permit" || (word == "permit_mynetworks" && !wide_networks_.empty())) return Answer::kPermitted;
  if (depth >= kMostDepth) return Answer::kPassedOn;
  if (has(classes_, word)) return walk(restrictions_of(list(word)), depth + 1);
  return restriction.table.empty() ? Answer::kPassedOn : table_answer(restriction, depth);
}

/// A table that says yes to those whom nobody knows says yes to everybody; one that does so for who claims to
/// be of this server is as open, since everybody can claim it.
Answer Stranger::table_answer(const Restriction& restriction, int /*depth*/) const {
  const auto& table = restriction.table;
  if (table.starts_with("static:")) return permits(table.substr(7)) ? Answer::kPermitted : Answer::kPassedOn;
  if (!facts_.look_up) return Answer::kPassedOn;
  const auto yes = [&](const std::string& key) {
    const auto at = key.find('@');
    const auto said = facts_.look_up(table, key);
    if (said) return permits(*said);
    if (at == key.npos) return false;
    const auto domain = facts_.look_up(table, key.substr(at + 1));
    return domain && permits(*domain);
  };
  const auto keys = strangers_to(restriction.word);
  if (!keys.empty() && std::all_of(keys.begin(), keys.end(), yes)) return Answer::kPermitted;
  if (restriction.word != "check_sender_access" && restriction.word != "check_helo_access")
    return Answer::kPassedOn;
  const auto own = list("mydestination");
  const auto most = std::min<std::size_t>(own.size(), 10);
  const bool claimed =
      std::any_of(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(most),
                  [&](const auto& domain) { return domain.find('/') == domain.npos && yes(domain); });
  return claimed ? Answer::kPermitted : Answer::kPassedOn;
}

}  // namespace rescue::recovery
