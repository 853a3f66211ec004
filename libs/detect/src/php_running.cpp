#include <algorithm>

#include "php_interpreter.hpp"

// Loops, branches and calls whose values are all known are carried out as PHP would do it: so that code which
// is put together letter by letter can be read. Everything else is gone through once, by where values come
// from.
namespace rescue::detect {
namespace {

constexpr std::uint64_t kMostCarriedOut = 1'000'000;  // steps, of a file
constexpr std::size_t kMostCopied = 128 << 20;
constexpr int kMostDepth = 300, kMostRunning = 8;

}  // namespace

bool PhpInterpreter::can_run() const {
  return program_.reporting && program_.carried_out < kMostCarriedOut &&
         program_.copied_bytes < kMostCopied && depth_ < kMostDepth;
}

/// Works on letters, or calls what a variable names: else there is nothing that carrying it out would show.
bool PhpInterpreter::worth_running(std::size_t begin, std::size_t end) const {
  constexpr std::size_t kMostTokens = 1500;
  static const std::set<std::string_view> kWords = {"chr",
                                                    "ord",
                                                    "base64_decode",
                                                    "gzinflate",
                                                    "gzuncompress",
                                                    "str_rot13",
                                                    "strrev",
                                                    "pack",
                                                    "hex2bin",
                                                    "hexdec",
                                                    "octdec",
                                                    "bindec",
                                                    "create_function",
                                                    "eval",
                                                    "assert",
                                                    "urldecode",
                                                    "strtr",
                                                    "substr",
                                                    "base_convert",
                                                    "dechex",
                                                    "call_user_func"};
  if (end > tokens_.size() || end < begin || end - begin > kMostTokens) return false;
  for (auto i = begin; i < end; ++i) {
    const auto& t = tokens_[i];
    if (t.kind == PhpTokenKind::kName && kWords.contains(t.text)) return true;
    const bool variable = t.kind == PhpTokenKind::kVariable && i + 1 < end;
    if (variable && tokens_[i + 1].kind == PhpTokenKind::kOperator &&
        (tokens_[i + 1].text == "(" || tokens_[i + 1].text == ".="))
      return true;
    if (t.kind == PhpTokenKind::kOperator && (t.text == "$" || t.text == "^")) return true;
  }
  return false;
}

/// Behind the statement that begins there.
std::size_t PhpInterpreter::statement_end(std::size_t at, int depth) {
  constexpr int kMostNested = 16;
  if (at >= end_ || depth > kMostNested) return end_;
  const auto is = [&](std::size_t i, std::string_view text) { return i < end_ && tokens_[i].text == text; };
  if (is(at, "{")) return std::min(matching(at) + 1, end_);
  const bool head = tokens_[at].kind == PhpTokenKind::kName && is(at + 1, "(") &&
                    (is(at, "if") || is(at, "elseif") || is(at, "while") || is(at, "for") ||
                     is(at, "foreach") || is(at, "switch"));
  if (head) {
    auto after = statement_end(matching(at + 1) + 1, depth + 1);
    while (is(after, "else") || is(after, "elseif")) {
      const auto next = is(after, "else") ? after + 1 : after;
      after = is(after, "else") ? statement_end(next, depth + 1)
                                : statement_end(matching(next + 1) + 1, depth + 1);
    }
    return after;
  }
  for (auto i = at; i < end_; ++i) {
    if (tokens_[i].kind != PhpTokenKind::kOperator) continue;
    if (is(i, ";")) return i + 1;
    if (is(i, "}")) return i;
    if (is(i, "(") || is(i, "[") || is(i, "{")) i = std::min(matching(i), end_);
  }
  return end_;
}

/// The body of a loop or branch; nothing where it is written with ":" and "end…".
std::optional<PhpInterpreter::Body> PhpInterpreter::body_at(std::size_t at) {
  if (at >= end_ || tokens_[at].text == ":") return std::nullopt;
  const auto after = statement_end(at);
  const bool block = tokens_[at].kind == PhpTokenKind::kOperator && tokens_[at].text == "{";
  return block ? Body{at + 1, after == 0 ? 0 : after - 1, after} : Body{at, after, after};
}

/// The last of the expressions there; nothing known where there are none.
PhpValue PhpInterpreter::evaluate(std::size_t begin, std::size_t end) {
  const auto outer = end_;
  at_ = begin;
  end_ = std::min(end, end_);
  PhpValue value;
  while (at_ < end_) {
    const auto before = at_;
    value = expression();
    if (!eat(",") && at_ == before) ++at_;
  }
  end_ = outer;
  return value;
}

void PhpInterpreter::carry_out(const Body& body) {
  const auto outer = end_;
  const auto steps = program_.steps;
  statements(body.begin, body.end);
  program_.carried_out += program_.steps - steps + 1;
  end_ = outer;
}

/// After a body: whether the loop is left.
bool PhpInterpreter::leaves_loop() {
  if (leave_ == Leave::kReturn) return true;
  return std::exchange(leave_, Leave::kNone) == Leave::kBreak;
}

/// Goes through the loop as long as its condition is known and holds; false where it was not known at first.
bool PhpInterpreter::go_round(const Body& body, const std::function<std::optional<bool>()>& goes_on,
                              const std::function<void()>& next) {
  const auto first = goes_on();
  if (!first) return false;
  const auto unsure = unsure_;
  // Branches that are not taken may matter, too: those are seen when nothing is decided, afterwards.
  const bool branches =
      std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(body.begin),
                  tokens_.begin() + static_cast<std::ptrdiff_t>(std::min(body.end, tokens_.size())),
                  [](const auto& t) { return t.kind == PhpTokenKind::kName && t.text == "if"; });
  ++carrying_out_;
  for (auto goes = first; goes && *goes && can_run(); goes = goes_on()) {
    carry_out(body);
    unsure_ = unsure;
    if (leaves_loop()) break;
    next();
  }
  --carrying_out_;
  if (branches && carrying_out_ == 0 && leave_ == Leave::kNone) {
    auto variables = scope_->variables;
    spend(variables.size() * 64);
    carry_out(body);
    scope_->variables = std::move(variables);
  }
  at_ = body.after;
  return true;
}

bool PhpInterpreter::for_loop() {
  const PhpDepth deeper(depth_);
  if (!is_operator("(", 1) || !can_run()) return false;
  const auto open = at_ + 1, close = matching(open);
  const auto body = close < end_ ? body_at(close + 1) : std::nullopt;
  if (!body || !worth_running(open, body->end)) return false;
  const auto semicolon = [&](std::size_t from) {
    auto i = from;
    while (i < close && !(tokens_[i].kind == PhpTokenKind::kOperator && tokens_[i].text == ";")) ++i;
    return i;
  };
  const auto first = semicolon(open + 1), second = semicolon(first + 1);
  if (second >= close) return false;
  const auto start = at_;
  (void)evaluate(open + 1, first);
  const bool known = go_round(
      *body, [&] { return truth_of(evaluate(first + 1, second)); },
      [&] { (void)evaluate(second + 1, close); });
  if (!known) at_ = start;
  return known;
}

bool PhpInterpreter::while_loop() {
  const PhpDepth deeper(depth_);
  if (!is_operator("(", 1) || !can_run()) return false;
  const auto open = at_ + 1, close = matching(open);
  const auto body = close < end_ ? body_at(close + 1) : std::nullopt;
  // "while (true)" waits for something from outside.
  if (!body || close == open + 2 || !worth_running(open, body->end)) return false;
  const auto start = at_;
  const bool known = go_round(
      *body, [&] { return truth_of(evaluate(open + 1, close)); }, [] {});
  if (!known) at_ = start;
  return known;
}

/// At "foreach" over a list that is known.
bool PhpInterpreter::foreach_loop() {
  const PhpDepth deeper(depth_);
  if (!is_operator("(", 1) || !can_run()) return false;
  const auto open = at_ + 1, close = matching(open);
  const auto body = close < end_ ? body_at(close + 1) : std::nullopt;
  if (!body || !worth_running(open, body->end)) return false;
  auto as = open + 1;
  while (as < close && !(tokens_[as].kind == PhpTokenKind::kName && tokens_[as].text == "as")) ++as;
  const auto start = at_;
  const auto list = as < close ? evaluate(open + 1, as) : PhpValue{};
  at_ = start;
  if (!list.elements || list.elements->empty() || list.taint != 0) return false;
  const auto elements = in_order(*list.elements);
  auto arrow = as + 1;
  while (arrow < close && tokens_[arrow].text != "=>") ++arrow;
  const auto set = [&](std::size_t begin, std::size_t end, const PhpValue& value) {
    const auto outer = std::exchange(end_, std::min(end, end_));
    at_ = begin;
    eat("&");
    const auto target = primary();
    end_ = outer;
    assign(target.place, value);
  };
  std::size_t at = 0;
  return go_round(
      *body,
      [&]() -> std::optional<bool> {
        if (at >= elements.size()) return false;
        if (arrow < close) set(as + 1, arrow, PhpValue::constant(elements[at].first));
        set(arrow < close ? arrow + 1 : as + 1, close, elements[at].second);
        return true;
      },
      [&] { ++at; });
}

/// At "if" or "elseif" of what is carried out: only the branch that is taken, where that is known.
void PhpInterpreter::branch() {
  const PhpDepth deeper(depth_);
  const auto open = at_ + 1, close = is_operator("(", 1) ? matching(open) : end_;
  const auto condition = close < end_ ? truth_of(evaluate(open + 1, close)) : std::nullopt;
  const auto body = close < end_ ? body_at(close + 1) : std::nullopt;
  if (!condition || !body || depth_ >= kMostDepth) {
    unsure_ = true;  // all branches are gone through
    at_ = std::min(close + 1, end_);
    return;
  }
  if (*condition) {
    carry_out(*body);
    at_ = body->after;
    return skip_branches();
  }
  at_ = body->after;
  if (is_name("else")) {
    ++at_;
    if (is_name("if")) return branch();
    if (const auto other = body_at(at_)) {
      carry_out(*other);
      at_ = other->after;
    }
  } else if (is_name("elseif")) {
    branch();
  }
}

/// The branches that are not taken.
void PhpInterpreter::skip_branches() {
  while (at_ < end_ && (is_name("else") || is_name("elseif"))) {
    if (is_name("else")) ++at_;
    if ((is_name("if") || is_name("elseif")) && is_operator("(", 1))
      at_ = std::min(matching(at_ + 1) + 1, end_);
    const auto body = body_at(at_);
    if (!body) return;
    at_ = body->after;
  }
}

void PhpInterpreter::returns(PhpValue value) {
  if (scope_->function != nullptr) scope_->function->returns |= value.all_taint();
  if (carrying_out_ == 0) return;
  if (!unsure_) leave_ = Leave::kReturn;
  if (!returned_ || (value.text && !value.text->empty())) returned_ = std::move(value);
}

/// Called by the one who has the function's tokens, `depth` levels deep. What is known of the result, nothing
/// where the function is not worth it.
std::optional<PhpValue> PhpInterpreter::run_function(PhpFunction& function,
                                                     const std::vector<PhpValue>& arguments, int depth) {
  const bool known =
      arguments.empty() || std::any_of(arguments.begin(), arguments.end(), [](const auto& value) {
        return value.elements || (value.text && !value.text->empty());
      });
  if (!known || !function.decodes || function.end <= function.begin || program_.running >= kMostRunning)
    return std::nullopt;
  const auto outer = std::tuple(scope_, at_, end_, block_, depth_, carrying_out_, unsure_, leave_);
  auto outer_returned = std::exchange(returned_, std::nullopt);
  depth_ = depth + 1;
  std::optional<PhpValue> result;
  if (can_run()) {
    PhpFunction scratch;  // what these values do says nothing of others
    PhpScope scope;
    scope.function = &scratch;
    ++program_.running;
    end_ = tokens_.size();
    for (std::size_t i = 0; i < function.parameters.size(); ++i) {
      auto value = i < arguments.size() ? arguments[i] : PhpValue{};
      if (i >= arguments.size() && function.defaults[i] != 0) {
        at_ = function.defaults[i];
        value = expression();
      }
      value.taint &= ~kAllParameters;
      value.inside &= ~kAllParameters;
      spend(value.text ? value.text->size() : 0);
      scope.variables[function.parameters[i]] = {std::move(value), block_};
    }
    scope_ = &scope;
    carrying_out_ = 1;
    unsure_ = false;
    leave_ = Leave::kNone;
    const auto begin = function.begin, end = function.end;
    carry_out({begin, end, end});
    --program_.running;
    result = std::move(returned_);
    if (result) result->taint &= ~kAllParameters;
  }
  std::tie(scope_, at_, end_, block_, depth_, carrying_out_, unsure_, leave_) = outer;
  returned_ = std::move(outer_returned);
  return result;
}

}  // namespace rescue::detect
