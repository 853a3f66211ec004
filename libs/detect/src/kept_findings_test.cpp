#include "rescue/detect/kept_findings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rescue::detect {
namespace {

constexpr int kMost = KeptFindings::kMostOfARule;

Finding finding(const std::string& rule, int second, Severity severity = Severity::kHigh) {
  Finding f;
  f.rule = rule;
  f.severity = severity;
  f.time = from_us(std::int64_t{second} * 1'000'000);
  f.path = "/" + std::to_string(second);
  return f;
}

std::vector<std::string> paths(KeptFindings& kept) {
  std::vector<std::string> out;
  for (const auto& f : kept.take_in_turns()) out.push_back(f.rule + f.path);
  return out;
}

TEST(KeptFindings, KeepsTheEarliestOfARuleAndCountsTheOthers) {
  KeptFindings kept;
  for (int i = 0; i < kMost + 200; ++i) kept.add(finding("a.b", 10'000 - i));
  const auto left_out = kept.left_out();
  EXPECT_EQ(left_out.at("a.b").count, 200U);
  const auto all = kept.take_in_turns();
  ASSERT_EQ(all.size(), std::size_t{kMost});
  EXPECT_EQ(all.front().path, "/" + std::to_string(10'000 - (kMost + 199)));
  EXPECT_EQ(all.back().path, "/9800");
}

TEST(KeptFindings, EachIsCountedOnTheBoardAsItComesKeptOrNot) {
  FindingsBoard board{};
  KeptFindings kept;
  kept.add(finding("a.b", 1));
  kept.tell(&board);
  for (int i = 0; i < kMost + 7; ++i) kept.add(finding("a.b", i));
  kept.add(finding("c.d", 1, Severity::kCritical));
  EXPECT_EQ(board.of(Severity::kHigh), static_cast<std::uint64_t>(kMost + 7));
  EXPECT_EQ(board.of(Severity::kCritical), 1U);
  board.clear();
  EXPECT_EQ(board.of(Severity::kHigh), 0U);
}

TEST(KeptFindings, KeepsTheSameWhateverTheOrder) {
  KeptFindings up, down;
  for (int i = 0; i < 2 * kMost; ++i) {
    up.add(finding("a.b", i, static_cast<Severity>(i % 5)));
    const int j = 2 * kMost - 1 - i;
    down.add(finding("a.b", j, static_cast<Severity>(j % 5)));
  }
  EXPECT_EQ(paths(up), paths(down));
}

TEST(KeptFindings, PrefersWhatBreakInsRestOnThenTheSevereThenTheLinked) {
  KeptFindings kept;
  auto entry = finding("a.b", 9'001, Severity::kLow);
  entry.begins_break_in = true;
  const auto grave = finding("a.b", 9'002, Severity::kCritical);
  auto linked = finding("a.b", 9'003);
  linked.linked = true;
  for (int i = 0; i < kMost; ++i) kept.add(finding("a.b", i));
  for (const auto& f : {linked, grave, entry}) kept.add(f);
  const auto all = paths(kept);
  EXPECT_EQ(std::vector(all.begin(), all.begin() + 4),
            (std::vector<std::string>{"a.b/9001", "a.b/9002", "a.b/9003", "a.b/0"}));
}

TEST(KeptFindings, TakesTurnsSoThatNoRuleHidesAnother) {
  KeptFindings kept;
  for (int i = 0; i < 3; ++i) kept.add(finding("flooded.rule", i, Severity::kCritical));
  kept.add(finding("other.rule", 7, Severity::kMedium));
  EXPECT_EQ(paths(kept),
            (std::vector<std::string>{"flooded.rule/0", "other.rule/7", "flooded.rule/1", "flooded.rule/2"}));
}

TEST(KeptFindings, CutsWhatOneFindingHolds) {
  KeptFindings kept;
  auto large = finding("a.b", 1);
  large.title = large.why = large.path = std::string(1 << 16, 'x');
  EvidenceRef ref;
  ref.file = ref.excerpt = std::string(1 << 16, 'y');
  large.evidence.assign(100, ref);
  large.notes.assign(100, {Timestamp{}, std::string(1 << 16, 'z'), ""});
  kept.add(std::move(large));
  const auto all = kept.take_in_turns();
  ASSERT_EQ(all.size(), 1U);
  std::size_t bytes = all[0].title.size() + all[0].why.size() + all[0].path.size();
  for (const auto& e : all[0].evidence) bytes += e.file.size() + e.excerpt.size();
  for (const auto& n : all[0].notes) bytes += n.text.size();
  EXPECT_LT(bytes, 200'000U);
}

TEST(KeptFindings, RemembersHowGraveTheLeftOutOnesAre) {
  KeptFindings kept;
  Rule rule;
  rule.id = "a.b";
  rule.severity = Severity::kCritical;
  for (int i = 0; i <= kMost; ++i) kept.add(finding("a.b", i, Severity::kLow));
  EXPECT_EQ(kept.left_out().at("a.b").gravest, Severity::kLow);
  kept.leave_out(rule, 7);
  EXPECT_EQ(kept.left_out().at("a.b").count, 8U);
  EXPECT_EQ(kept.left_out().at("a.b").gravest, Severity::kCritical);
}

}  // namespace
}  // namespace rescue::detect
