#include "fuzz_input.hpp"
#include "rescue/detect/rule.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const EmbeddedFile file[] = {{"own.json", input}};
  const auto book = detect::RuleBook::shipped_with(file);
  static_cast<void>(book);
}
