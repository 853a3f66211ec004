#include "fuzz_input.hpp"
#include "own_rule.hpp"
#include "rescue/detect/rule.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A rule of the user's own, as it is read and judged before it stands beside the shipped ones.
void fuzz_one(std::string_view input) {
  const EmbeddedFile file[] = {{"own.json", input}};
  const auto alone = detect::RuleBook::load(file);
  if (!alone) return;
  for (const auto& rule : alone->all()) static_cast<void>(detect::check_own_rule(*alone, rule));
}
