#include "relay_lists.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "network_words.hpp"
#include "relay_tables.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::recovery {
namespace {

using evidence::split_list;

constexpr std::size_t kMostSteps = 20'000, kMostClasses = 200, kMostLookUps = 40, kMostEntries = 10'000,
                      kMostClaims = 30;
constexpr int kMostDepth = 4;

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool takes_table(std::string_view text) {
  const auto word = lower_ascii(text);
  return word.starts_with("check_") && word.ends_with("_access");
}

bool is_refusal(std::string_view text) {
  const auto word = lower_ascii(text);
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

/// What is looked up there anybody can claim: a sender, a name in HELO, the name of one's own address.
bool is_claimed(std::string_view restriction) {
  return restriction == "check_sender_access" || restriction == "check_helo_access" ||
         restriction == "check_reverse_client_hostname_access";
}

/// What may let a stranger pass, and is answered by somebody else than the settings.
bool cannot_be_judged(std::string_view word) {
  constexpr std::array<std::string_view, 5> kOthers{"check_policy_service", "permit_tls_all_clientcerts",
                                                    "permit_naked_ip_address", "permit_dnswl_client",
                                                    "permit_rhswl_client"};
  return has(kOthers, word);
}

/// About who has logged in, or shows a certificate that was given to him.
bool is_about_known_ones(std::string_view word) {
  return word == "check_sasl_access" || word == "check_ccert_access";
}

/// A key of a table of clients that half of the internet has: "203", "com", "0.0.0.0/1".
bool is_wide_client(const std::string& key) {
  const bool digits = key.size() <= 3 && !key.empty() && key.find_first_not_of("0123456789") == key.npos;
  return is_top_level(key) || is_everybody(key) || (digits && is_everybody(key + ".0.0.0/8"));
}

}  // namespace

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
  unknown_.merge(notes_);
  notes_.clear();
}

std::vector<std::string> Stranger::list(const std::string& name) const {
  if (config_.setting(name, service_) != nullptr || !facts_.fallback) return config_.list(name, service_);
  const auto value = facts_.fallback(name);
  if (!value) unknown_.insert("postconf does not tell " + name);
  if (!value || value->find('$') == std::string::npos)
    return value ? split_list(*value) : config_.list(name, service_);
  evidence::PostfixConfig one = config_;
  one.main["one-word"].value = *value;
  return one.list("one-word", service_);
}

std::optional<std::string> Stranger::ask(const std::string& table, const std::string& key) const {
  if (!facts_.look_up) return std::nullopt;
  auto said = facts_.look_up(table, key);
  if (said) return *std::move(said);
  note("the table " + table + " cannot be asked");
  return std::nullopt;
}

bool Stranger::whole_table_is_wide(const std::string& word, bool& among_others) const {
  const auto source = source_of(word);
  const auto text = source.empty() || !facts_.read_file ? std::nullopt : facts_.read_file(source);
  const auto entries = entries_of(text.value_or(""), kMostEntries);
  const auto wide = std::count_if(entries.begin(), entries.end(),
                                  [](const auto& entry) { return is_wide_client(entry.key); });
  among_others = !text || static_cast<std::size_t>(wide) < entries.size();  // unread: nobody knows
  const auto keys = strangers_to("check_client_access");
  return wide > 0 ||
         std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return ask(word, key).has_value(); });
}

std::vector<WideWord> Stranger::wide_networks() const {
  std::vector<WideWord> wide;
  std::size_t look_ups = 0;
  for (const auto& word : list("mynetworks")) {
    if (is_everybody(word)) wide.push_back({.word = word});
    if (word.starts_with('/') && facts_.read_file) {
      const auto text = facts_.read_file(word);
      if (!text) note("the list " + word + " cannot be read");
      for (const auto& line : lines_as_read(text.value_or(""), kMostEntries)) {
        for (const auto& one : split_list(line)) {
          if (is_everybody(one)) wide.push_back({.word = one, .file = word});
        }
      }
    } else if (word.find(":/") != word.npos && ++look_ups <= kMostLookUps) {
      bool among_others = false;
      if (whole_table_is_wide(word, among_others))
        wide.push_back({.word = word, .among_others = among_others});
    }
  }
  return wide;
}

std::vector<std::string> Stranger::wide_domains(const std::string& name) const {
  std::vector<std::string> wide;
  std::size_t look_ups = 0;
  // Of the two relay_domains alone has what is below its words (parent_domain_matches_subdomains).
  const bool below = name == "relay_domains";
  for (const auto& word : list(name)) {
    if (word == "*" || word.starts_with("static:") || (below && is_top_level(word))) {
      wide.push_back(word);
    } else if (word.find(":/") != word.npos && ++look_ups <= kMostLookUps) {
      const bool all = ask(word, "relay-trial.example.org") && ask(word, "another-trial.example.net");
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

Stranger::Outcome Stranger::outcome_of(const std::string& name) const {
  auto before = std::move(notes_);
  notes_.clear();
  const auto answer = walk(restrictions_of(list(name)), 0);
  const bool certain = notes_.empty();
  notes_.merge(before);
  if (answer != Answer::kRefused) return Outcome::kPassed;
  return certain ? Outcome::kRefused : Outcome::kUnsure;
}

OpenDoor Stranger::door() const {
  const std::string service = service_ == nullptr ? "smtp" : service_->name;
  if (!wide_networks_.empty())
    return {service, "mynetworks", "mynetworks holds " + wide_networks_.back().word + ", that is everybody"};
  if (!every_domain_.empty())
    return {service, every_domain_,
            every_domain_ + " holds " + wide_domains(every_domain_).back() + ", that is everybody's domains"};
  const std::string by =
      facts_.has_relay_restrictions ? "smtpd_relay_restrictions" : "smtpd_recipient_restrictions";
  return {service, by, by + " lets everybody pass before it refuses other destinations"};
}

RelayView Stranger::look() const {
  std::vector<std::string> lists{"smtpd_client_restrictions", "smtpd_helo_restrictions",
                                 "smtpd_sender_restrictions"};
  // Where neither list names a refusal smtpd answers nobody but with an error (postconf(5)).
  const bool answers = names_a_refusal();
  if (facts_.has_relay_restrictions) lists.emplace_back("smtpd_relay_restrictions");
  lists.emplace_back("smtpd_recipient_restrictions");
  bool refused = !answers;
  RelayView view;
  for (const auto& name : lists) {
    const auto outcome = answers ? outcome_of(name) : Outcome::kPassed;
    if (outcome == Outcome::kRefused) {
      view.unsure.assign(unknown_.begin(), unknown_.end());
      return view;
    }
    refused = refused || outcome == Outcome::kUnsure;
  }
  if (!refused) view.open = door();
  view.unsure.assign(unknown_.begin(), unknown_.end());
  view.unsure.insert(view.unsure.end(), notes_.begin(), notes_.end());
  return view;
}

Answer Stranger::walk(const std::vector<Restriction>& restrictions, int depth) const {
  for (const auto& one : restrictions) {
    if (++steps_ > kMostSteps) {
      note("there are more restrictions than can be judged");
      return Answer::kPassedOn;
    }
    const auto answer = answer_of(one, depth);
    if (answer != Answer::kPassedOn) return answer;
  }
  return Answer::kPassedOn;
}

Answer Stranger::answer_of(const Restriction& restriction, int depth) const {
  if (restriction.warns_only) return Answer::kPassedOn;
  const auto word = lower_ascii(restriction.word);
  if (word == "reject" || word == "defer") return Answer::kRefused;
  if (refuses_destination(word)) return every_domain_.empty() ? Answer::kRefused : Answer::kPassedOn;
  if (word == "permit" || (word == "permit_mynetworks" && !wide_networks_.empty())) return Answer::kPermitted;
  if (cannot_be_judged(word)) note(restriction.text() + " stands before the refusal and cannot be judged");
  if (!restriction.table.empty() && depth < kMostDepth) return table_answer(restriction, depth);
  if (!has(classes_, restriction.word)) return Answer::kPassedOn;
  if (depth < kMostDepth) return walk(restrictions_of(list(restriction.word)), depth + 1);
  note("classes stand in classes deeper than can be judged");
  return Answer::kPassedOn;
}

Answer Stranger::said_by_table(const std::string& result, int depth) const {
  switch (kind_of(result)) {
    case Verdict::kPermits:
      return Answer::kPermitted;
    case Verdict::kRefuses:
      return Answer::kRefused;
    case Verdict::kPassesOn:
      return Answer::kPassedOn;
    case Verdict::kIsAList:
      return walk(restrictions_of(split_list(result)), depth + 1);
  }
  return Answer::kPassedOn;
}

bool Stranger::says_yes(const std::string& table, const std::string& key, int depth) const {
  auto said = ask(table, key);
  const auto at = key.find('@');
  if (!said && at != key.npos) said = ask(table, key.substr(at + 1));
  return said && said_by_table(*said, depth) == Answer::kPermitted;
}

/// Names that mail comes here for, and that a stranger therefore knows.
std::vector<std::string> Stranger::own_domains() const {
  std::set<std::string> names;
  for (const auto* name : {"mydestination", "virtual_mailbox_domains", "virtual_alias_domains",
                           "relay_domains", "mydomain", "myhostname"}) {
    for (const auto& word : config_.list(name, service_)) {
      if (word.find_first_of("/:*$") == word.npos && names.size() < kMostClaims) names.insert(word);
    }
  }
  return {names.begin(), names.end()};
}

/// A table that says yes to those whom nobody knows says yes to everybody; one that does so for who claims to
/// be of this server is as open, since everybody can claim it.
Answer Stranger::table_answer(const Restriction& restriction, int depth) const {
  const auto& table = restriction.table;
  const auto word = lower_ascii(restriction.word);
  if (table.starts_with("static:")) return said_by_table(table.substr(7), depth);
  if (is_about_known_ones(word)) return Answer::kPassedOn;
  const auto yes = [&](const std::string& key) { return says_yes(table, key, depth); };
  const auto keys = strangers_to(word);
  if (!keys.empty() && std::all_of(keys.begin(), keys.end(), yes)) return Answer::kPermitted;
  if (is_claimed(word)) {
    const auto own = own_domains();
    if (std::any_of(own.begin(), own.end(), yes)) return Answer::kPermitted;
  }
  return text_answer(restriction, depth);
}

/// By what the table is made from: nobody outside could guess its keys, but they are there to be read.
Answer Stranger::text_answer(const Restriction& restriction, int depth) const {
  const auto word = lower_ascii(restriction.word);
  const bool claimed = is_claimed(word), client = word == "check_client_access";
  const bool known = claimed || client || word == "check_recipient_access";
  const auto source = source_of(restriction.table);
  const auto text = source.empty() || !facts_.read_file ? std::nullopt : facts_.read_file(source);
  if (!text) {
    if (!known) note(restriction.text() + " stands before the refusal and cannot be judged");
    return Answer::kPassedOn;
  }
  const auto entries = entries_of(*text, kMostEntries);
  if (entries.size() > kMostEntries) note(source + " has more lines than can be judged");
  for (const auto& [key, value] : entries) {
    if (said_by_table(value, depth) != Answer::kPermitted) continue;
    const bool address = key.find('@') != key.npos;
    if (claimed && !address) return Answer::kPermitted;
    if ((client || !claimed) && known && is_wide_client(key)) return Answer::kPermitted;
    if (claimed || !known) note(restriction.text() + " says yes to " + key + ", which anybody may claim");
  }
  return Answer::kPassedOn;
}

}  // namespace rescue::recovery
