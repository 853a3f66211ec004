// Who attacks and who is attacked, of the addresses that a person named: by the words directly around each.
#include "roles.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "rescue/base/ascii.hpp"
#include "statements.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kAround = 60;

constexpr auto kFillers = std::to_array<std::string_view>(
    {"the", "our", "your", "host", "server", "servers", "address", "ip", "machine", "system", "client",
     "site", "at", "customer", "customers", "s", "is", "was"});
constexpr auto kTargets = std::to_array<std::string_view>(
    {"to",      "against",   "target",   "targets",    "targeted",  "targeting",  "victim",   "victims",
     "dst",     "dest",      "dst_ip",   "dstip",      "attack on", "attacks on", "attacked", "attacking",
     "scanned", "scanning",  "scan of",  "scan on",    "scans of",  "scans on",   "hit",      "hits",
     "hitting", "hammering", "flooded",  "flooding",   "probed",    "probing",    "->",       "→",
     "=>",      "宛先",      "攻撃対象", "destination"});
/// Verbs of a sentence, and before a colon the title of a list.
constexpr auto kTargetVerbs =
    std::to_array<std::string_view>({"attacks", "scans", "floods", "probes", "hammers"});
constexpr auto kTargetsAfter = std::to_array<std::string_view>({"への", "に対", "宛", "を攻撃", "を標的"});
constexpr auto kAttacked =
    std::to_array<std::string_view>({"attacked", "scanned", "hit", "flooded", "hammered", "probed",
                                     "targeted", "target", "victim", "attack"});
constexpr auto kSources =
    std::to_array<std::string_view>({"from", "by", "src", "src_ip", "srcip", "source", "sources", "source_ip",
                                     "attacker", "attackers", "origin", "rhost", "攻撃元", "送信元"});
constexpr auto kSourcesAfter = std::to_array<std::string_view>({"->", "→", "=>", "から", "より", "による"});
constexpr auto kActing = std::to_array<std::string_view>({"attacking", "attempting", "connecting", "flooding",
                                                          "guessing", "hammering", "hitting", "probing",
                                                          "scanning", "sending", "spamming", "trying"});
constexpr auto kActs = std::to_array<std::string_view>(
    {"attacks", "attacked", "attempted", "connects", "connected", "floods", "flooded", "hammers", "probes",
     "probed", "scans", "scanned", "sends", "sent", "spams", "tries", "tried"});

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\'' || c == '"';
    if (!space) out += c;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

void strip_end(std::string& text, std::string_view chars) {
  while (!text.empty() && chars.find(text.back()) != std::string_view::npos) text.pop_back();
}

bool ends_with_word(std::string_view text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  const auto at = text.size() - word.size();
  const char before = at == 0 ? ' ' : text[at - 1];
  return !is_alnum(word.front()) || !(is_alnum(before) || before == '_');
}

bool ends_with_one(std::string_view text, const auto& words) {
  return std::ranges::any_of(words, [&](auto word) { return ends_with_word(text, word); });
}

bool begins_with_one(std::string_view text, const auto& words) {
  return std::ranges::any_of(words, [&](auto word) { return text.starts_with(word); });
}

bool is_one(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != std::ranges::end(words);
}

/// What stands before it, without marks and without words that only say what kind of thing it is.
std::string before_of(std::string_view text, const FoundAddress& found, std::string_view marks) {
  const auto from = found.begin > kAround ? found.begin - kAround : 0;
  auto before = squeezed(text.substr(from, found.begin - from));
  strip_end(before, marks);
  for (bool again = true; again;) {
    again = false;
    for (const auto filler : kFillers) {
      if (!ends_with_word(before, filler)) continue;
      before.resize(before.size() - filler.size());
      strip_end(before, marks);
      again = true;
    }
  }
  return before;
}

std::string after_of(std::string_view text, const FoundAddress& found) {
  auto after = squeezed(text.substr(found.end, kAround));
  for (const std::string_view lead : {" ", "]", ")", "）", " ", "サーバー", "サーバ", "さま", " "}) {
    if (after.starts_with(lead)) after.erase(0, lead.size());
  }
  return after;
}

/// A port behind the address.
void drop_port(std::string& after) {
  if (!after.starts_with(':')) return;
  const auto end = after.find_first_not_of("0123456789", 1);
  after.erase(0, std::min(end, after.size()));
  if (after.starts_with(' ')) after.erase(0, 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty() && out.size() < 12) {
    const auto end = std::min(text.find(' '), text.size());
    auto word = text.substr(0, end);
    while (word.size() > 1 && (word.back() == ',' || word.back() == '.' || word.back() == ':'))
      word.remove_suffix(1);
    out.push_back(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_be(std::string_view word) {
  return is_one(
      word, std::to_array<std::string_view>({"is", "was", "are", "were", "been", "being", "gets", "got"}));
}

bool is_between(std::string_view word) {
  return is_one(word, std::to_array<std::string_view>({"has", "have", "had", "a", "the", "port", "under",
                                                       "now", "still", "also", "heavily", "repeatedly",
                                                       "currently", "actively"}));
}

/// The verb, or the noun, that the words after an address lead to.
struct Predicate {
  bool passive = false;  ///< behind a form of "to be"
  std::string_view word;
  std::string_view next;
};

Predicate predicate_of(const std::vector<std::string_view>& words) {
  Predicate out;
  std::size_t at = 0;
  for (; at < words.size() && (is_be(words[at]) || is_between(words[at])); ++at)
    out.passive = out.passive || is_be(words[at]);
  if (at < words.size()) out.word = words[at];
  if (at + 1 < words.size()) out.next = words[at + 1];
  return out;
}

/// "is scanning", "has been trying", "scanned", not "is scanned", nor "scanned by".
bool acts(const std::string& after) {
  const auto words = words_of(after);
  const auto predicate = predicate_of(words);
  if (predicate.next == "by" || predicate.next == "from") return false;
  return predicate.passive ? is_one(predicate.word, kActing) : is_one(predicate.word, kActs);
}

/// "is being scanned", "has been hit", "is the victim", "was under attack".
bool suffers(const std::string& after) {
  const auto words = words_of(after);
  const auto predicate = predicate_of(words);
  if (!predicate.passive || !is_one(predicate.word, kAttacked)) return false;
  return predicate.word != "attack" || is_one("under", words);
}

/// "from mail.example [192.0.2.1]": the name that a bracket explains is left out.
void drop_name(std::string& before) {
  if (before.empty() || (before.back() != '[' && before.back() != '(')) return;
  strip_end(before, " [(");
  while (!before.empty() && before.back() != ' ') before.pop_back();
}

bool is_named_as_source(std::string_view text, const FoundAddress& found) {
  if (ends_with_one(before_of(text, found, " [(:=<"), kSources)) return true;
  auto before = before_of(text, found, " :=<");
  drop_name(before);
  strip_end(before, " [(:=<");
  if (ends_with_one(before, kSources)) return true;
  auto after = after_of(text, found);
  drop_port(after);
  return begins_with_one(after, kSourcesAfter);
}

/// The addresses of one statement.
struct Beside {
  bool others = false;         ///< one that is not ours
  bool others_attack = false;  ///< and is named as the source
  bool unsaid = false;         ///< one of ours that nothing names as the source
  bool ours = false;           ///< one of ours that is not the target
};

bool in_doubt(const Beside& beside) {
  return beside.others && beside.ours && (beside.unsaid || beside.others_attack);
}

}  // namespace

bool is_target(std::string_view text, const FoundAddress& found) {
  if (ends_with_one(before_of(text, found, " [(:=<"), kTargets)) return true;
  if (ends_with_one(before_of(text, found, " [(=<"), kTargetVerbs)) return true;
  const auto after = after_of(text, found);
  return begins_with_one(after, kTargetsAfter) || suffers(after);
}

bool is_source(std::string_view text, const FoundAddress& found) {
  if (is_named_as_source(text, found)) return true;
  auto after = after_of(text, found);
  drop_port(after);
  return acts(after);
}

Accused accused_in(std::string_view text, const net::Networks& ours) {
  Accused out;
  std::set<std::string> targets;
  const auto ends = statement_ends(text);
  auto end = ends.begin();
  Beside beside;
  for (const auto& found : find_addresses(text)) {
    for (; end != ends.end() && *end <= found.begin; ++end) {
      out.in_doubt = out.in_doubt || in_doubt(beside);
      beside = {};
    }
    if (!may_hold(ours, found.address)) {
      beside.others = true;
      beside.others_attack = beside.others_attack || is_named_as_source(text, found);
    } else if (is_target(text, found)) {
      targets.insert(found.address);
    } else {
      beside.ours = true;
      beside.unsaid = beside.unsaid || !is_source(text, found);
      out.addresses.insert(found.address);
    }
  }
  out.in_doubt = out.in_doubt || in_doubt(beside);
  std::erase_if(out.addresses, [&](const auto& address) { return targets.contains(address); });
  return out;
}

}  // namespace rescue::complaint
