#include "twin_book.hpp"

#include <gtest/gtest.h>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;

Event failed(int second, bool is_entry, std::uint32_t process = 7) {
  Event event;
  event.kind = EventKind::kLoginFailed;
  event.time = Timestamp(std::chrono::seconds(1'789'264'811 + second));
  event.account = "root";
  event.process = process;
  event.is_entry = is_entry;
  return event;
}

class TwinBookTest : public testing::Test {
 protected:
  bool told(const Event& event) { return twins_.told_before(event, scene_); }

  evidence::Gaps gaps_;
  TwinBook twins_{true};

 private:
  MiniRoot files_;
  evidence::SafeRoot root_ = evidence::SafeRoot::open(files_.directory()).value();
  evidence::Artifacts artifacts_;
  evidence::DiskSurvey survey_;
  RuleBook rules_ = RuleBook::shipped();
  std::vector<evidence::LogFileSummary> logs_;
  std::vector<std::string> log_paths_;
  Scene scene_{root_, artifacts_, survey_, rules_, logs_, log_paths_, 1, std::nullopt};
};

TEST_F(TwinBookTest, CountsOnceWhatBothTell) {
  EXPECT_FALSE(told(failed(0, false)));
  EXPECT_FALSE(told(failed(1, false, 8)));
  EXPECT_TRUE(told(failed(2, true)));
  EXPECT_FALSE(told(failed(2, true)));  // told once, not twice
  EXPECT_TRUE(told(failed(3, true, 8)));
  EXPECT_FALSE(told(failed(60, false)));  // too late
  EXPECT_EQ(twins_.finish(gaps_).matched, 2U);
  EXPECT_TRUE(gaps_.empty());
}

TEST_F(TwinBookTest, AFloodOfEqualEventsIsNotGoneThroughForEachOfThem) {
  constexpr int kFlood = 300'000;
  for (int i = 0; i < kFlood; ++i) EXPECT_FALSE(told(failed(0, false, static_cast<std::uint32_t>(i) + 1)));
  for (int i = 0; i < kFlood; ++i) told(failed(0, true, 1'000'000));
  EXPECT_FALSE(told(failed(1000, true)));
  twins_.finish(gaps_);
  EXPECT_TRUE(gaps_.empty());
}

TEST_F(TwinBookTest, TellsHowManyItDidNotCompare) {
  for (int i = 0; i < 1'000'005; ++i) EXPECT_FALSE(told(failed(0, false)));
  EXPECT_TRUE(told(failed(0, true)));
  twins_.finish(gaps_);
  ASSERT_EQ(gaps_.size(), 1U);
  EXPECT_TRUE(gaps_[0].reason.ends_with(": 5 were not")) << gaps_[0].reason;
  EXPECT_TRUE(gaps_[0].grave);
}

}  // namespace
}  // namespace rescue::detect
