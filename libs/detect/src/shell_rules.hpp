#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/detect/rule.hpp"
#include "shell_command.hpp"

namespace rescue::detect {

/// The rules of a family whose `match` is about a shell command: `{"any": [condition, …]}`, each condition an
/// object of which everything given must hold:
///   feeds        {"from": [programs], "to": [programs], "argument": [texts]}: the output of one (with one of
///                these arguments) is run by another: a pipe, sh -c "$(…)", eval, <(…)
///   runs_download  true: a file that curl or wget fetched is run afterwards
///   runs_under   [folders]: a program or script below one of these is run
///   runs_hidden  true: a program whose name begins with a dot, or in a hidden folder outside homes
///   program      [names], with argument [texts]: a command with one of these words
///   text         [texts]: somewhere in the line, whatever its case
/// Programs may end in "*". Immutable; thread-safe.
class ShellRules {
 public:
  /// Takes those rules of `family` that have such a match. Throws std::logic_error for a match that is of
  /// no such form.
  ShellRules(const RuleBook& rules, std::string_view family);
  /// The gravest rule that matches, or null. `but`: the id of a rule that is left out.
  const Rule* first_match(std::string_view command, std::string_view but = "") const;

 private:
  std::vector<const Rule*> rules_;  // the gravest first
};

/// Whether a match is `{"any": [condition, …]}` as above. kInvalid says what is not.
Status check_shell_match(const Json& match);
/// One rule's match against one command; for first_match() and tests.
bool shell_match(const Json& match, std::string_view text, const std::vector<ShellPipeline>& pipelines);

/// What the command runs: programs, and scripts given to interpreters, nested ones too.
std::vector<std::string> programs_run(std::string_view command);
/// The name, or outside homes a folder of it, begins with a dot.
bool is_hidden_program(std::string_view path);

}  // namespace rescue::detect
