#include "glob.hpp"

#include <gtest/gtest.h>

namespace rescue::sigma {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  return Glob::parse(pattern).fold().matches(text);
}

TEST(Glob, StandsForTheWholeTextWhateverItsCase) {
  EXPECT_TRUE(matches("/usr/bin/Wget", "/USR/bin/wget"));
  EXPECT_FALSE(matches("wget", "/usr/bin/wget"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
}

TEST(Glob, StarsTakeAnyTextAndGoBackWhereTheyTookTooLittle) {
  EXPECT_TRUE(matches("*ab*ac*", "xxababyyacz"));
  EXPECT_TRUE(matches("*abc", "ababc"));
  EXPECT_TRUE(matches("a*", "a"));
  EXPECT_FALSE(matches("a*b", "abc"));
  EXPECT_TRUE(matches("**", ""));
}

TEST(Glob, QuestionMarkIsOneCharacterOfSeveralBytes) {
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_TRUE(matches("a?c",
                      "a\xe3\x81\x82"
                      "c"));
  EXPECT_FALSE(matches("a?c", "ac"));
}

TEST(Glob, BackslashTakesTheMeaningOffWildcardsAndOffItself) {
  EXPECT_TRUE(matches(R"(a\*c)", "a*c"));
  EXPECT_FALSE(matches(R"(a\*c)", "abc"));
  EXPECT_TRUE(matches(R"(a\?)", "a?"));
  EXPECT_TRUE(matches(R"(C:\Users)", R"(c:\users)"));
  EXPECT_TRUE(matches(R"(C:\\Users)", R"(c:\users)"));
  EXPECT_TRUE(matches(R"(a\\*)", R"(a\anything)"));
  EXPECT_TRUE(matches(R"(ends\)", R"(ends\)"));
}

TEST(Glob, WindashIsAnySignThatBeginsAnOption) {
  auto glob = Glob::parse("*cmd -c *");
  glob.windash().fold();
  for (const auto* text : {"cmd -c x", "cmd /c x",
                           "cmd \xe2\x80\x93"
                           "c x",
                           "cmd \xe2\x80\x95"
                           "c x"})
    EXPECT_TRUE(glob.matches(text)) << text;
  EXPECT_FALSE(glob.matches("cmd c x"));
  auto inner = Glob::parse("a-b");
  EXPECT_FALSE(inner.windash().matches("a/b"));
}

TEST(Glob, LongestPieceStandsInWhatMatches) {
  EXPECT_EQ(Glob::parse("*ab*longer*?").longest_piece(), "longer");
  EXPECT_EQ(Glob::parse("*?*").longest_piece(), "");
}

TEST(Glob, ManyStarsOnALongTextEnd) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(matches(pattern + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace rescue::sigma
