#include "php_lexer.hpp"

#include <algorithm>
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_name(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return starts_name(c) || is_digit(c);
}
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | (c >> 6U));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | ((c >> 12U) & 0x0fU));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  }
}

/// Names variables: "$x", "{$x}", "${x}".
bool interpolates(std::string_view raw) {
  for (std::size_t i = 0; i + 1 < raw.size(); ++i) {
    if (raw[i] == '\\') {
      ++i;
    } else if (raw[i] == '$' && (starts_name(raw[i + 1]) || raw[i + 1] == '{')) {
      return true;
    }
  }
  return false;
}

class Lexer {
 public:
  Lexer(std::string_view text, bool only_code) : text_(text), in_code_(only_code) {}

  std::vector<PhpToken> lex() {
    while (at_ < text_.size() && tokens_.size() < kMostPhpTokens) in_code_ ? code() : html();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool sees(std::string_view wanted) const { return text_.substr(at_, wanted.size()) == wanted; }
  bool sees_any_case(std::string_view wanted) const {
    return lower_ascii(text_.substr(at_, wanted.size())) == wanted;
  }

  void add(PhpTokenKind kind, std::string text) { tokens_.push_back({kind, line_, std::move(text), {}}); }

  /// Moves on by `count` bytes, counting lines.
  void skip(std::size_t count) {
    const auto end = std::min(at_ + count, text_.size());
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  void html() {
    const auto question = std::min(text_.find("<?", at_), text_.size());
    const auto script = script_tag(question);
    const auto open = std::min(question, script);
    if (open > at_) add(PhpTokenKind::kHtml, "");
    skip(open - at_);
    if (at_ == text_.size()) return;
    if (at_ == script) {
      skip(std::min(text_.find('>', at_), text_.size()) + 1 - at_);
      in_script_ = true;
      in_code_ = true;
      return;
    }
    if (sees_any_case("<?xml")) {
      skip(2);
      return;
    }
    const bool echo = sees("<?=");
    skip(sees_any_case("<?php") ? 5 : echo ? 3 : 2);
    if (echo) add(PhpTokenKind::kName, "echo");
    in_code_ = true;
  }

  /// `<script language="php">` before `limit`, as PHP before 7 knows it.
  std::size_t script_tag(std::size_t limit) {
    constexpr std::size_t kLongestTag = 40;
    constexpr int kMostTags = 200;
    for (auto at = text_.find("<script", at_); at < limit && tags_ < kMostTags;
         at = text_.find("<script", at + 1)) {
      ++tags_;
      const auto tag = lower_ascii(text_.substr(at, kLongestTag));
      const auto head = tag.substr(0, tag.find('>'));
      if (head.find("language") != head.npos && head.find("php") != head.npos) return at;
    }
    return text_.size();
  }

  void code() {
    if (in_script_ && sees_any_case("</script")) {
      add(PhpTokenKind::kOperator, ";");
      in_script_ = in_code_ = false;
      return skip(std::min(text_.find('>', at_), text_.size()) + 1 - at_);
    }
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return skip(1);
    if (sees("?>")) {
      add(PhpTokenKind::kOperator, ";");
      skip(2);
      in_code_ = false;
      return;
    }
    if ((c == '#' && peek(1) != '[') || sees("//")) return line_comment();
    if (sees("/*")) return skip(std::min(text_.find("*/", at_ + 2), text_.size()) + 2 - at_);
    if (c == '\'') return single_quoted();
    if (c == '"' || c == '`') return double_quoted(c);
    if (sees("<<<") && heredoc()) return;
    if (c == '$' && starts_name(peek(1))) return variable();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (starts_name(c) || (c == '\\' && starts_name(peek(1)))) return name();
    operator_token();
  }

  void line_comment() {
    const auto newline = std::min(text_.find('\n', at_), text_.size());
    const auto close = std::min(text_.find("?>", at_), text_.size());
    skip(std::min(newline, close) - at_);
  }

  void single_quoted() {
    std::string value;
    auto end = at_ + 1;
    for (; end < text_.size() && text_[end] != '\''; ++end) {
      if (text_[end] == '\\' && end + 1 < text_.size() && (text_[end + 1] == '\'' || text_[end + 1] == '\\'))
        ++end;
      value += text_[end];
    }
    add(PhpTokenKind::kString, std::move(value));
    skip(end + 1 - at_);
  }

  void double_quoted(char quote) {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    end = std::min(end, text_.size());
    const auto raw = text_.substr(at_ + 1, end - at_ - 1);
    if (quote == '`') {
      add(PhpTokenKind::kCommand, std::string(raw));
    } else {
      add_text(raw);
    }
    skip(end + 1 - at_);
  }

  void add_text(std::string_view raw) {
    if (interpolates(raw)) {
      add(PhpTokenKind::kTemplate, std::string(raw));
    } else {
      add(PhpTokenKind::kString, unescape_php(raw));
    }
  }

  bool heredoc() {
    auto i = at_ + 3;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) ++i;
    const char quote = i < text_.size() && (text_[i] == '\'' || text_[i] == '"') ? text_[i++] : '\0';
    const auto start = i;
    while (i < text_.size() && continues_name(text_[i])) ++i;
    const auto label = text_.substr(start, i - start);
    const auto newline = text_.find('\n', i);
    constexpr int kMostUnended = 64;  // each costs a look through the rest of the file
    if (label.empty() || newline == text_.npos || unended_ >= kMostUnended) return false;
    // The label alone ends it, at the start of a line or (since PHP 7.3) indented.
    for (auto line = newline + 1; line <= text_.size();) {
      auto word = line;
      while (word < text_.size() && (text_[word] == ' ' || text_[word] == '\t')) ++word;
      const bool label_here =
          text_.substr(word, label.size()) == label &&
          (word + label.size() >= text_.size() || !continues_name(text_[word + label.size()]));
      if (label_here) {
        const auto raw = text_.substr(newline + 1, line > newline + 1 ? line - newline - 2 : 0);
        if (quote == '\'') {
          add(PhpTokenKind::kString, std::string(raw));
        } else {
          add_text(raw);
        }
        skip(word + label.size() - at_);
        return true;
      }
      const auto next = text_.find('\n', line);
      if (next == text_.npos) break;
      line = next + 1;
    }
    ++unended_;
    return false;
  }

  void variable() {
    auto end = at_ + 1;
    while (end < text_.size() && continues_name(text_[end])) ++end;
    add(PhpTokenKind::kVariable, std::string(text_.substr(at_ + 1, end - at_ - 1)));
    at_ = end;
  }

  void number() {
    auto end = at_;
    while (end < text_.size() && (continues_name(text_[end]) || text_[end] == '.')) {
      if (text_[end] == '.' && (end + 1 >= text_.size() || !is_digit(text_[end + 1]))) break;
      ++end;
    }
    if (end == at_) ++end;
    add(PhpTokenKind::kNumber, std::string(text_.substr(at_, end - at_)));
    at_ = end;
  }

  void name() {
    auto end = at_;
    while (end < text_.size() && (continues_name(text_[end]) || text_[end] == '\\')) ++end;
    auto word = text_.substr(at_, end - at_);
    if (word.starts_with('\\')) word.remove_prefix(1);
    add(PhpTokenKind::kName, lower_ascii(word));
    tokens_.back().written = word;
    at_ = end;
    if (tokens_.back().text == "__halt_compiler") at_ = text_.size();
  }

  void operator_token() {
    static constexpr std::string_view kOperators[] = {
        "<=>", "**=", "...", "<<=", ">>=", "===", "!==", "?\?=", "?->", "->", "=>", "::",
        "++",  "--",  "&&",  "||",  "??",  "<<",  ">>",  "==",   "!=",  "<>", "<=", ">=",
        "+=",  "-=",  "*=",  "/=",  ".=",  "%=",  "&=",  "|=",   "^=",  "**"};
    for (const auto op : kOperators) {
      if (!sees(op)) continue;
      add(PhpTokenKind::kOperator, std::string(op));
      at_ += op.size();
      return;
    }
    add(PhpTokenKind::kOperator, std::string(1, peek()));
    ++at_;
  }

  std::string_view text_;
  bool in_code_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  int unended_ = 0;
  int tags_ = 0;  ///< script elements that were looked at
  bool in_script_ = false;
  std::vector<PhpToken> tokens_;
};

}  // namespace

std::string unescape_php(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    static constexpr std::string_view kNames = "nrtvef\\$\"", kValues = "\n\r\t\v\x1b\f\\$\"";
    if (const auto at = kNames.find(c); at != kNames.npos) {
      out += kValues[at];
    } else if (c >= '0' && c <= '7') {
      int value = 0, digits = 0;
      while (digits < 3 && i < raw.size() && raw[i] >= '0' && raw[i] <= '7') {
        value = value * 8 + (raw[i++] - '0');
        ++digits;
      }
      --i;
      out += static_cast<char>(value);
    } else if (c == 'x' && i + 1 < raw.size() && hex_value(raw[i + 1]) >= 0) {
      int value = hex_value(raw[++i]);
      if (i + 1 < raw.size() && hex_value(raw[i + 1]) >= 0) value = value * 16 + hex_value(raw[++i]);
      out += static_cast<char>(value);
    } else if (c == 'u' && i + 1 < raw.size() && raw[i + 1] == '{') {
      std::uint32_t value = 0;
      for (i += 2; i < raw.size() && hex_value(raw[i]) >= 0 && value < 0x110000; ++i) {
        value = value * 16 + static_cast<std::uint32_t>(hex_value(raw[i]));
      }
      append_utf8(out, value);
    } else {
      out += '\\';
      out += c;
    }
  }
  return out;
}

std::vector<PhpToken> lex_php(std::string_view text, bool only_code) {
  return Lexer(text, only_code).lex();
}

}  // namespace rescue::detect
