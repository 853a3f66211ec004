#include "rescue/match/yara.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rescue::match {
namespace {

using testing::HasSubstr;

YaraRules rules_of(const std::vector<YaraSource>& sources,
                   const std::map<std::string, std::string>& others = {}) {
  return YaraRules::compile(sources, [&](const std::string& path) -> std::optional<std::string> {
    const auto at = others.find(path);
    return at == others.end() ? std::nullopt : std::optional(at->second);
  });
}

std::vector<YaraMatch> matches(const YaraRules& rules, std::string_view bytes,
                               const YaraSubject& subject = {}) {
  YaraScanner scanner(rules);
  return scanner.scan(bytes, subject).value();
}

constexpr auto kRule = R"(rule shell : web T1505_003 { meta: author = "A. Writer" score = 75 sure = true
  strings: $a = "marker" nocase $hidden = "MARK" private condition: $a or $hidden })";

TEST(Yara, TellsRuleTagsMetaAndWhereItsStringsAre) {
  const auto rules = rules_of({{"web/a.yar", kRule}});
  EXPECT_EQ(rules.count(), 1U);
  const auto found = matches(rules, "xx MARKER marker");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "shell");
  EXPECT_EQ(found[0].source, "web/a.yar");
  EXPECT_EQ(found[0].tags, (std::vector<std::string>{"web", "T1505_003"}));
  EXPECT_EQ(found[0].meta.at("author"), "A. Writer");
  EXPECT_EQ(found[0].meta.at("score"), "75");
  EXPECT_EQ(found[0].meta.at("sure"), "true");
  ASSERT_EQ(found[0].strings.size(), 1U);
  EXPECT_EQ(found[0].strings[0].name, "$a");
  EXPECT_EQ(found[0].strings[0].offset, 3U);
  EXPECT_EQ(found[0].strings[0].bytes, "MARKER");
  EXPECT_TRUE(matches(rules, "nothing").empty());
}

TEST(Yara, UsesTheGoodFilesBesideABadOneAndNamesItsLine) {
  const auto rules = rules_of({{"a.yar", kRule},
                               {"bad.yar", "rule x {\n condition: $none }"},
                               {"binary.yar", std::string("a\0b", 3)}});
  EXPECT_EQ(rules.count(), 1U);
  ASSERT_EQ(rules.faults().size(), 2U);
  EXPECT_EQ(rules.faults()[0].name, "bad.yar");
  EXPECT_THAT(rules.faults()[0].message, HasSubstr("line 2: "));
  EXPECT_EQ(rules.faults()[1].name, "binary.yar");
}

TEST(Yara, FilesMayHaveRulesOfTheSameName) {
  const auto rules = rules_of({{"a.yar", kRule}, {"b.yar", kRule}});
  EXPECT_TRUE(rules.faults().empty());
  EXPECT_EQ(matches(rules, "marker").size(), 2U);
}

TEST(Yara, KnowsTheVariablesThatPublicSetsExpect) {
  const auto rules = rules_of(
      {{"a.yar", R"(rule x { condition: filename == "a.PHP" and filepath == "/srv/www" and extension == ".php"
    and filetype == "GIF" and owner == "www-data" and filesize == 5000 and md5 == "" })"}});
  EXPECT_TRUE(rules.faults().empty());
  EXPECT_EQ(matches(rules, "GIF89a", {"/srv/www/a.PHP", "www-data", 5000}).size(), 1U);
}

TEST(Yara, IncludesAreFoundBesideTheFileAndAreNotUsedOnceMore) {
  const std::map<std::string, std::string> files = {
      {"set/main.yar", "include \"lists/white.yar\"\nrule found { condition: not listed }"},
      {"set/lists/white.yar",
       "include \"more.yar\"\nprivate rule listed { condition: more and filesize < 2 }"},
      {"set/lists/more.yar", "rule more { condition: true }"}};
  std::vector<YaraSource> sources;
  for (const auto& [name, text] : files) sources.push_back({name, text});
  const auto rules = rules_of(sources, files);
  EXPECT_TRUE(rules.faults().empty());
  EXPECT_EQ(rules.count(), 3U);
  EXPECT_EQ(matches(rules, "long enough", {"/x", "", 11}).size(), 2U);  // more and found
}

TEST(Yara, AnIncludeThatIsNotThereIsAFault) {
  const auto rules = rules_of({{"a.yar", "include \"../../etc/passwd\"\nrule x { condition: true }"}});
  EXPECT_EQ(rules.count(), 0U);
  ASSERT_EQ(rules.faults().size(), 1U);
  EXPECT_TRUE(matches(rules, "x").empty());
}

TEST(Yara, ModulesWorkButThoseThatReadOtherFilesAreNotThere) {
  const auto rules =
      rules_of({{"hash.yar",
                 "import \"hash\" rule h { condition: hash.md5(0, filesize) == "
                 "\"0cc175b9c0f1b6a831c399e269772661\" }"},
                {"elf.yar", "import \"elf\" rule e { condition: elf.type == elf.ET_EXEC }"},
                {"magic.yar", "import \"magic\" rule m { condition: magic.type() contains \"PHP\" }"}});
  ASSERT_EQ(rules.faults().size(), 1U);
  EXPECT_EQ(rules.faults()[0].name, "magic.yar");
  EXPECT_EQ(matches(rules, "a", {"/a", "", 1}).size(), 1U);
}

}  // namespace
}  // namespace rescue::match
