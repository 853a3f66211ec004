#include "rescue/catalog/annex_text.hpp"

#include <gtest/gtest.h>

namespace rescue::catalog {
namespace {

std::string yaml_fault(const std::string& text) {
  const auto annex = parse_yaml("a.yaml", text);
  return annex ? "accepted" : annex.error().detail;
}
std::string csv_fault(const std::string& text) {
  const auto annex = parse_csv("a.csv", text);
  return annex ? "accepted" : annex.error().detail;
}

TEST(AnnexYaml, GivesTextsNumbersAndTheirLines) {
  const auto annex = parse_yaml("a.yaml",
                                "# a comment\n"
                                "day: 2026-04-01\n"
                                "version: 1.2\n"
                                "rows:\n"
                                "  - yen: 50000\n"
                                "    on: true\n"
                                "    end: null\n"
                                "  - yen: \"7\"\n");
  ASSERT_TRUE(annex) << annex.error().detail;
  EXPECT_EQ(
      dump_json(annex->value),
      R"({"day":"2026-04-01","rows":[{"end":null,"on":true,"yen":50000},{"yen":"7"}],"version":"1.2"})");
  EXPECT_EQ(annex->line_of("/day"), 2);
  EXPECT_EQ(annex->line_of("/rows/0/end"), 7);
  EXPECT_EQ(annex->line_of("/rows/1/missing"), 8) << "the nearest part around it";
}

TEST(AnnexYaml, NamesTheLineThatIsNoYaml) {
  EXPECT_NE(yaml_fault("a: 1\nb: [1, 2\nc: 3\n").find("a.yaml:"), std::string::npos);
  EXPECT_EQ(yaml_fault("a: 1\nb: 2\na: 3\n"), "a.yaml:3: the key \"a\" stands twice in one map");
  EXPECT_EQ(yaml_fault("a: !!binary aGk=\n").substr(0, 9), "a.yaml:1:");
}

TEST(AnnexYaml, ASmallFileCannotGrowWithoutEnd) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto one = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + one;
    for (int j = 0; j < 9; ++j) text += ", " + one;
    text += "]\n";
  }
  EXPECT_NE(yaml_fault(text).find("too many or too deeply nested parts"), std::string::npos);
  EXPECT_NE(yaml_fault(std::string(5'000, '[')).find("a.yaml:1: "), std::string::npos);
}

TEST(AnnexCsv, GivesRowsWithTheirLines) {
  const auto annex = parse_csv("a.csv",
                               "# a comment\n"
                               "os,name,end\r\n"
                               "debian-12,\"Debian \"\"12\"\", stable\",2028-06-30\r\n"
                               "\n"
                               "debian-13,Debian 13,\n");
  ASSERT_TRUE(annex) << annex.error().detail;
  EXPECT_EQ(dump_json(annex->value), R"x({"rows":[{"end":"2028-06-30","name":"Debian \"12\", stable","os":)x"
                                     R"x("debian-12"},{"name":"Debian 13","os":"debian-13"}]})x");
  EXPECT_EQ(annex->line_of("/rows/0/end"), 3);
  EXPECT_EQ(annex->line_of("/rows/1/name"), 5);
}

TEST(AnnexCsv, NamesTheLineThatIsWrong) {
  EXPECT_EQ(csv_fault("a,b\n1,2\n1,2,3\n"), "a.csv:3: has 3 fields, must have 2");
  EXPECT_EQ(csv_fault("a,b\n1,\"2\n"), "a.csv:2: a quote is not closed");
  EXPECT_EQ(csv_fault("a,b\n1,x\"2\"\n"), "a.csv:2: a field with a quote in it must be quoted");
  EXPECT_EQ(csv_fault("a,a\n"), "a.csv:1: a column stands twice");
  EXPECT_EQ(csv_fault(""), "a.csv:1: the line with the columns' names is missing");
}

TEST(JsonPlace, IsTheLineOfAFieldOrOfWhatIsAroundIt) {
  const std::string text = R"({
  "a \\ \"b": [1, "}]",
    {"deep": {"x": -1.5e3,
      "y": [ ] }}
  ],
  "~/": null
})";
  ASSERT_TRUE(parse_json(text));
  const std::vector<std::pair<std::string, int>> places = {{"", 1},
                                                           {"/a \\ \"b", 2},
                                                           {"/a \\ \"b/1", 2},
                                                           {"/a \\ \"b/2", 3},
                                                           {"/a \\ \"b/2/deep/y", 4},
                                                           {"/a \\ \"b/2/deep/z", 3},
                                                           {"/a \\ \"b/9", 2},
                                                           {"/~0~1", 6},
                                                           {"/none", 1},
                                                           {"/~0~1/x", 6}};
  for (const auto& [pointer, line] : places) EXPECT_EQ(line_in_json(text, pointer), line) << pointer;
}

TEST(JsonPlace, OfTextThatIsNoJsonIsWhereItEndsToBe) {
  const std::string text = "{\n\n\"a\": oops}";
  const auto error = located("f.json", text, parse_json(text).error());
  EXPECT_EQ(error.detail.substr(0, 10), "f.json:3: ") << error.detail;
}

}  // namespace
}  // namespace rescue::catalog
