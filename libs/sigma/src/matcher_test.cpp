#include "rescue/sigma/matcher.hpp"

#include <gtest/gtest.h>

#include "rule_text.hpp"

namespace rescue::sigma {
namespace {

Record line(std::string_view text) {
  Record record;
  record.add_line(text);
  return record;
}

TEST(Matcher, KeywordsAreLookedForInTheWholeLine) {
  const auto rule = "  k:\n    - 'history -c'\n    - 'rm *sh_history'\n  condition: k\n";
  EXPECT_TRUE(fires(rule, line("x: History -c")));
  EXPECT_TRUE(fires(rule, line("rm ~/.bash_history now")));
  EXPECT_FALSE(fires(rule, line("rm history")));
}

TEST(Matcher, AllKeywordsMayBeWanted) {
  const auto rule = "  k:\n    '|all':\n      - truncate\n      - '-s'\n  condition: k\n";
  EXPECT_TRUE(fires(rule, line("truncate -s 1 x")));
  EXPECT_FALSE(fires(rule, line("truncate x")));
}

TEST(Matcher, MapsAreAllOfTheirLinesListsAnyOfTheirMaps) {
  const auto rule = "  s:\n    - A: '1'\n      B: '2'\n    - A: '3'\n    - word\n  condition: s\n";
  Record both;
  both.add("A", "1");
  both.add("B", "2");
  EXPECT_TRUE(fires(rule, both));
  EXPECT_FALSE(fires(rule, of("A", "1")));
  EXPECT_TRUE(fires(rule, of("A", "3")));
  EXPECT_TRUE(fires(rule, line("a word of it")));
}

TEST(Matcher, AFieldOfSeveralValuesMatchesByOneOfThem) {
  Record record;
  record.add("Q", "/a%20b");
  record.add("Q", "/a b");
  EXPECT_TRUE(fires("  s:\n    Q|contains: 'a b'\n  condition: s\n", record));
  EXPECT_FALSE(fires("  s:\n    Q: null\n  condition: s\n", record));
}

TEST(Matcher, RulesWithoutTextsAreTriedOnEveryEvent) {
  const auto rules = rules_of(rule_text("  s:\n    F|re: '^a+$'\n  condition: s\n"));
  Matcher matcher(rules.rules());
  EXPECT_EQ(matcher.always_tried(), 1U);
  EXPECT_TRUE(fires(rules, of("F", "aaa")));
  EXPECT_FALSE(fires(rules, of("F", "aab")));
  EXPECT_TRUE(fires("  s:\n    F: x\n  condition: not s\n", of("F", "y")));
}

TEST(Matcher, TriesOnlyRulesWhoseTextsAreThere) {
  const auto rules = rules_of(rule_text("  s:\n    F|contains: needle\n    G: POST\n  condition: s\n"));
  Matcher matcher(rules.rules());
  matcher.begin();
  matcher.look_at("POST of hay");
  EXPECT_FALSE(matcher.any());
  matcher.begin();
  matcher.look_at("NEEDLES");
  EXPECT_EQ(matcher.candidates().size(), 1U);
}

}  // namespace
}  // namespace rescue::sigma
