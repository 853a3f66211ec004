#include "fuzz_input.hpp"
#include "php_analysis.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  static const auto rules = detect::RuleBook::shipped();
  static const detect::PhpSinks sinks(rules);
  detect::php_needs_analysis(input);
  detect::analyse_php(input, sinks);
}
