#include "php_operators.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace rescue::detect {
namespace {

/// Of two texts letter by letter, of numbers as numbers.
PhpValue bitwise(char op, const PhpValue& left, const PhpValue& right) {
  PhpValue out = PhpValue::from(left.all_taint() | right.all_taint());
  if (((left.text && left.text->empty() ? right : left).all_taint() & kLeads) == 0) out.taint &= ~kLeads;
  if (!left.text || !right.text) return out;
  const auto apply = [op](auto a, auto b) { return op == '^' ? a ^ b : op == '|' ? a | b : a & b; };
  if (left.number || right.number) {
    const auto a = as_number(left).value_or(0), b = as_number(right).value_or(0);
    auto number = PhpValue::of_number(apply(a, b));
    number.taint = out.taint & kFromDecoded;
    return number;
  }
  const auto& longer = left.text->size() < right.text->size() ? *right.text : *left.text;
  const auto shorter = std::min(left.text->size(), right.text->size());
  std::string text = op == '|' ? longer : std::string(shorter, '\0');
  for (std::size_t i = 0; i < shorter; ++i) {
    const auto a = static_cast<unsigned char>((*left.text)[i]),
               b = static_cast<unsigned char>((*right.text)[i]);
    text[i] = static_cast<char>(apply(static_cast<int>(a), static_cast<int>(b)));
  }
  out.text = std::move(text);
  out.taint |= kFromDecoded;
  return out;
}

bool is_numeric(const PhpValue& value) {
  return value.number ||
         (!value.text->empty() && value.text->find_first_not_of("0123456789") == std::string::npos);
}

/// Tests of values that are known.
std::optional<bool> compared(const std::string& op, const PhpValue& left, const PhpValue& right) {
  if (op == "&&" || op == "and" || op == "||" || op == "or") {
    const auto a = truth_of(left), b = truth_of(right);
    if (!a || !b) return std::nullopt;
    return op == "&&" || op == "and" ? *a && *b : *a || *b;
  }
  static const std::set<std::string_view> kTests = {"==", "===", "!=", "!==", "<>", "<", ">", "<=", ">="};
  if (!left.text || !right.text || !kTests.contains(op)) return std::nullopt;
  const bool strict = op.size() == 3;
  const bool numbers = !strict && ((is_numeric(left) && is_numeric(right)) || left.number || right.number);
  const auto order = numbers ? *as_number(left) <=> *as_number(right) : *left.text <=> *right.text;
  if (op == "==" || op == "===") return order == 0;
  if (op == "!=" || op == "!==" || op == "<>") return order != 0;
  return op == "<" ? order < 0 : op == ">" ? order > 0 : op == "<=" ? order <= 0 : order >= 0;
}

std::int64_t calculated(const std::string& op, const PhpValue& left, const PhpValue& right) {
  const auto a = as_number(left).value_or(0), b = as_number(right).value_or(0);
  // Wraps around where PHP would go over to floating point: nothing is decoded with such numbers.
  const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
  constexpr std::int64_t kBits = 64;
  if (op == "+") return static_cast<std::int64_t>(x + y);
  if (op == "-") return static_cast<std::int64_t>(x - y);
  if (op == "*") return static_cast<std::int64_t>(x * y);
  if (op == "%" || op == "/") return b == 0 || b == -1 ? 0 : op == "%" ? a % b : a / b;
  if (op == "<<" || op == ">>") {
    if (b < 0 || b >= kBits) return 0;
    return op == "<<" ? static_cast<std::int64_t>(x << y) : a >> b;
  }
  if (op != "**") return 0;
  std::uint64_t power = 1;
  for (std::int64_t i = 0; i < std::min(b, kBits); ++i) power *= x;
  return static_cast<std::int64_t>(power);
}

/// After putting `right` behind `left`: whether what ends the text is the program's own.
PhpTaint ends_as(PhpTaint taint, const PhpValue& left, const PhpValue& right) {
  const bool foreign = (right.all_taint() & (kOrigins | kAllParameters)) != 0;
  const auto& last = right.text && right.text->empty() ? left : right;
  const bool own = &last == &right && !foreign && !right.names_script();
  return (taint & ~kEndsApart) | (own ? kEndsApart : last.taint & kEndsApart);
}

/// An array within a text is "Array", which letters are taken from.
PhpValue with_text(const PhpValue& left, const PhpValue& right, PhpTaint taint) {
  const auto text_of = [](const PhpValue& value) {
    return value.elements ? std::optional<std::string>("Array") : value.text;
  };
  const auto a = text_of(left), b = text_of(right);
  auto out = PhpValue::from(taint);
  if (a && b) out.text = *a + *b;
  out.taint |= kJoined;
  return out;
}

/// "." puts `right` behind `left`.
PhpValue put_together(const PhpValue& left, const PhpValue& right) {
  constexpr std::size_t kMostBytes = 4 << 20;
  const bool nothing_before = left.text && left.text->empty();
  PhpValue out = PhpValue::from((left.all_taint() | right.all_taint()) & ~kNamesScript);
  if (((nothing_before ? right : left).all_taint() & kLeads) == 0) out.taint &= ~kLeads;
  if (right.names_script() || (right.text && right.text->empty() && left.names_script()))
    out.taint |= kNamesScript;
  out.taint = ends_as(out.taint, left, right) & ~kAddress;
  if (left.is_address() || (nothing_before && right.is_address())) out.taint |= kAddress;
  if (left.elements || right.elements) return with_text(left, right, out.taint);
  if (!left.text || !right.text) return out;
  if (left.text->size() + right.text->size() <= kMostBytes) out.text = *left.text + *right.text;
  out.taint |= kJoined;
  return out;
}

}  // namespace

PhpValue php_operation(const std::string& op, const PhpValue& left, const PhpValue& right) {
  if (op == ".") return put_together(left, right);
  if (op == "^" || op == "|" || op == "&") return bitwise(op[0], left, right);
  if (op == "??") {
    const bool set = left.text || left.elements || left.taint != 0;
    auto out = set ? left : right;
    if (set) out.taint |= right.all_taint();
    return out;
  }
  if (const auto test = compared(op, left, right)) return PhpValue::of_test(*test);
  if (left.text && right.text) return PhpValue::of_number(calculated(op, left, right));
  return op == "+" ? PhpValue::merged(left, right) : PhpValue{};  // the rest gives numbers and tests
}

bool asks_for_password(const std::string& op, const PhpValue& left, const PhpValue& right) {
  if (op != "==" && op != "===" && op != "!=" && op != "!==") return false;
  const auto is_hash = [](const PhpValue& value) {
    constexpr std::size_t kMd5 = 32, kSha1 = 40, kSha256 = 64;
    if (!value.text) return false;
    const auto size = value.text->size();
    const bool fits = size == kMd5 || size == kSha1 || size == kSha256;
    return fits && value.text->find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  };
  const auto is_asked = [](const PhpValue& value) {
    return !value.text && (value.taint & (kHashOfRequest | kFromRequest)) != 0;
  };
  return (is_hash(left) && is_asked(right)) || (is_hash(right) && is_asked(left));
}

PhpValue php_number(const std::string& text) {
  auto out = PhpValue::constant(text);
  out.number = true;
  const bool fraction = text.find('.') != text.npos;
  return fraction ? out : PhpValue::of_number(as_number(out).value_or(0));
}

bool is_code_for_others(std::string_view text) {
  if (!text.starts_with("<?php")) return false;
  constexpr std::string_view kCalls[] = {
      "eval(", "system(", "passthru(", "shell_exec(", "file_put_contents(", "fwrite(", "exec("};
  return std::any_of(std::begin(kCalls), std::end(kCalls),
                     [&](auto call) { return text.find(call) != text.npos; });
}

/// Part of a page that asks something or sends the visitor elsewhere.
bool is_hidden_page(const PhpValue& value) {
  constexpr std::size_t kLongest = 4096;
  if (!value.text) return false;
  auto head = value.text->substr(0, kLongest);
  std::transform(head.begin(), head.end(), head.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto has = [&](std::string_view word) { return head.find(word) != head.npos; };
  return has("<script") || has("<form") || has("<iframe");
}

/// After "++" or "--".
PhpValue php_stepped(const PhpValue& value, bool up) {
  if (!value.text) return value;
  const bool letters = !value.number && !value.text->empty() &&
                       std::isdigit(static_cast<unsigned char>(value.text->back())) == 0;
  if (!letters) return PhpValue::of_number(calculated(up ? "+" : "-", value, PhpValue::of_number(1)));
  auto next = value;
  if (up) next.text = increment_text(*value.text);
  return next;
}

}  // namespace rescue::detect
