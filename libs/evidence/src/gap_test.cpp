#include "rescue/evidence/gap.hpp"

#include <gtest/gtest.h>

namespace rescue::evidence {
namespace {

Gap gap(int number, const std::string& prevents, bool grave = false) {
  return {.path = "/" + std::to_string(number), .reason = "damaged", .prevents = prevents, .grave = grave};
}

TEST(Gaps, KeepsTheFirstOfEachKindAndCountsTheOthers) {
  constexpr int kFlood = 100'000;
  Gaps gaps;
  for (int i = 0; i < kFlood; ++i) gaps.push_back(gap(i, "finding a web shell there"));
  EXPECT_EQ(gaps.size(), Gaps::kMostOfAKind);
  EXPECT_EQ(gaps.back().path, "/199");
  ASSERT_EQ(gaps.left_out().size(), 1U);
  EXPECT_EQ(gaps.left_out()[0].reason, "99800 more gaps of this kind are counted but not listed");
  EXPECT_EQ(gaps.left_out()[0].prevents, "finding a web shell there");
  EXPECT_EQ(gaps.left_out_count(), 99'800U);
}

TEST(Gaps, AFloodedKindPushesNoOtherOut) {
  Gaps gaps;
  for (int i = 0; i < 1'000; ++i) gaps.push_back(gap(i, "finding a web shell there"));
  gaps.push_back(gap(1, "finding a web shell there", true));
  gaps.push_back(gap(2, "knowing which accounts need no password", true));
  EXPECT_EQ(gaps.size(), Gaps::kMostOfAKind + 2);
  EXPECT_EQ(gaps.back().path, "/2");
}

TEST(Gaps, AreOneKindWhateverTheAccount) {
  Gaps gaps;
  for (int i = 0; i < 1'000; ++i)
    gaps.push_back(gap(i, "knowing which keys open account u" + std::to_string(i), true));
  EXPECT_EQ(gaps.size(), Gaps::kMostOfAKind);
  ASSERT_EQ(gaps.left_out().size(), 1U);
  EXPECT_EQ(gaps.left_out()[0].prevents, "knowing which keys open accounts");
  EXPECT_TRUE(gaps.left_out()[0].grave);
}

TEST(Gaps, TakesOverWhatAnotherHasCounted) {
  Gaps all, part;
  for (int i = 0; i < 150; ++i) all.push_back(gap(i, "a"));
  for (int i = 0; i < 250; ++i) part.push_back(gap(i, "a"));
  all.append(part);
  EXPECT_EQ(all.size(), Gaps::kMostOfAKind);
  EXPECT_EQ(all.left_out_count(), 200U);
  all.leave_out(gap(0, "b"), 7);
  EXPECT_EQ(all.left_out_count(), 207U);
}

}  // namespace
}  // namespace rescue::evidence
