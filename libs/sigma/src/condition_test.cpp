#include "condition.hpp"

#include <gtest/gtest.h>

#include "rule_text.hpp"

namespace rescue::sigma {
namespace {

constexpr const char* kSelections =
    "  sel_a:\n    F|contains: a\n  sel_b:\n    F|contains: b\n  filter:\n    F|contains: x\n  _own:\n    "
    "F|contains: o\n";

bool holds(const std::string& condition, std::string_view value) {
  return fires(kSelections + ("  condition: " + condition + "\n"), of("F", value));
}
std::string why(const std::string& condition) {
  return why_refused(rule_text(kSelections + ("  condition: " + condition + "\n")));
}

TEST(Condition, AndBindsStrongerThanOrAndNotStrongest) {
  EXPECT_TRUE(holds("sel_a or sel_b and filter", "a"));
  EXPECT_FALSE(holds("(sel_a or sel_b) and filter", "a"));
  EXPECT_TRUE(holds("not filter and sel_a", "a"));
  EXPECT_FALSE(holds("not (filter or sel_a)", "a"));
  EXPECT_TRUE(holds("sel_a AND NOT filter", "a"));
}

TEST(Condition, SomeOfAPattern) {
  EXPECT_TRUE(holds("1 of sel_*", "b"));
  EXPECT_TRUE(holds("any of sel_*", "b"));
  EXPECT_FALSE(holds("all of sel_*", "b"));
  EXPECT_TRUE(holds("all of sel_*", "ab"));
  EXPECT_FALSE(holds("2 of them", "a"));
  EXPECT_TRUE(holds("2 of them", "ax"));
  EXPECT_TRUE(holds("1 of sel_* and not 1 of filter*", "a"));
}

TEST(Condition, ThemAreNotThoseThatBeginWithALine) {
  EXPECT_FALSE(holds("1 of them", "o"));
  EXPECT_TRUE(holds("_own", "o"));
}

TEST(Condition, ListsOfConditionsAreAnyOfThem) {
  EXPECT_TRUE(holds("[sel_a, sel_b]", "b"));
  EXPECT_FALSE(holds("[sel_a, sel_b]", "x"));
}

TEST(Condition, WhatIsWrongIsNamed) {
  EXPECT_NE(why("sel_c").find("no selection \"sel_c\""), std::string::npos);
  EXPECT_NE(why("sel_a and").find("too early"), std::string::npos);
  EXPECT_NE(why("(sel_a").find("not closed"), std::string::npos);
  EXPECT_NE(why("sel_a sel_b").find("not expected"), std::string::npos);
  EXPECT_NE(why("1 of nothing*").find("no selection"), std::string::npos);
  EXPECT_NE(why("sel_a | near sel_b").find("near"), std::string::npos);
  EXPECT_NE(why("'" + std::string(9000, '(') + "'").find("8 KiB"), std::string::npos);
  EXPECT_NE(why("'" + std::string(200, '(') + "sel_a'").find("nested"), std::string::npos);
}

TEST(Condition, CountsAreTakenApart) {
  const auto read = parse_condition("sel | count(User) by src_ip, host >= 12", {"sel"});
  ASSERT_TRUE(read && read->aggregation);
  EXPECT_EQ(read->aggregation->field, "User");
  EXPECT_EQ(read->aggregation->group_by, (std::vector<std::string>{"src_ip", "host"}));
  EXPECT_EQ(read->aggregation->way, "gte");
  EXPECT_EQ(read->aggregation->number, 12);
}

}  // namespace
}  // namespace rescue::sigma
