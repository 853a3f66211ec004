#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// Languages of web scripts other than PHP that are looked into.
enum class ScriptLanguage : std::uint8_t {
  kNone,
  kAsp,
  kAspNet,
  kJsp,
  kColdFusion,
  kPerl,
  kPython,
  kShell,
  kRuby
};

std::string_view to_string(ScriptLanguage language);

/// By the file's name and, where that says nothing, by how its text begins.
ScriptLanguage script_language(std::string_view path, std::string_view text);

/// Whether a program answers requests at all: most Perl, Python, Ruby and shell that lies about does not.
bool speaks_to_web(std::string_view text, ScriptLanguage language);

struct ScriptToken {
  enum class Kind : std::uint8_t {
    kWord,    ///< text in lower case, "$", "@" and "%" before it taken off
    kString,  ///< text as it stands
    kMark,    ///< one character
    kEnd,     ///< of a statement
  } kind = Kind::kEnd;
  std::uint32_t line = 1;
  std::string text;
};

/// What is over it is left out.
inline constexpr std::size_t kScriptTokensMax = 400'000;

/// The code in a page (between "<%" and "%>", in script elements that run on the server; everything in a
/// program) as tokens, comments left out. Rough on purpose: one reader for nine languages, which never fails.
std::vector<ScriptToken> lex_script(std::string_view text, ScriptLanguage language);

}  // namespace rescue::detect
