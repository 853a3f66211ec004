#include "fuzz_input.hpp"
#include "rescue/detect/rule.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const auto rule = detect::parse_rule(input);
  static_cast<void>(rule);
}
