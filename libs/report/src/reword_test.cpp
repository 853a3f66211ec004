#include "reword.hpp"

#include <gtest/gtest.h>

namespace rescue::report {
namespace {

const Json kTable{{"the file is empty", "空です"},
                  {"* logged in from * by *", "{2} から {1} に {3} で"},
                  {"* logged in from * by password", "{2} から {1} にパスワードで"},
                  {"keys of *", "{1} の鍵"},
                  {"a*b*c", "{2}{1}"}};

TEST(Reword, TakesWholeSentences) {
  EXPECT_EQ(reword(kTable, "the file is empty"), "空です");
  EXPECT_EQ(reword(kTable, "the file is empty "), std::nullopt);
  EXPECT_EQ(reword(kTable, ""), std::nullopt);
}

TEST(Reword, PutsWhatTheStarsStoodForIntoItsPlace) {
  EXPECT_EQ(reword(kTable, "web logged in from 192.0.2.1 by key"), "192.0.2.1 から web に key で");
  EXPECT_EQ(reword(kTable, "keys of "), " の鍵");
}

TEST(Reword, TakesTheMostSpecificPattern) {
  EXPECT_EQ(reword(kTable, "web logged in from 192.0.2.1 by password"), "192.0.2.1 から web にパスワードで");
}

TEST(Reword, DoesNotReadWhatEvidencePutIntoAStar) {
  EXPECT_EQ(reword(kTable, "{2} logged in from {1} by {3}"), "{1} から {2} に {3} で");
}

TEST(Reword, PartsOfAPatternDoNotOverlap) {
  EXPECT_EQ(reword(kTable, "abc"), "");
  EXPECT_EQ(reword(kTable, "ac"), std::nullopt);
  EXPECT_EQ(reword(kTable, "ab"), std::nullopt);
}

}  // namespace
}  // namespace rescue::report
