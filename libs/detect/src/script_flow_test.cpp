#include "script_flow.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

constexpr std::size_t kLarge = 4UL * 1024 * 1024;  // as much as is read of a script

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

std::vector<ScriptFinding> findings_of(const std::string& text, ScriptLanguage language) {
  static const ScriptRules rules(RuleBook::shipped());
  return analyse_script(text, language, rules).findings;
}

TEST(ScriptText, AMillionQuotesOnOneLineAreOneText) {
  const auto tokens = lex_script("x = " + repeated("\"a\"+", kLarge) + "\"\"", ScriptLanguage::kPython);
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(tokens[2].text.size(), kLarge / 4);
}

// Each of these took minutes, or gigabytes, when a byte was looked at again for each sign before it.
TEST(ScriptFlow, ReadsARowOfSignsOnce) {
  EXPECT_TRUE(findings_of("print \"" + repeated("$", kLarge) + "\";", ScriptLanguage::kPerl).empty());
  EXPECT_TRUE(findings_of("print \"" + repeated("{$#", kLarge) + "\";", ScriptLanguage::kPerl).empty());
}

TEST(ScriptFlow, ReadsALargeTextInManyCallsABoundedNumberOfTimes) {
  const auto text = repeated("f(", 4000) + "\"" + repeated("$a ", kLarge) + "\";";
  EXPECT_TRUE(findings_of(text, ScriptLanguage::kPerl).empty());
}

TEST(ScriptFlow, KeepsFewParametersOfFunctionsThatAreNeverClosed) {
  std::string text;
  for (int i = 0; i < 80'000; ++i) text += "x f" + std::to_string(i) + "(a,";
  EXPECT_TRUE(findings_of(text, ScriptLanguage::kColdFusion).empty());
}

TEST(ScriptFlow, SaysWhatItDidNotFollowToItsEnd) {
  static const ScriptRules rules(RuleBook::shipped());
  const auto large = "use CGI; " + repeated("f(", 4000) + "\"" + repeated("$a ", kLarge) + "\";";
  EXPECT_TRUE(analyse_script(large, ScriptLanguage::kPerl, rules).cut);
  EXPECT_FALSE(analyse_script("print 1;", ScriptLanguage::kPerl, rules).cut);
}

TEST(ScriptFlow, FindsASourceBehindARowOfSigns) {
  EXPECT_FALSE(
      findings_of("use CGI; my $c = param('c');\nsystem(\"ls ##{{$$c\");", ScriptLanguage::kPerl).empty());
}

}  // namespace
}  // namespace rescue::detect
