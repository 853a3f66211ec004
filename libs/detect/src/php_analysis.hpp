#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "php_value.hpp"
#include "rescue/detect/rule.hpp"

namespace rescue::detect {

/// An argument of a function that must not hold what a client sends, as a rule's data names it.
struct PhpSink {
  std::size_t rule = 0;             ///< index into PhpSinks::rules
  std::vector<unsigned> arguments;  ///< positions
  bool all = false;                 ///< every one of them must be tainted, else one is enough
  PhpTaint from = 0;
  bool whole = false;  ///< only where the tainted part leads the text
  std::vector<std::string>
      says;  ///< where not empty: only a constant text that is one of these, or begins so
  std::optional<unsigned>
      ends;  ///< the argument that names a file: only where its end is not the program's own
  std::optional<unsigned> into;  ///< the argument that names a file: only where that is a script

  bool takes(PhpTaint taint) const { return (taint & from) != 0 && (!whole || (taint & kLeads) != 0); }
};

/// The sinks of all rules whose `match` has the form
///   {"from": ["request" | "upload" | "network" | "decoded" | "unset", …], "arguments": {"system": [0], …},
///   "all": bool, "whole": bool, "into": {"file_put_contents": 0, …}, "ends": likewise, "says": [text, …]}.
/// Functions are written in lower case; the language's own constructs are "eval", "include", "`", "()" (the
/// name of a function called by a variable), "hidden …" (that function, its name known), "callback …" (that
/// function, handed over to be called), "include written" (a file that was just given it), "echo answer",
/// "echo page", "written program" (that was encoded) and "preg_replace/e".
struct PhpSinks {
  explicit PhpSinks(const RuleBook& book);
  std::vector<const Rule*> rules;
  std::unordered_map<std::string, std::vector<PhpSink>> by_function;
};

/// Where tainted data reaches a sink.
struct PhpFlow {
  const Rule* rule = nullptr;
  std::uint32_t line = 1;
  std::string function;
  unsigned layers = 0;  ///< how many times the code was decoded before it could be read
};

struct PhpReport {
  std::vector<PhpFlow> flows;
  bool calls_anything = false;  ///< there is code that does something, not only a comment or an exit
  bool cut = false;             ///< too large or too deep to be followed to its end
};

/// Follows where data goes in one PHP file without running it: assignments, arrays, string functions, user
/// functions and their arguments, variable functions; constant text is computed, so that code which was
/// encoded is decoded and followed in turn. Bounded in time and depth. Thread-safe.
PhpReport analyse_php(std::string_view text, const PhpSinks& sinks);

/// Quick look whether analyse_php() could find anything: no file without one of these words has a flow that a
/// shipped rule speaks of.
bool php_needs_analysis(std::string_view text);
/// The same holds for all rules: a user's own may speak of functions that are none of these words.
bool php_words_are_enough(const RuleBook& book);

}  // namespace rescue::detect
