#include "rescue/sigma/correlator.hpp"

#include <gtest/gtest.h>

#include "rule_text.hpp"

namespace rescue::sigma {
namespace {

const std::string kTwoRules = rule_text("  k: [fails]\n  condition: k\n", "fails") + "---\n" +
                              rule_text("  k: [enters]\n  condition: k\n", "enters");

/// kTwoRules and a correlation over them, given events as (rule, second, user, address).
struct Case {
  explicit Case(const std::string& correlation)
      : rules(rules_of(kTwoRules + "---\ntitle: Together\nid: together\ncorrelation:\n" + correlation)),
        correlator(rules) {}

  void add(std::uint32_t rule, std::int64_t second, std::string_view user, std::string_view address) {
    Record record;
    record.add("user", user);
    record.add("src_ip", address);
    correlator.add(rule, from_us(second * 1'000'000), record, places++);
  }
  RuleSet rules;
  Correlator correlator;
  std::uint64_t places = 0;
};

TEST(Correlator, CountsEventsOfAGroupWithinItsSpan) {
  Case c(
      "  type: event_count\n  rules: [fails]\n  group-by: [src_ip]\n  timespan: 10s\n  condition: {gte: "
      "3}\n");
  for (const int second : {0, 20, 25, 29}) c.add(0, second, "root", "192.0.2.1");
  for (const int second : {0, 20, 40}) c.add(0, second, "root", "192.0.2.2");
  const auto fired = c.correlator.finish();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].group, (std::vector<std::string>{"192.0.2.1"}));
  EXPECT_EQ(fired[0].count, 3U);
  EXPECT_EQ(fired[0].places, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_FALSE(c.rules.rules()[0].tells);
  EXPECT_TRUE(c.rules.rules()[1].tells);
}

TEST(Correlator, OneFloodFiresOnceAndEventsMayComeInAnyOrder) {
  Case c(
      "  type: event_count\n  rules: [fails]\n  group-by: [src_ip]\n  timespan: 1m\n  condition: {gt: 5}\n");
  for (int second = 99; second >= 0; --second) c.add(0, second, "root", "192.0.2.1");
  const auto fired = c.correlator.finish();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].count, 100U);
  EXPECT_EQ(to_us(fired[0].from), 0);
}

TEST(Correlator, CountsDifferentValues) {
  const auto text =
      "  type: value_count\n  rules: [fails]\n  group-by: [src_ip]\n  timespan: 1m\n  condition: {field: "
      "user, gte: 3}\n";
  Case one(text);
  for (int i = 0; i < 9; ++i) one.add(0, i, "root", "192.0.2.1");
  EXPECT_TRUE(one.correlator.finish().empty());
  Case many(text);
  for (const auto* user : {"root", "admin", "root", "web"}) many.add(0, 1, user, "192.0.2.1");
  EXPECT_EQ(many.correlator.finish().size(), 1U);
}

TEST(Correlator, FewerThanIsAskedOfAWholeSpan) {
  Case c(
      "  type: event_count\n  rules: [fails]\n  group-by: [src_ip]\n  timespan: 10s\n  condition: {lt: 3}\n");
  for (const int second : {0, 1, 2, 30}) c.add(0, second, "root", "192.0.2.1");
  const auto fired = c.correlator.finish();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(to_us(fired[0].from), 30'000'000);
}

TEST(Correlator, TemporalWantsEachRuleInAnyOrder) {
  const auto text = "  type: temporal\n  rules: [fails, enters]\n  group-by: [src_ip]\n  timespan: 10s\n";
  Case c(text);
  c.add(1, 0, "root", "192.0.2.1");
  c.add(0, 5, "root", "192.0.2.1");
  c.add(1, 0, "root", "192.0.2.2");
  c.add(0, 50, "root", "192.0.2.2");
  EXPECT_EQ(c.correlator.finish().size(), 1U);
}

TEST(Correlator, TemporalOrderedMindsTheOrder) {
  const auto text =
      "  type: temporal_ordered\n  rules: [fails, enters]\n  group-by: [src_ip]\n  timespan: 10s\n";
  Case wrong(text);
  wrong.add(1, 0, "root", "192.0.2.1");
  wrong.add(0, 5, "root", "192.0.2.1");
  EXPECT_TRUE(wrong.correlator.finish().empty());
  Case right(text);
  right.add(0, 0, "root", "192.0.2.1");
  right.add(0, 5, "root", "192.0.2.1");
  right.add(1, 14, "root", "192.0.2.1");
  const auto fired = right.correlator.finish();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(fired[0].places, (std::vector<std::uint64_t>{1, 2}));
}

TEST(Correlator, AliasesNameAFieldPerRule) {
  Case c(
      "  type: temporal\n  rules: [fails, enters]\n  group-by: [who]\n  timespan: 10s\n"
      "  aliases:\n    who:\n      fails: user\n      enters: src_ip\n");
  c.add(0, 0, "same", "x");
  c.add(1, 1, "y", "same");
  EXPECT_EQ(c.correlator.finish().size(), 1U);
}

TEST(Correlator, ACorrelationMayCountAnother) {
  const auto text =
      kTwoRules +
      "---\ntitle: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: [fails]\n  group-by: "
      "[src_ip]\n"
      "  timespan: 1m\n  condition: {gte: 2}\n"
      "---\ntitle: Then in\nid: then\ncorrelation:\n  type: temporal_ordered\n  rules: [many, enters]\n"
      "  group-by: [src_ip]\n  timespan: 1m\n";
  const auto rules = rules_of(text);
  ASSERT_EQ(rules.correlations().size(), 2U);
  Correlator correlator(rules);
  const auto record = of("src_ip", "192.0.2.1");
  correlator.add(0, from_us(1'000'000), record, 0);
  correlator.add(0, from_us(2'000'000), record, 1);
  correlator.add(1, from_us(3'000'000), record, 2);
  const auto fired = correlator.finish();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_EQ(rules.correlations()[fired[0].correlation].about.id, "then");
}

TEST(Correlator, AnEventWithoutTheFieldThatGroupsIsNotCounted) {
  Case c(
      "  type: event_count\n  rules: [fails]\n  group-by: [host]\n  timespan: 1m\n  condition: {gte: 1}\n");
  c.add(0, 0, "root", "192.0.2.1");
  EXPECT_TRUE(c.correlator.finish().empty());
}

TEST(Correlator, OldCountsAreCorrelations) {
  const auto rules = rules_of(
      rule_text("  k: [fails]\n  timeframe: 5m\n  condition: k | count(user) by src_ip > 1\n", "old"));
  ASSERT_EQ(rules.correlations().size(), 1U);
  EXPECT_FALSE(rules.rules()[0].tells);
  EXPECT_EQ(rules.correlations()[0].span_us, 300'000'000);
  EXPECT_EQ(rules.correlations()[0].type, Correlation::Type::kValueCount);
}

TEST(Correlator, WhatCannotBeCountedIsNamed) {
  const auto why = [](const std::string& text) {
    return why_refused(kTwoRules + "---\ntitle: T\ncorrelation:\n" + text);
  };
  EXPECT_NE(why("  type: value_percentile\n  rules: [fails]\n").find("is not supported"), std::string::npos);
  EXPECT_NE(why("  type: event_count\n  rules: [fails]\n  timespan: soon\n").find("timespan"),
            std::string::npos);
  EXPECT_NE(why("  type: event_count\n  rules: [gone]\n  timespan: 1m\n  condition: {gte: 1}\n").find("gone"),
            std::string::npos);
  EXPECT_NE(why("  type: event_count\n  rules: [fails]\n  timespan: 1m\n").find("how many"),
            std::string::npos);
}

}  // namespace
}  // namespace rescue::sigma
