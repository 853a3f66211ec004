#include "fuzz_input.hpp"
#include "rescue/detect/rule.hpp"
#include "shell_command.hpp"
#include "shell_rules.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  static const auto rules = detect::RuleBook::shipped();
  const auto pipelines = detect::parse_shell(input);
  for (const auto* rule : rules.family("cron")) {
    if (rule->match.contains("any")) detect::shell_match(rule->match, input, pipelines);
  }
}
