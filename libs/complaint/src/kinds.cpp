#include "kinds.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

using Named = std::pair<std::string_view, KindAndCategory>;

constexpr KindAndCategory kBrokenInto{Kind::kOther, Category::kIntrusion};

// Names without '-', '_' and case. A type that is not here is other, unknown.
constexpr std::array<Named, 32> kTypes = {{{"spam", {Kind::kSpam, Category::kMailAbuse}},
                                           {"bulkmessaging", {Kind::kSpam, Category::kMailAbuse}},
                                           {"openrelay", {Kind::kOpenRelay, Category::kMailAbuse}},
                                           {"phishing", {Kind::kPhishingUrl, Category::kIntrusion}},
                                           {"malware", {Kind::kMalwareUrl, Category::kIntrusion}},
                                           {"loginattack", {Kind::kLoginAttack, Category::kIntrusion}},
                                           {"bruteforce", {Kind::kLoginAttack, Category::kIntrusion}},
                                           {"portscan", {Kind::kPortScan, Category::kIntrusion}},
                                           {"ddos", {Kind::kDdos, Category::kIntrusion}},
                                           {"dos", {Kind::kDdos, Category::kIntrusion}},
                                           {"openservice", {Kind::kOpenPort, Category::kUnknown}},
                                           {"botnet", kBrokenInto},
                                           {"botinfection", kBrokenInto},
                                           {"botnetinfection", kBrokenInto},
                                           {"infectedhost", kBrokenInto},
                                           {"exploit", kBrokenInto},
                                           {"hackattack", kBrokenInto},
                                           {"webattack", kBrokenInto},
                                           {"malwareattack", kBrokenInto},
                                           {"sqlinjection", kBrokenInto},
                                           {"vulnerabilityscan", kBrokenInto},
                                           {"reconnaissance", kBrokenInto},
                                           {"remotecompromise", kBrokenInto},
                                           {"compromisedserver", kBrokenInto},
                                           {"commandandcontrol", kBrokenInto},
                                           {"defacement", kBrokenInto},
                                           {"rpz", {}},
                                           {"fraud", {}},
                                           {"copyright", {}},
                                           {"trademark", {}},
                                           {"cve", {}},
                                           {"misconfiguration", {}}}};

using Word = std::pair<std::string_view, Kind>;
// Beginnings of words; of Japanese, any place.
constexpr std::array<Word, 52> kWords = {{{"open relay", Kind::kOpenRelay},
                                          {"open mail relay", Kind::kOpenRelay},
                                          {"open smtp relay", Kind::kOpenRelay},
                                          {"オープンリレー", Kind::kOpenRelay},
                                          {"第三者中継", Kind::kOpenRelay},
                                          {"不正中継", Kind::kOpenRelay},
                                          {"spam", Kind::kSpam},
                                          {"unsolicited", Kind::kSpam},
                                          {"junk mail", Kind::kSpam},
                                          {"迷惑メール", Kind::kSpam},
                                          {"スパム", Kind::kSpam},
                                          {"phishing", Kind::kPhishingUrl},
                                          {"フィッシング", Kind::kPhishingUrl},
                                          {"malware", Kind::kMalwareUrl},
                                          {"trojan", Kind::kMalwareUrl},
                                          {"マルウェア", Kind::kMalwareUrl},
                                          {"ウイルス", Kind::kMalwareUrl},
                                          {"open port", Kind::kOpenPort},
                                          {"openly accessible", Kind::kOpenPort},
                                          {"publicly accessible", Kind::kOpenPort},
                                          {"exposed service", Kind::kOpenPort},
                                          {"exposed to the internet", Kind::kOpenPort},
                                          {"open resolver", Kind::kOpenPort},
                                          {"外部に公開され", Kind::kOpenPort},
                                          {"ポートが開", Kind::kOpenPort},
                                          {"brute force", Kind::kLoginAttack},
                                          {"brute-force", Kind::kLoginAttack},
                                          {"bruteforce", Kind::kLoginAttack},
                                          {"login attempt", Kind::kLoginAttack},
                                          {"log-in attempt", Kind::kLoginAttack},
                                          {"login attack", Kind::kLoginAttack},
                                          {"failed login", Kind::kLoginAttack},
                                          {"failed password", Kind::kLoginAttack},
                                          {"password guessing", Kind::kLoginAttack},
                                          {"guess password", Kind::kLoginAttack},
                                          {"credential stuffing", Kind::kLoginAttack},
                                          {"ブルートフォース", Kind::kLoginAttack},
                                          {"総当たり", Kind::kLoginAttack},
                                          {"不正ログイン", Kind::kLoginAttack},
                                          {"ログイン試行", Kind::kLoginAttack},
                                          {"port scan", Kind::kPortScan},
                                          {"port-scan", Kind::kPortScan},
                                          {"portscan", Kind::kPortScan},
                                          {"scanning our", Kind::kPortScan},
                                          {"ポートスキャン", Kind::kPortScan},
                                          {"ddos", Kind::kDdos},
                                          {"denial of service", Kind::kDdos},
                                          {"denial-of-service", Kind::kDdos},
                                          {"dos attack", Kind::kDdos},
                                          {"syn flood", Kind::kDdos},
                                          {"dos攻撃", Kind::kDdos},
                                          {"サービス妨害", Kind::kDdos}}};

using Broad = std::pair<std::string_view, Category>;
// Only where none of those above is there.
constexpr std::array<Broad, 20> kBroad = {
    {{"compromised", Category::kIntrusion},  {"hacked", Category::kIntrusion},
     {"hacking", Category::kIntrusion},      {"intrusion", Category::kIntrusion},
     {"intruder", Category::kIntrusion},     {"broken into", Category::kIntrusion},
     {"defaced", Category::kIntrusion},      {"web shell", Category::kIntrusion},
     {"webshell", Category::kIntrusion},     {"attack", Category::kIntrusion},
     {"botnet", Category::kIntrusion},       {"exploit", Category::kIntrusion},
     {"不正アクセス", Category::kIntrusion}, {"侵入", Category::kIntrusion},
     {"攻撃", Category::kIntrusion},         {"改ざん", Category::kIntrusion},
     {"abuse", Category::kUnknown},          {"abusive", Category::kUnknown},
     {"悪用", Category::kUnknown},           {"不正利用", Category::kUnknown}}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '@' ||
         c == '/';
}

/// Where it begins a word, and is no part of an address or a name.
bool uses(std::string_view text, std::string_view word) {
  const bool ascii = static_cast<unsigned char>(word.front()) < 128;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    if (!ascii) return true;
    if (at > 0 && is_word(text[at - 1])) continue;
    auto end = at + word.size();
    while (end < text.size() && is_word(text[end])) ++end;
    const auto rest = text.substr(at, end - at);
    const bool name = rest.find('@') != std::string_view::npos ||
                      (rest.find('.') != std::string_view::npos && rest.back() != '.');
    if (!name) return true;
  }
  return false;
}

/// Lower case, every white space one blank, so that a line's end does not part what belongs together.
std::string flat(std::string_view text) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space) out += c;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

}  // namespace

Category category_of(Kind kind) {
  switch (kind) {
    case Kind::kOpenRelay:
    case Kind::kSpam:
      return Category::kMailAbuse;
    case Kind::kPhishingUrl:
    case Kind::kMalwareUrl:
    case Kind::kLoginAttack:
    case Kind::kPortScan:
    case Kind::kDdos:
      return Category::kIntrusion;
    case Kind::kOpenPort:
    case Kind::kOther:
      return Category::kUnknown;
  }
  return Category::kUnknown;
}

KindAndCategory kind_of_type(std::string_view type) {
  std::string name = lower_ascii(type);
  std::erase_if(name, [](char c) { return c == '-' || c == '_' || c == ' '; });
  const auto* it =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const Named& one) { return one.first == name; });
  return it == kTypes.end() ? KindAndCategory{} : it->second;
}

std::optional<KindAndCategory> kind_of_text(std::string_view text) {
  const auto lower = flat(text);
  std::set<Kind> kinds;
  for (const auto& [word, kind] : kWords) {
    if (uses(lower, word)) kinds.insert(kind);
  }
  if (kinds.size() == 1) return KindAndCategory{*kinds.begin(), category_of(*kinds.begin())};
  std::set<Category> categories;
  for (const auto kind : kinds) categories.insert(category_of(kind));
  if (kinds.empty()) {
    for (const auto& [word, category] : kBroad) {
      if (uses(lower, word)) categories.insert(category);
    }
    // "abuse" says less than "attack", not something else.
    if (categories.size() > 1) categories.erase(Category::kUnknown);
  }
  if (categories.empty()) return std::nullopt;
  return KindAndCategory{Kind::kOther, categories.size() == 1 ? *categories.begin() : Category::kUnknown};
}

}  // namespace rescue::complaint
