#include "rescue/detect/rule.hpp"

#include <gtest/gtest.h>

#include "mini_root.hpp"
#include "php_analysis.hpp"
#include "rescue/detect/rule_check.hpp"
#include "rule_examples.hpp"

namespace rescue::detect {
namespace {

std::optional<bool> fires(const Rule& rule, const Json& example) {
  static const auto book = RuleBook::shipped();
  MiniRoot root;
  return fires(book, rule, example, root);
}

class EveryRule : public testing::TestWithParam<std::string> {};

TEST_P(EveryRule, FiresOnItsExamplesAndOnNothingElseOfThem) {
  const auto book = RuleBook::shipped();
  const auto& rule = book.rule(GetParam());
  for (const auto& example : rule.must_fire)
    EXPECT_TRUE(fires(rule, example).value_or(true)) << dump_json(example).substr(0, 2000);
  for (const auto& example : rule.must_not_fire)
    EXPECT_FALSE(fires(rule, example).value_or(false)) << dump_json(example).substr(0, 2000);
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  const auto book = RuleBook::shipped();
  for (const auto& rule : book.all()) ids.push_back(rule.id);
  return ids;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  auto name = info.param;
  name[name.find('.')] = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, EveryRule, testing::ValuesIn(rule_ids()), test_name);

Json valid_rule() {
  return {{"id", "cron.sample"},
          {"title", "A title long enough"},
          {"why", "A reason long enough"},
          {"benign", "An explanation long enough"},
          {"source", "Where it is written"},
          {"severity", "high"},
          {"confidence", "low"},
          {"attack_ids", {"T1053.003"}},
          {"match", {{"any", Json::array()}}},
          {"examples", {{"must_fire", {"x"}}, {"must_not_fire", {"y"}}}}};
}

TEST(RuleLoader, TakesARuleThatHasEverything) {
  const auto rule = parse_rule(dump_json(valid_rule()));
  ASSERT_TRUE(rule) << rule.error().detail;
  EXPECT_EQ(rule->family(), "cron");
}

TEST(RuleLoader, RefusesARuleWithoutEitherKindOfExample) {
  for (const auto* kind : {"must_fire", "must_not_fire"}) {
    auto json = valid_rule();
    json["examples"][kind] = Json::array();
    const auto rule = parse_rule(dump_json(json));
    ASSERT_FALSE(rule);
    EXPECT_EQ(rule.error().problem, "rule-without-example");
  }
}

TEST(RuleLoader, RefusesUnknownSeveritiesIdsAndKeys) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
           {"severity", "dire"}, {"id", "Cron Sample"}, {"match", "text"}, {"surprise", 1}}) {
    auto json = valid_rule();
    json[key] = value;
    EXPECT_FALSE(parse_rule(dump_json(json))) << key;
  }
}

TEST(RuleLoader, RefusesAnIdThatOccursTwice) {
  const auto text = dump_json(valid_rule());
  const EmbeddedFile files[] = {{"a.json", text}, {"b.json", text}};
  const auto book = RuleBook::load(files);
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().problem, "duplicate-item");
}

Result<RuleBook> with_own(const Json& rule) {
  const auto text = dump_json(rule);
  const EmbeddedFile files[] = {{"own.json", text}};
  return RuleBook::shipped_with(files);
}

TEST(OwnRules, StandBesideTheShippedOnesAndFire) {
  auto json = valid_rule();
  json["id"] = "commands.own_tool";
  json["match"] = {{"any", {{{"program", {"owntool"}}, {"argument", {"--steal*"}}}}}};
  json["examples"] = {{"must_fire", {"owntool --steal-all"}}, {"must_not_fire", {"owntool --help"}}};
  const auto book = with_own(json);
  ASSERT_TRUE(book) << book.error().detail;
  const auto& rule = book->rule("commands.own_tool");
  MiniRoot one, other;
  EXPECT_EQ(fires(*book, rule, rule.must_fire[0], one), true);
  EXPECT_EQ(fires(*book, rule, rule.must_not_fire[0], other), false);
  EXPECT_EQ(book->all().size(), RuleBook::shipped().all().size() + 1);
}

TEST(OwnRules, FireAlsoWhereNoWordOfTheShippedOnesStands) {
  auto json = valid_rule();
  json["id"] = "webshell.own_call";
  json["match"] = {{"from", {"network"}}, {"arguments", {{"own_call", {0}}}}};
  json["examples"] = {{"must_fire", {"<?php own_call(file_get_contents('http://198.51.100.7/x'));"}},
                      {"must_not_fire", {"<?php own_call('x');"}}};
  const auto book = with_own(json);
  ASSERT_TRUE(book) << book.error().detail;
  EXPECT_EQ(check_examples(*book, book->rule("webshell.own_call")), std::vector<std::string>{});
  EXPECT_FALSE(php_words_are_enough(*book));
  EXPECT_TRUE(php_words_are_enough(RuleBook::shipped()));
}

TEST(OwnRules, AreToldWhichOfTheirExamplesDoNotHold) {
  auto json = valid_rule();
  json["id"] = "commands.own_tool";
  json["match"] = {{"any", {{{"program", {"owntool"}}}}}};
  json["examples"] = {{"must_fire", {"owntool", "other"}}, {"must_not_fire", {"owntool --help", {{"f", 1}}}}};
  const auto book = with_own(json);
  ASSERT_TRUE(book) << book.error().detail;
  const auto faults = check_examples(*book, book->rule("commands.own_tool"));
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0], "must_fire, example 2: the rule does not fire");
  EXPECT_EQ(faults[1], "must_not_fire, example 1: the rule fires");
  EXPECT_TRUE(faults[2].starts_with("must_not_fire, example 2: "));
}

TEST(OwnRules, AreRefusedWithFileAndReason) {
  const auto detail = [](const std::string& id, const Json& match) {
    auto json = valid_rule();
    json["id"] = id;
    json["match"] = match;
    const auto book = with_own(json);
    return book ? "taken" : book.error().detail;
  };
  const Json shell{{"any", {{{"program", {"x"}}}}}};
  EXPECT_EQ(detail("cron.mine", shell), "taken");
  EXPECT_EQ(detail("staging.miner", shell), "own.json: staging.miner: the id is a shipped rule's");
  EXPECT_TRUE(
      detail("ssh.mine", {{"failures", 3}}).starts_with("own.json: ssh.mine: its match is of no form"));
  for (const Json& condition : std::vector<Json>{{{"programm", {"x"}}},
                                                 {{"program", "x"}},
                                                 {{"program", {1}}},
                                                 {{"feeds", {{"from", {"x"}}}}},
                                                 {{"runs_hidden", "yes"}},
                                                 Json::array(),
                                                 Json::object()})
    EXPECT_NE(detail("cron.mine", {{"any", {condition}}}), "taken") << condition;
  EXPECT_NE(detail("cron.mine", {{"any", Json::array()}}), "taken");
  EXPECT_NE(detail("webshell.mine", {{"from", {"heaven"}}, {"arguments", {{"system", {0}}}}}), "taken");
  EXPECT_NE(detail("webshell.mine", {{"from", {"request"}}, {"arguments", {{"system", "first"}}}}), "taken");
  EXPECT_NE(detail("webshell.mine", {{"language", "jsp"}, {"sources", {"a"}}}), "taken");
  EXPECT_EQ(detail("webshell.mine", {{"from", {"request"}}, {"arguments", {{"own_exec", {0}}}}}), "taken");
  EXPECT_NE(detail("boot.mine", {{"places", {{{"form", "poem"}, {"paths", {"/etc/x"}}}}}}), "taken");
  EXPECT_NE(detail("boot.mine", {{"places", {{{"form", "shell"}, {"paths", "/etc/x"}}}}}), "taken");
  EXPECT_EQ(detail("boot.mine", {{"places", {{{"form", "shell"}, {"paths", {"/etc/own.d/*"}}}}}}), "taken");
}

}  // namespace
}  // namespace rescue::detect
