#include "rescue/detect/rule.hpp"

#include <algorithm>
#include <stdexcept>

#include "own_rule.hpp"

extern const std::span<const rescue::EmbeddedFile> rescue_detect_rules;

namespace rescue::detect {
namespace {

const std::vector<std::string> kSeverities = {"info", "low", "medium", "high", "critical"};
const std::vector<std::string> kConfidences = {"low", "medium", "high"};

std::string replace_placeholders(const std::string& text, const std::map<std::string, std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto close = text[i] == '{' ? text.find('}', i) : text.npos;
    const auto value = close == text.npos ? values.end() : values.find(text.substr(i + 1, close - i - 1));
    if (value == values.end()) {
      out += text[i++];
    } else {
      out += value->second;
      i = close + 1;
    }
  }
  return out;
}

template <class Level>
Level level_of(const std::string& name, const std::vector<std::string>& names) {
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? Level{} : static_cast<Level>(at - names.begin());
}

bool is_rule_id(std::string_view id) {
  const auto dot = id.find('.');
  const bool good = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
  return good && dot != id.npos && dot > 0 && dot + 1 < id.size() && id.find('.', dot + 1) == id.npos;
}

Json examples(JsonReader& in, std::string_view key) {
  const Json* list = in.raw(key);
  if (list == nullptr || !list->is_array() || list->empty()) {
    in.fault(key, "rule-without-example", "a rule has examples that must and examples that must not fire");
    return Json::array();
  }
  return *list;
}

}  // namespace

Finding Rule::finding(const std::map<std::string, std::string>& values) const {
  Finding finding;
  finding.rule = id;
  finding.title = replace_placeholders(title, values);
  finding.why = replace_placeholders(why, values);
  finding.benign = replace_placeholders(benign, values);
  finding.severity = severity;
  finding.confidence = confidence;
  finding.attack_ids = attack_ids;
  const auto value = [&](const char* name) {
    const auto at = values.find(name);
    return at == values.end() ? std::string() : at->second;
  };
  finding.path = value("path");
  finding.account = value("account");
  finding.address = value("address");
  return finding;
}

Result<Rule> parse_rule(std::string_view text) {
  RESCUE_ASSIGN(const auto json, parse_json(text));
  JsonReader in(json);
  constexpr JsonReader::TextRules kSentence{.min_bytes = 10, .max_bytes = 2000};
  Rule rule;
  rule.id = in.text("id");
  if (!is_rule_id(rule.id)) in.fault("id", "bad-rule-id", "an id is <family>.<name> in lower case");
  rule.title = in.text("title", kSentence);
  rule.why = in.text("why", kSentence);
  rule.benign = in.text("benign", kSentence);
  rule.source = in.text("source", kSentence);
  rule.severity = level_of<Severity>(in.one_of("severity", kSeverities), kSeverities);
  rule.confidence = level_of<Confidence>(in.one_of("confidence", kConfidences), kConfidences);
  rule.attack_ids = in.texts("attack_ids", 10, {.min_bytes = 5, .max_bytes = 9});
  const Json* match = in.raw("match");
  if (match == nullptr || !match->is_object()) {
    in.fault("match", "rule-without-match", "a rule says what it matches");
  } else {
    rule.match = *match;
  }
  auto given = in.object("examples");
  rule.must_fire = examples(given, "must_fire");
  rule.must_not_fire = examples(given, "must_not_fire");
  RESCUE_TRY(given.done());
  RESCUE_TRY(in.done());
  return rule;
}

Result<RuleBook> RuleBook::load(std::span<const EmbeddedFile> files) {
  RuleBook book;
  for (const auto& file : files) {
    auto rule = parse_rule(file.bytes);
    if (!rule) {
      return fail(ErrorCode::kInvalid, rule.error().problem,
                  std::string(file.name) + rule.error().pointer + ": " + rule.error().detail);
    }
    book.rules_.push_back(*std::move(rule));
  }
  std::sort(book.rules_.begin(), book.rules_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twice = std::adjacent_find(book.rules_.begin(), book.rules_.end(),
                                        [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != book.rules_.end())
    return fail(ErrorCode::kInvalid, "duplicate-item", twice->id + ": two rules of that id");
  return book;
}

RuleBook RuleBook::shipped() {
  auto book = load(rescue_detect_rules);
  if (!book) throw std::logic_error(book.error().detail);
  return *std::move(book);
}

Result<RuleBook> RuleBook::shipped_with(std::span<const EmbeddedFile> own) {
  const auto known = shipped();
  for (const auto& file : own) {
    RESCUE_ASSIGN(const auto alone, load({&file, 1}));
    const auto& rule = alone.rules_.front();
    const auto refuse = [&](const std::string& why) {
      return fail(ErrorCode::kInvalid, "rule-without-match",
                  std::string(file.name) + ": " + rule.id + ": " + why);
    };
    if (known.find(rule.id) != nullptr) return refuse("the id is a shipped rule's");
    if (const auto good = check_own_rule(alone, rule); !good) return refuse(good.error().detail);
  }
  std::vector<EmbeddedFile> all(rescue_detect_rules.begin(), rescue_detect_rules.end());
  all.insert(all.end(), own.begin(), own.end());
  return load(all);
}

const Rule* RuleBook::find(std::string_view id) const {
  const auto at =
      std::lower_bound(rules_.begin(), rules_.end(), id,
                       [](const Rule& rule, std::string_view wanted) { return rule.id < wanted; });
  return at == rules_.end() || at->id != id ? nullptr : &*at;
}

const Rule& RuleBook::rule(std::string_view id) const {
  const auto* found = find(id);
  if (found == nullptr) throw std::out_of_range("no rule " + std::string(id));
  return *found;
}

std::vector<const Rule*> RuleBook::family(std::string_view name) const {
  std::vector<const Rule*> found;
  for (const auto& rule : rules_) {
    if (rule.family() == name) found.push_back(&rule);
  }
  return found;
}

}  // namespace rescue::detect
