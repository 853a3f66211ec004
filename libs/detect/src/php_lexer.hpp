#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

enum class PhpTokenKind : std::uint8_t {
  kVariable,  ///< text: name without the dollar sign
  kName,      ///< keyword, function, constant; text in lower case, leading backslash taken off
  kNumber,
  kString,    ///< text: the value, escapes resolved
  kTemplate,  ///< text: the raw inside of a "…" or heredoc that names variables
  kCommand,   ///< text: the raw inside of `…`
  kOperator,  ///< text: e.g. "(", "->", ".="
  kHtml,      ///< text outside of code; empty text
};

struct PhpToken {
  PhpTokenKind kind = PhpTokenKind::kOperator;
  std::uint32_t line = 1;
  std::string text;
  std::string_view written;  ///< of a name: as it stands in the code, which must outlive the token
};

/// A file has fewer; the rest of one that has not is left out.
constexpr std::size_t kMostPhpTokens = 1'000'000;

/// PHP code as tokens: comments and white space left out, "?>" as ";". Code stands between "<?php", "<?=" or
/// "<?" (but not "<?xml") and "?>"; with `only_code` from the first byte on. Never fails; what is no PHP
/// gives odd tokens. Follows the language specification's lexical structure.
std::vector<PhpToken> lex_php(std::string_view text, bool only_code = false);

/// A double-quoted text's value with its escapes resolved (\n, \x41, \101, \u{41}, \$ …).
std::string unescape_php(std::string_view raw);

}  // namespace rescue::detect
