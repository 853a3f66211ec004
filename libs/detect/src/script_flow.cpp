#include "script_flow.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace rescue::detect {
namespace {

using Kind = ScriptToken::Kind;
using Tokens = std::vector<ScriptToken>;

ScriptRules::Word word_of(std::string text) {
  ScriptRules::Word word;
  word.assigned = text.ends_with('=');
  if (word.assigned) text.pop_back();
  const auto dot = text.find('.');
  word.member = dot != text.npos;
  word.object = dot == text.npos ? "" : text.substr(0, dot);
  word.name = dot == text.npos ? text : text.substr(dot + 1);
  return word;
}

std::vector<ScriptRules::Word> words_of(const Json& list) {
  std::vector<ScriptRules::Word> words;
  for (const auto& text : list) words.push_back(word_of(text.get<std::string>()));
  return words;
}

/// Follows one rule through one script.
class ScriptFollower {
 public:
  ScriptFollower(const Tokens& tokens, ScriptLanguage language, const ScriptRules::Flow& flow)
      : tokens_(tokens), inside_texts_(language >= ScriptLanguage::kColdFusion) {
    for (const auto& word : flow.sources) sources_[word.name].push_back(&word);
    for (const auto& word : flow.sinks) sinks_[word.name].push_back(&word);
  }

  /// The line where what a source gives reaches a sink first.
  std::optional<std::uint32_t> reached() {
    collect_functions();
    constexpr int kRounds = 4;
    for (int round = 0; round < kRounds; ++round) {
      const auto known = tainted_.size();
      for (std::size_t begin = 0; begin < tokens_.size();) {
        const auto end = statement_end(begin);
        follow(begin, end);
        begin = end + 1;
      }
      if (tainted_.size() == known) break;
    }
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_any(sinks_, i, true) && sink_takes(i)) return tokens_[i].line;
    }
    return handed_on();
  }
  /// There was too much to be followed to its end.
  bool cut() const { return steps_ >= kMostSteps; }

 private:
  using Words = std::unordered_map<std::string_view, std::vector<const ScriptRules::Word*>>;

  bool mark(std::size_t at, char c) const {
    return at < tokens_.size() && tokens_[at].kind == Kind::kMark && tokens_[at].text[0] == c;
  }
  bool word(std::size_t at) const { return at < tokens_.size() && tokens_[at].kind == Kind::kWord; }
  std::size_t statement_end(std::size_t at) const {
    while (at < tokens_.size() && tokens_[at].kind != Kind::kEnd) ++at;
    return at;
  }

  bool is_any(const Words& words, std::size_t at, bool is_sink) const {
    if (!word(at)) return false;
    const auto found = words.find(tokens_[at].text);
    if (found == words.end()) return false;
    const bool member = at > 0 && (mark(at - 1, '.') || (mark(at - 1, '>') && at > 1 && mark(at - 2, '-')));
    return std::any_of(found->second.begin(), found->second.end(), [&](const auto* w) {
      if (w->member && !member) return false;
      if (!w->object.empty() && (at < 2 || tokens_[at - 2].text != w->object)) return false;
      if (is_sink && w->assigned) return assigns(at + 1);
      return !is_sink || !w->assigned;
    });
  }
  bool assigns(std::size_t at) const {
    return (mark(at, '=') && !mark(at + 1, '=')) || (mark(at, '+') && mark(at + 1, '='));
  }

  bool has_tainted_text(const std::string& text) const {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '$' && text[i] != '#' && text[i] != '{') continue;
      auto start = i + 1;
      while (start < text.size() && (text[start] == '{' || text[start] == '$')) ++start;
      auto end = start;
      std::string name;
      while (end < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[end++])));
      i = end - 1;  // each byte is looked at once, however many signs stand in a row
      if (!name.empty() && (tainted_.contains(name) || sources_.contains(name))) return true;
    }
    return false;
  }
  /// $ENV{'QUERY_STRING'}
  bool is_source_name(const std::string& text) const {
    constexpr std::size_t kMostName = 40;
    if (text.size() > kMostName) return false;
    std::string name = text;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return sources_.contains(name);
  }
  bool is_tainted(std::size_t at) const {
    const auto& t = tokens_[at];
    if (t.kind == Kind::kString) return inside_texts_ && (has_tainted_text(t.text) || is_source_name(t.text));
    if (t.kind != Kind::kWord) return false;
    const bool member = at > 0 && mark(at - 1, '.');
    return is_any(sources_, at, false) || (!member && tainted_.contains(t.text));
  }
  bool any_tainted(std::size_t begin, std::size_t end) const {
    constexpr std::size_t kStepBytes = 4;  // of a text
    for (auto i = begin; i < end && ++steps_ < kMostSteps; ++i) {
      if (is_tainted(i)) return true;
      if (inside_texts_ && tokens_[i].kind == Kind::kString) steps_ += tokens_[i].text.size() / kStepBytes;
    }
    return false;
  }
  /// {'run': eval}: the function itself is kept, to be called by another name with what a request sends.
  std::optional<std::uint32_t> handed_on() const {
    const bool asks = any_tainted(0, tokens_.size());
    for (std::size_t i = 1; asks && i + 1 < tokens_.size(); ++i) {
      const bool is_eval = word(i) && tokens_[i].text == "eval" && sinks_.contains("eval");
      const bool kept = (mark(i - 1, ':') || mark(i - 1, '=')) &&
                        (mark(i + 1, ',') || mark(i + 1, '}') || tokens_[i + 1].kind == Kind::kEnd);
      if (is_eval && kept) return tokens_[i].line;
    }
    return std::nullopt;
  }
  /// Behind an opening bracket: where it is closed, or the statement's end.
  std::size_t closing(std::size_t open) const {
    int depth = 0;
    constexpr std::size_t kMost = 4000;
    const auto last = std::min(tokens_.size(), open + kMost);
    auto i = open;
    for (; i < last; ++i) {
      if (mark(i, '(') || mark(i, '[')) ++depth;
      if ((mark(i, ')') || mark(i, ']')) && --depth == 0) return i;
    }
    return i;
  }
  std::size_t arguments_end(std::size_t at) const { return mark(at, '(') ? closing(at) : statement_end(at); }
  bool sink_takes(std::size_t at) const { return any_tainted(at + 1, arguments_end(at + 1)); }

  /// "function name(a, b)", "Type name(Type a, Type b) {", "def name(a):".
  void collect_functions() {
    constexpr std::size_t kMostParameters = 64;
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      if (!word(i) || !mark(i + 1, '(') || i == 0 || !word(i - 1)) continue;
      static const std::unordered_set<std::string_view> kNotTypes = {
          "new", "return", "if", "else", "throw", "call", "case", "in", "and", "or", "not", "print", "echo"};
      if (kNotTypes.contains(tokens_[i - 1].text)) continue;
      const auto close = closing(i + 1);
      std::vector<std::string> names;
      for (auto k = i + 2; k <= close && k < tokens_.size() && names.size() < kMostParameters; ++k) {
        const bool ends = k == close || mark(k, ',') || mark(k, '=');
        if (!ends || !word(k - 1)) continue;
        names.push_back(tokens_[mark(k - 2, ':') && word(k - 3) ? k - 3 : k - 1].text);
      }
      if (called_by_requests(i)) {
        for (const auto& name : names) taint(name);
      }
      parameters_[tokens_[i].text] = std::move(names);
    }
  }

  /// What a web service offers, or what a web socket calls with a message.
  bool called_by_requests(std::size_t name) const {
    constexpr std::size_t kBefore = 12;
    if (tokens_[name].text == "onmessage") return true;
    for (auto i = name; i > 0 && name - i < kBefore; --i) {
      if (tokens_[i - 1].text.starts_with("webmethod")) return true;
    }
    return false;
  }
  void taint_variable(std::size_t at) {
    if (!mark(at + 1, '(') && tokens_[at].text != "stdin" && tokens_[at].text != "env")
      taint(tokens_[at].text);
  }
  void taint(const std::string& name) {
    if (!name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]))) tainted_.insert(name);
  }

  void follow(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    // "Go Request("c")": a call in Basic needs no brackets.
    if (const auto called = parameters_.find(tokens_[begin].text);
        called != parameters_.end() && !mark(begin + 1, '(') && any_tainted(begin + 1, end)) {
      for (const auto& name : called->second) taint(name);
    }
    for (auto i = begin; i < end; ++i) {
      if (assigns(i) && i > begin && !mark(i - 1, '!') && !mark(i - 1, '<') && !mark(i - 1, '>') &&
          !mark(i - 1, '=') && any_tainted(i + 1, end)) {
        taint_target(begin, i);
        break;
      }
      if (word(i) && tokens_[i].text == "in" && any_tainted(i + 1, end) && word(i - 1))
        taint(tokens_[i - 1].text);
      if (mark(i, ':') && i > begin && word(i - 1) && any_tainted(i + 1, end)) taint(tokens_[i - 1].text);
      const bool reads =
          mark(i - 1, '<') || (i > begin + 1 && mark(i - 1, '(') && tokens_[i - 2].text == "read");
      if (word(i) && tokens_[i].text == "stdin" && i > begin && reads) {  // read(STDIN, $text, …)
        for (auto k = begin; k < end; ++k) {
          if (word(k)) taint_variable(k);
        }
      }
    }
    for (auto i = begin; i < end; ++i) {
      if (!word(i) || !mark(i + 1, '(')) continue;
      const auto close = std::min(closing(i + 1), end);
      if (!any_tainted(i + 2, close)) continue;
      if (const auto at = parameters_.find(tokens_[i].text); at != parameters_.end()) {
        for (const auto& name : at->second) taint(name);
        taint("_");  // Perl's arguments
      }
      static const std::unordered_set<std::string_view> kFills = {"append", "add",  "put",
                                                                  "insert", "push", "addall"};
      if (i > begin + 1 && mark(i - 1, '.') && word(i - 2) && kFills.contains(tokens_[i].text))
        taint(tokens_[i - 2].text);
    }
  }
  /// The name before "=": of "a[i].b", both a and b.
  void taint_target(std::size_t begin, std::size_t equals) {
    auto i = equals;
    if (i > begin && (mark(i - 1, '+') || mark(i - 1, '.') || mark(i - 1, '&'))) --i;
    while (i > begin) {
      --i;
      if (mark(i, ']') || mark(i, ')')) {
        int depth = 0;
        for (;; --i) {
          if (mark(i, ']') || mark(i, ')')) ++depth;
          if ((mark(i, '[') || mark(i, '(')) && --depth == 0) break;
          if (word(i) && depth > 0) taint_list_.push_back(i);
          if (i == begin) break;
        }
        // "my ($a, $b) = …" names what is filled within its brackets.
        const bool list =
            i > begin && word(i - 1) && (tokens_[i - 1].text == "my" || tokens_[i - 1].text == "local");
        if (list || i == begin)
          for (const auto at : taint_list_) taint(tokens_[at].text);
        taint_list_.clear();
        continue;
      }
      if (!word(i)) return;
      taint(tokens_[i].text);
      if (i == begin || !mark(i - 1, '.')) return;
      --i;
    }
  }

  const Tokens& tokens_;
  bool inside_texts_;
  Words sources_, sinks_;
  std::unordered_set<std::string> tainted_;
  std::unordered_map<std::string, std::vector<std::string>> parameters_;
  std::vector<std::size_t> taint_list_;
  static constexpr std::size_t kMostSteps = 30'000'000;
  mutable std::size_t steps_ = 0;  ///< statements without an end must not cost their square
};

/// Code of the same kind that stands in a text: to be run later, or written to a page of its own.
std::optional<std::uint32_t> in_texts(const Tokens& tokens, ScriptLanguage language,
                                      const ScriptRules::Flow& flow, bool& cut) {
  constexpr std::size_t kShortest = 15, kMostTexts = 200;
  std::size_t looked = 0;
  for (const auto& token : tokens) {
    if (token.kind != Kind::kString || token.text.size() < kShortest) continue;
    if (token.text.find("quest") == std::string::npos && token.text.find("QUEST") == std::string::npos)
      continue;
    if (++looked > kMostTexts) {
      cut = true;
      break;
    }
    const bool page = token.text.find("<%") != std::string::npos;
    const auto inner = lex_script(page ? token.text : "<%" + token.text + "%>", language);
    ScriptFollower follower(inner, language, flow);
    if (follower.reached()) return token.line;
    cut = cut || follower.cut();
  }
  return std::nullopt;
}

/// In lower case, texts that were taken apart ("wscr"&"ipt") put together again.
std::string joined_lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      auto next = i + 1;
      while (next < text.size() && text[next] == ' ') ++next;
      if (next < text.size() && (text[next] == '&' || text[next] == '+')) {
        ++next;
        while (next < text.size() && text[next] == ' ') ++next;
        if (next < text.size() && text[next] == '"') {
          i = next;
          continue;
        }
      }
    }
    out += static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
  }
  return out;
}

bool fits(const ScriptRules::Profile& profile, const std::vector<bool>& seen) {
  const auto able = std::count_if(profile.groups.begin(), profile.groups.end(), [&](const auto& words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return seen[word]; });
  });
  const bool has_need = profile.needs.empty() || std::any_of(profile.needs.begin(), profile.needs.end(),
                                                             [&](auto word) { return seen[word]; });
  return has_need && static_cast<std::size_t>(able) >= profile.least;
}

}  // namespace

ScriptRules::ScriptRules(const RuleBook& book) {
  for (const auto* rule : book.family("webshell")) {
    const auto language = rule->match.find("language");
    if (language == rule->match.end()) continue;
    const auto name = language->get<std::string>();
    if (rule->match.contains("sinks")) {
      flows[name].push_back({rule, words_of(rule->match.at("sources")), words_of(rule->match.at("sinks"))});
    } else {
      auto& known = profiles[name];
      Profile profile{rule, {}, rule->match.at("least").get<std::size_t>(), {}};
      for (const auto& [ability, words] : rule->match.at("groups").items()) {
        auto& group = profile.groups.emplace_back();
        for (const auto& word : words) {
          group.push_back(known.words.size());
          known.words.push_back(word.get<std::string>());
        }
      }
      for (const auto& word : rule->match.value("needs", Json::array())) {
        profile.needs.push_back(known.words.size());
        known.words.push_back(word.get<std::string>());
      }
      known.rules.push_back(std::move(profile));
    }
  }
  for (auto& [name, known] : profiles) known.finder.emplace(known.words);
}

std::vector<ScriptFinding> profiles_of(std::string_view text, std::string_view language,
                                       const ScriptRules& rules) {
  std::vector<ScriptFinding> found;
  const auto at = rules.profiles.find(language);
  if (at == rules.profiles.end()) return found;
  const auto seen = at->second.finder->all_in(text);
  for (const auto& profile : at->second.rules) {
    if (fits(profile, seen)) found.push_back({profile.rule, 1});
  }
  return found;
}

ScriptReport analyse_script(std::string_view text, ScriptLanguage language, const ScriptRules& rules) {
  ScriptReport report;
  auto& found = report.findings;
  const auto name = to_string(language);
  if (const auto at = rules.flows.find(name); at != rules.flows.end() && speaks_to_web(text, language)) {
    const auto tokens = lex_script(text, language);
    report.cut = tokens.size() >= kScriptTokensMax;
    for (const auto& flow : at->second) {
      ScriptFollower follower(tokens, language, flow);
      auto line = follower.reached();
      report.cut = report.cut || follower.cut();
      if (!line) line = in_texts(tokens, language, flow, report.cut);
      if (line) found.push_back({flow.rule, *line});
    }
  }
  // A page of classic ASP that a program of .NET writes.
  if (const auto at = rules.flows.find("asp");
      language == ScriptLanguage::kAspNet && at != rules.flows.end()) {
    const auto tokens = lex_script(text, language);
    for (const auto& flow : at->second) {
      const auto line = in_texts(tokens, ScriptLanguage::kAsp, flow, report.cut);
      if (line) found.push_back({flow.rule, *line});
    }
  }
  const auto plain = joined_lower(text);
  const auto able = profiles_of(plain, name, rules);
  found.insert(found.end(), able.begin(), able.end());
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.rule->severity > b.rule->severity; });
  return report;
}

}  // namespace rescue::detect
