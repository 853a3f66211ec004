#include "fuzz_input.hpp"
#include "php_lexer.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  detect::lex_php(input);
  detect::lex_php(input, true);
  detect::unescape_php(input);
}
