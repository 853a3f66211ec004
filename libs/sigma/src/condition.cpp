#include "condition.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostBytes = 8192;
constexpr int kDeepest = 64;

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(ErrorCode::kInvalid, "unusable-rule", "condition: " + why);
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_sign(char c) {
  return c == '(' || c == ')' || c == '|' || c == '<' || c == '>' || c == '=' || c == ',';
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    if (is_sign(text[i])) {
      if ((text[i] == '<' || text[i] == '>' || text[i] == '=') && end < text.size() && text[end] == '=')
        ++end;
    } else {
      while (end < text.size() && !is_blank(text[end]) && !is_sign(text[end])) ++end;
    }
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads the words from left to right: `or` binds weakest, then `and`, then `not`.
class Parser {
 public:
  Parser(std::vector<std::string_view> words, const std::vector<std::string>& names)
      : words_(std::move(words)), names_(names) {}

  Result<Condition> read() {
    Condition condition;
    RESCUE_ASSIGN(condition.node, any(0));
    if (is("|")) {
      ++at_;
      RESCUE_ASSIGN(condition.aggregation, aggregation());
    }
    if (at_ < words_.size()) return wrong("\"" + std::string(words_[at_]) + "\" is not expected");
    return condition;
  }

 private:
  bool is(std::string_view word) const { return at_ < words_.size() && lower(words_[at_]) == word; }
  std::string_view take() { return at_ < words_.size() ? words_[at_++] : std::string_view(); }

  Result<Node> any(int depth) { return joined(depth, "or", Node::Kind::kAny, &Parser::every); }
  Result<Node> every(int depth) { return joined(depth, "and", Node::Kind::kAll, &Parser::one); }

  Result<Node> joined(int depth, std::string_view word, Node::Kind kind, Result<Node> (Parser::*part)(int)) {
    if (depth > kDeepest) return wrong("too deeply nested");
    RESCUE_ASSIGN(Node first, (this->*part)(depth));
    if (!is(word)) return first;
    Node node{.kind = kind, .number = 0, .parts = {}};
    node.parts.push_back(std::move(first));
    while (is(word)) {
      ++at_;
      RESCUE_ASSIGN(Node next, (this->*part)(depth));
      node.parts.push_back(std::move(next));
    }
    return node;
  }

  Result<Node> one(int depth) {
    if (depth > kDeepest) return wrong("too deeply nested");
    const auto word = take();
    if (word.empty()) return wrong("it ends too early");
    if (lower(word) == "not") {
      RESCUE_ASSIGN(Node inner, one(depth + 1));
      Node node{.kind = Node::Kind::kNot, .number = 0, .parts = {}};
      node.parts.push_back(std::move(inner));
      return node;
    }
    if (word == "(") {
      RESCUE_ASSIGN(Node inner, any(depth + 1));
      if (take() != ")") return wrong("a parenthesis is not closed");
      return inner;
    }
    if (is("of")) return several(word);
    const auto known = std::find(names_.begin(), names_.end(), word);
    if (known == names_.end()) return wrong("there is no selection \"" + std::string(word) + "\"");
    return selection(known - names_.begin());
  }

  static Node selection(std::ptrdiff_t number) {
    return {.kind = Node::Kind::kSelection, .number = static_cast<std::uint32_t>(number), .parts = {}};
  }

  /// "1 of selection_*", "all of them". Names that begin with `_` are not of them.
  Result<Node> several(std::string_view how_many) {
    ++at_;
    const auto pattern = take();
    Node node;
    const bool them = lower(pattern) == "them";
    const auto glob = Glob::parse(pattern);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (them ? !names_[i].starts_with('_') : glob.matches(names_[i]))
        node.parts.push_back(selection(static_cast<std::ptrdiff_t>(i)));
    }
    if (node.parts.empty()) return wrong("no selection is of \"" + std::string(pattern) + "\"");
    if (lower(how_many) == "all") return node;
    if (lower(how_many) == "any" || how_many == "1") {
      node.kind = Node::Kind::kAny;
      return node;
    }
    constexpr std::size_t kMostDigits = 6;
    if (!is_number(how_many) || how_many.size() > kMostDigits)
      return wrong("\"" + std::string(how_many) + " of\" is no number");
    node.kind = Node::Kind::kAtLeast;
    std::from_chars(how_many.data(), how_many.data() + how_many.size(), node.number);
    return node;
  }

  Result<std::optional<Aggregation>> aggregation() {
    const auto function = lower(take());
    if (function != "count") return wrong("\"| " + function + "\" is not supported");
    Aggregation result;
    if (take() != "(") return wrong("count needs parentheses");
    if (!is(")")) result.field = take();
    if (take() != ")") return wrong("count's parenthesis is not closed");
    if (is("by")) {
      do {
        ++at_;
        result.group_by.emplace_back(take());
      } while (is(","));
    }
    constexpr std::pair<std::string_view, std::string_view> kWays[] = {
        {">", "gt"}, {">=", "gte"}, {"<", "lt"}, {"<=", "lte"}, {"=", "eq"}, {"==", "eq"}};
    const auto sign = take();
    const auto way =
        std::find_if(std::begin(kWays), std::end(kWays), [&](const auto& w) { return w.first == sign; });
    if (way == std::end(kWays)) return wrong("count is compared with nothing");
    result.way = way->second;
    const auto number = take();
    if (!is_number(number)) return wrong("count is compared with no number");
    std::from_chars(number.data(), number.data() + number.size(), result.number);
    return std::optional(std::move(result));
  }

  std::vector<std::string_view> words_;
  const std::vector<std::string>& names_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Condition> parse_condition(std::string_view text, const std::vector<std::string>& names) {
  if (text.size() > kMostBytes) return wrong("longer than 8 KiB");
  return Parser(words_of(text), names).read();
}

bool Detection::holds(const Node& node, const Record& record) const {
  const auto good = [&](const Node& part) { return holds(part, record); };
  switch (node.kind) {
    case Node::Kind::kItem:
      return items[node.number].holds(record);
    case Node::Kind::kSelection:
      return holds(selections[node.number], record);
    case Node::Kind::kAll:
      return std::all_of(node.parts.begin(), node.parts.end(), good);
    case Node::Kind::kAny:
      return std::any_of(node.parts.begin(), node.parts.end(), good);
    case Node::Kind::kNot:
      return !good(node.parts.front());
    case Node::Kind::kAtLeast:
      return std::count_if(node.parts.begin(), node.parts.end(), good) >=
             static_cast<std::ptrdiff_t>(node.number);
  }
  return false;
}

}  // namespace rescue::sigma
