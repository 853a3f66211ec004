#include <string>

#include "fuzz_input.hpp"
#include "php_analysis.hpp"
#include "php_decoders.hpp"
#include "php_lexer.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A script: its tokens, what its strings decode to, and what it does.
void fuzz_one(std::string_view input) {
  static const auto rules = detect::RuleBook::shipped();
  static const detect::PhpSinks sinks(rules);
  detect::php_needs_analysis(input);
  detect::analyse_php(input, sinks);
  detect::lex_php(input, true);
  detect::unescape_php(input);
  const std::string text(input);
  for (auto* decode : {detect::decode_base64, detect::inflate_raw, detect::inflate_any, detect::rot13,
                       detect::decode_uu, detect::from_hex, detect::decode_url}) {
    decode(text);
  }
}
