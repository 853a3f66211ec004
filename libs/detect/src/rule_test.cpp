#include "rescue/detect/rule.hpp"

#include <gtest/gtest.h>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// Older than anything the examples tell, so that files without a date of their own lie before every
/// break-in.
const Timestamp kLongAgo = parse_rfc3339("2026-01-01T00:00:00Z").value();

/// An example in its family's short form, a text, as the tree it stands for.
Json scene_of(const Rule& rule, const Json& example) {
  if (example.is_object()) return example;
  const auto text = example.get<std::string>();
  Json files{{"/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/sh\n"}};
  if (rule.family() == "cron") {
    files["/var/spool/cron/crontabs/u"] = text + "\n";
  } else if (rule.family() == "commands") {
    files["/home/u/.bash_history"] = "#1789264811\n" + text + "\n";
  } else {
    files["/var/www/html/app/page.php"] = text;
  }
  return {{"files", files}};
}

/// Nothing where the example cannot be laid out by this user.
std::optional<bool> fires(const Rule& rule, const Json& example) {
  MiniRoot root;
  const auto scene = scene_of(rule, example);
  root.lay_out(scene, kLongAgo);
  if (!root.give_rights(scene)) return std::nullopt;
  const auto document = root.investigate();
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") == rule.id) return true;
  }
  return false;
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

}  // namespace
}  // namespace rescue::detect
