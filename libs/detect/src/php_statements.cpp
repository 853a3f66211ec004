#include <algorithm>

#include "php_interpreter.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostHeader = 200;  // tokens between a class's or function's name and its body

}  // namespace

const PhpToken& PhpInterpreter::token(std::size_t ahead) const {
  static const PhpToken kEnd{PhpTokenKind::kOperator, 0, "", {}};
  return at_ + ahead < end_ ? tokens_[at_ + ahead] : kEnd;
}
bool PhpInterpreter::is_operator(std::string_view text, std::size_t ahead) const {
  const auto& t = token(ahead);
  return t.kind == PhpTokenKind::kOperator && t.text == text;
}
bool PhpInterpreter::is_name(std::string_view text, std::size_t ahead) const {
  const auto& t = token(ahead);
  return t.kind == PhpTokenKind::kName && t.text == text;
}
bool PhpInterpreter::eat(std::string_view op) {
  if (!is_operator(op)) return false;
  ++at_;
  return true;
}

bool PhpInterpreter::exhausted() {
  constexpr std::uint64_t kMostSteps = 3'000'000;
  constexpr std::size_t kMostCopied = 256 << 20;
  if (++program_.steps <= kMostSteps && program_.copied_bytes <= kMostCopied) return false;
  program_.cut = true;
  at_ = end_;
  return true;
}

/// For every opening bracket the index of the one that closes it, or the end: made once, so that code of
/// nothing but open brackets costs no more than any other.
void PhpInterpreter::match_brackets() {
  matches_.assign(tokens_.size(), tokens_.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != PhpTokenKind::kOperator || tokens_[i].text.size() != 1) continue;
    const char c = tokens_[i].text[0];
    if (c == '(' || c == '[' || c == '{') open.push_back(i);
    if (c != ')' && c != ']' && c != '}') continue;
    // One bracket too many, or too few, must not shift all that follow.
    const char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    while (c == '}' && !open.empty() && tokens_[open.back()].text[0] != wanted) open.pop_back();
    if (open.empty() || tokens_[open.back()].text[0] != wanted) continue;
    matches_[open.back()] = i;
    open.pop_back();
  }
}

std::size_t PhpInterpreter::matching(std::size_t open) {
  if (matches_.empty() && !tokens_.empty()) match_brackets();
  return open < matches_.size() ? matches_[open] : tokens_.size();
}

void PhpInterpreter::parameters(std::size_t open, std::size_t close, PhpFunction& function) const {
  function.parameters.clear();
  function.defaults.clear();
  int depth = 0;
  bool in_default = false;
  for (auto i = open + 1; i < close && i < tokens_.size(); ++i) {
    const auto& t = tokens_[i];
    if (t.kind == PhpTokenKind::kVariable && depth == 0 && !in_default) {
      function.parameters.push_back(t.text);
      function.defaults.push_back(0);
    }
    if (t.kind != PhpTokenKind::kOperator) continue;
    if (t.text == "(" || t.text == "[") ++depth;
    if (t.text == ")" || t.text == "]") --depth;
    if (t.text == "=" && depth == 0 && !in_default && !function.defaults.empty())
      function.defaults.back() = i + 1;
    if (t.text == "=") in_default = true;
    if (t.text == "," && depth == 0) in_default = false;
  }
}

void PhpInterpreter::collect_functions() {
  std::string type;  // the class whose body we are in
  std::size_t type_end = 0;
  for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
    if (tokens_[i].kind != PhpTokenKind::kName) continue;
    if (tokens_[i].text == "class" && tokens_[i + 1].kind == PhpTokenKind::kName) {
      auto body = i + 2;
      while (body < std::min(tokens_.size(), i + kMostHeader) && tokens_[body].text != "{") ++body;
      type = tokens_[i + 1].text;
      type_end = matching(body);
    }
    if (tokens_[i].text == "function") collect_function(i + 1, i < type_end ? type : "");
  }
}

/// `at`: the token after "function". Constructors are told apart by their class, other methods by name only.
void PhpInterpreter::collect_function(std::size_t at, const std::string& type) {
  if (tokens_[at].kind == PhpTokenKind::kOperator && tokens_[at].text == "&") ++at;
  if (at + 1 >= tokens_.size() || tokens_[at].kind != PhpTokenKind::kName) return;
  const auto open = at + 1;
  if (tokens_[open].text != "(") return;
  const auto close = matching(open);
  auto body = close + 1;
  const auto last = std::min(tokens_.size(), body + kMostHeader);
  while (body < last && tokens_[body].text != "{" && tokens_[body].text != ";") ++body;
  if (body >= tokens_.size() || tokens_[body].text != "{") return;
  const auto& name = tokens_[at].text;
  const auto known = name == "__construct" ? type + "::" + name : name;
  auto& function = program_.functions[known];
  collected_.push_back(known);
  parameters(open, close, function);
  function.begin = body + 1;
  function.end = matching(body);
  function.owner = this;
  function.decodes = worth_running(function.begin, function.end);
}

void PhpInterpreter::follow_function(PhpFunction& function) {
  PhpScope scope;
  scope.function = &function;
  for (unsigned i = 0; i < function.parameters.size(); ++i) {
    scope.variables[function.parameters[i]] = {PhpValue::from(parameter_taint(i) | kLeads), block_};
  }
  const auto outer = std::tuple(scope_, at_, end_, block_);
  scope_ = &scope;
  statements(function.begin, function.end);
  std::tie(scope_, at_, end_, block_) = outer;
}

void PhpInterpreter::run(PhpScope& scope) {
  scope_ = &scope;
  collect_functions();
  // Only those of this layer: the tokens of the others are not ours.
  std::vector<std::string> own = std::move(collected_);
  std::sort(own.begin(), own.end());
  own.erase(std::unique(own.begin(), own.end()), own.end());
  // Functions call each other and share properties: two silent rounds bring up what each passes on.
  // In a decoded layer that is itself gone through silently one round is enough, else each layer costs three
  // times the one around it.
  const bool reporting = program_.reporting;
  program_.reporting = false;
  const int kRounds = reporting ? 2 : 0;
  const bool nested = layer_ > 0;
  const auto before = nested && reporting ? scope.variables : decltype(scope.variables){};
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& name : own) follow_function(program_.functions[name]);
    if (round == 0) statements(0, tokens_.size());
  }
  if (reporting) make_stale(nested ? &before : nullptr);
  program_.reporting = reporting;
  for (const auto& name : own) follow_function(program_.functions[name]);
  statements(0, tokens_.size());
  // Their tokens end with this layer; what they do stays known.
  for (const auto& name : own) program_.functions[name].begin = program_.functions[name].end = 0;
}

/// The same statements are gone through once more: what variables hold by then they do not hold at the
/// beginning, but where that comes from is known. What another layer of code gave them (`before`) stays.
void PhpInterpreter::make_stale(const std::unordered_map<std::string, PhpVariable>* before) {
  for (auto& [name, variable] : scope_->variables) {
    const auto known = before == nullptr                     ? nullptr
                       : before->find(name) == before->end() ? nullptr
                                                             : &before->at(name);
    if (known != nullptr) {
      variable = *known;
      continue;
    }
    variable.value.text.reset();
    variable.stale = true;
  }
}

void PhpInterpreter::statements(std::size_t begin, std::size_t end) {
  at_ = begin;
  end_ = std::min(end, tokens_.size());
  const auto outer = block_;
  while (at_ < end_ && leave_ == Leave::kNone && !exhausted()) {
    const auto before = at_;
    statement();
    if (at_ == before) ++at_;
  }
  block_ = outer;
}

void PhpInterpreter::skip_function() {
  while (at_ < end_ && !is_operator("{") && !is_operator(";")) ++at_;
  if (is_operator("{")) at_ = std::min(matching(at_) + 1, end_);
}

void PhpInterpreter::foreach_head() {
  if (foreach_loop()) return;
  ++at_;
  if (!eat("(")) return;
  const auto list = expression();
  if (!is_name("as")) return;
  ++at_;
  const auto each = PhpValue::from(list.all_taint());
  while (at_ < end_ && !is_operator(")")) {
    if (token().kind == PhpTokenKind::kOperator && !is_operator("$")) {
      ++at_;
      continue;
    }
    const auto before = at_;
    const auto target = primary();
    assign(target.place, each);
    if (at_ == before) ++at_;
  }
  eat(")");
}

void PhpInterpreter::statement() {
  const auto& t = token();
  if (t.kind == PhpTokenKind::kHtml) {
    ++at_;
    return;
  }
  if (t.kind == PhpTokenKind::kOperator) {
    if (t.text == "{") {
      program_.parents.push_back(block_);
      block_ = static_cast<std::uint32_t>(program_.parents.size() - 1);
      ++at_;
      return;
    }
    if (t.text == "}") {
      block_ = program_.parents[block_];
      ++at_;
      return;
    }
    if (t.text == ";" || t.text == ")" || t.text == "," || t.text == ":" || t.text == "]" || t.text == "=>") {
      ++at_;
      return;
    }
  }
  if (t.kind == PhpTokenKind::kName) {
    const bool named_function =
        t.text == "function" && (token(1).kind == PhpTokenKind::kName ||
                                 (is_operator("&", 1) && token(2).kind == PhpTokenKind::kName));
    if (named_function) return skip_function();
    if (t.text == "foreach") return foreach_head();
    if (t.text == "return") {
      ++at_;
      return returns(expression());
    }
    if (t.text == "global") {
      for (++at_; at_ < end_ && !is_operator(";"); ++at_) {
        if (token().kind == PhpTokenKind::kVariable && scope_ != &program_.globals)
          scope_->imported.insert(token().text);
      }
      return;
    }
    if (t.text == "for" && for_loop()) return;
    if (t.text == "while" && while_loop()) return;
    if (carrying_out_ > 0) {
      if (t.text == "if" || t.text == "elseif") return branch();
      if (t.text == "switch") unsure_ = true;
      if ((t.text == "break" || t.text == "continue") && !unsure_) {
        leave_ = t.text == "break" ? Leave::kBreak : Leave::kContinue;
        return;
      }
    }
    static const std::set<std::string_view> kSkipped = {
        "if",         "else",      "elseif",   "while",    "for",    "switch",    "case",       "default",
        "do",         "try",       "catch",    "finally",  "public", "private",   "protected",  "var",
        "abstract",   "final",     "readonly", "const",    "endif",  "endwhile",  "endforeach", "endfor",
        "endswitch",  "declare",   "break",    "continue", "class",  "interface", "trait",      "extends",
        "implements", "namespace", "use",      "enum"};
    if (kSkipped.contains(t.text)) {
      const bool header = t.text == "namespace" || t.text == "use" || t.text == "class" ||
                          t.text == "interface" || t.text == "trait";
      ++at_;
      while (header && at_ < end_ && !is_operator("{") && !is_operator(";")) ++at_;
      return;
    }
  }
  (void)expression();
}

}  // namespace rescue::detect
