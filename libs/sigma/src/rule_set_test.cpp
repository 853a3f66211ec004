#include "rescue/sigma/rule_set.hpp"

#include <gtest/gtest.h>

#include "rule_text.hpp"

namespace rescue::sigma {
namespace {

constexpr const char* kWhole = R"(
title: A program run from a folder for temporary files
id: 0B9D2CE8-11aa-4a55-9d3b-000000000001
status: stable
description: Programs in /tmp come and go.
tags:
  - attack.execution
  - attack.t1059.004
  - attack.T1036
  - cve.2020-0001
logsource:
  category: process_creation
  product: linux
detection:
  selection:
    Image|startswith: /tmp/
  condition: selection
falsepositives:
  - Installers
level: critical
---
title: Another
logsource:
  product: linux
detection:
  k: [x]
  condition: k
)";

TEST(RuleSet, ReadsWhatARuleSaysOfItselfAndEveryDocument) {
  const auto rules = rules_of(kWhole);
  ASSERT_EQ(rules.rules().size(), 2U);
  const auto& about = rules.rules()[0].about;
  EXPECT_EQ(about.id, "0b9d2ce8-11aa-4a55-9d3b-000000000001");
  EXPECT_EQ(about.level, Level::kCritical);
  EXPECT_EQ(about.attack_ids, (std::vector<std::string>{"T1059.004", "T1036"}));
  EXPECT_EQ(about.false_positives, (std::vector<std::string>{"Installers"}));
  EXPECT_EQ(rules.rules()[0].source.category, "process_creation");
  EXPECT_EQ(rules.rules()[0].fields, (std::vector<std::string>{"Image"}));
  EXPECT_EQ(rules.rules()[1].about.level, Level::kMedium);
}

TEST(RuleSet, NamesWhatItDoesNotLoad) {
  EXPECT_EQ(why_refused("title: x\nlogsource: {product: linux}\n"), "it has no detection");
  EXPECT_EQ(why_refused("detection: {}\n"), "it has no title");
  EXPECT_EQ(why_refused("title: x\nfilter: {rules: [a]}\n"), "a filter of other rules is not supported");
  EXPECT_EQ(why_refused("- a\n"), "a document is no map");
  EXPECT_NE(why_refused("title: [\n").find("line "), std::string::npos);
  EXPECT_NE(why_refused(rule_text("  s:\n    F: x\n    F: y\n  condition: s\n")).find("stands twice"),
            std::string::npos);
  EXPECT_NE(why_refused(rule_text("  s: {}\n  condition: s\n")).find("s: a selection is empty"),
            std::string::npos);
  EXPECT_NE(why_refused(rule_text("  s: [x]\n")).find("no condition"), std::string::npos);
}

TEST(RuleSet, RefusesTheSecondRuleOfAnId) {
  const auto rules = rules_of(rule_text("  k: [x]\n  condition: k\n", "one") + "---\n" +
                              rule_text("  k: [y]\n  condition: k\n", "one"));
  EXPECT_EQ(rules.rules().size(), 1U);
  EXPECT_EQ(rules.refused().front().reason, "its id one is another rule's");
}

TEST(RuleSet, RefusesLogSourcesThatNobodyReads) {
  RuleSet rules([](const LogSource& source) {
    return source.product == "windows" ? std::string("no") : std::string();
  });
  rules.add_file("/a.yml", "title: x\nlogsource: {product: Windows}\ndetection: {k: [x], condition: k}\n");
  rules.finish();
  EXPECT_TRUE(rules.rules().empty());
  EXPECT_EQ(rules.refused().front().reason, "no");
}

TEST(RuleSet, ReadsAnchorsAndTextsOfSeveralLines) {
  const auto rules = rules_of(
      "title: x\nlogsource: &s {product: linux}\ndetection:\n  a: &words [one, two]\n  b: *words\n  "
      "condition: >\n    a\n    or b\n"
      "---\n# nothing\n---\ntitle: y\nlogsource: {product: linux}\ndetection: {k: [x], condition: k}\n...\n");
  EXPECT_EQ(rules.rules().size(), 2U);
  EXPECT_TRUE(rules.refused().empty());
}

TEST(RuleSet, HostileFilesAreBounded) {
  EXPECT_EQ(why_refused("title: x\n---\n,title: y\n"), "line 1: more than 1,000 documents");
  EXPECT_FALSE(why_refused(std::string(100'000, '[')).empty());
  EXPECT_FALSE(why_refused("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
                           "[*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                           "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: "
                           "[*e,*e,*e,*e,*e,*e,*e,*e]\n")
                   .empty());
  EXPECT_EQ(why_refused(std::string((1 << 20) + 1, ' ')), "a file over 1 MiB");
}

}  // namespace
}  // namespace rescue::sigma
