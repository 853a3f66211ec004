#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/detect/rule.hpp"
#include "script_text.hpp"
#include "word_finder.hpp"

namespace rescue::detect {

/// A rule of the family `webshell` whose `match` has the form
///   {"language": "asp", "sources": [word, …], "sinks": [word, …]}
/// What a source gives must not reach a sink. A word may be written ".name" (a member of something),
/// "a.b" (that member of that object) or "name=" (an assignment to it).
/// Or {"language": …, "groups": {ability: [text, …]}, "least": n, "needs": [text, …]}: the code can do so
/// many different things.
struct ScriptRules {
  explicit ScriptRules(const RuleBook& book);
  struct Word {
    std::string object, name;
    bool member = false, assigned = false;
  };
  struct Flow {
    const Rule* rule = nullptr;
    std::vector<Word> sources, sinks;
  };
  struct Profile {
    const Rule* rule = nullptr;
    std::vector<std::vector<std::size_t>> groups;  ///< by ability: places in the finder's words
    std::size_t least = 1;
    std::vector<std::size_t> needs;  ///< of which one must be there, whatever else is
  };
  std::map<std::string, std::vector<Flow>, std::less<>> flows;  ///< by language
  struct Profiles {
    std::vector<Profile> rules;
    std::vector<std::string> words;
    std::optional<WordFinder> finder;
  };
  std::map<std::string, Profiles, std::less<>> profiles;  ///< by language
};

struct ScriptFinding {
  const Rule* rule = nullptr;
  std::uint32_t line = 1;
};

/// The profiles of a language ("php" among them) that a text fits.
std::vector<ScriptFinding> profiles_of(std::string_view text, std::string_view language,
                                       const ScriptRules& rules);

struct ScriptReport {
  std::vector<ScriptFinding> findings;  ///< the gravest first
  bool cut = false;                     ///< too much to be followed to its end
};

/// What a script of another language than PHP breaks. Follows assignments, loops,
/// parameters and results by name, not by block: rough, and quick. Thread-safe.
ScriptReport analyse_script(std::string_view text, ScriptLanguage language, const ScriptRules& rules);

}  // namespace rescue::detect
