#include "rescue/base/forward_clock.hpp"

#include <gtest/gtest.h>

namespace rescue {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

const Timestamp kNoon(std::chrono::sys_days(std::chrono::year(2026) / 9 / 18) + hours(12));

class ForwardClockTest : public ::testing::Test {
 protected:
  ManualClock wall{kNoon};
  ForwardClock clock{wall};
};

TEST_F(ForwardClockTest, SaysWhatTheWallClockSays) {
  EXPECT_EQ(clock.now(), kNoon);
  EXPECT_EQ(clock.now(), kNoon) << "it does not run by itself";
  wall.advance(hours(3));
  EXPECT_EQ(clock.now(), kNoon + hours(3));
  EXPECT_EQ(clock.behind(), microseconds(0));
}

TEST_F(ForwardClockTest, HoldsWhileTheWallClockIsBehindAndKeepsTheOrder) {
  const Timestamp before = clock.now();
  wall.step(-hours(1));
  const Timestamp first = clock.now();
  const Timestamp second = clock.now();
  EXPECT_LT(before, first);
  EXPECT_LT(first, second);
  EXPECT_LT(second - before, std::chrono::milliseconds(1));
  EXPECT_GE(clock.behind(), hours(1));
}

TEST_F(ForwardClockTest, GoesOnWhenTheWallClockHasCaughtUp) {
  clock.now();
  wall.step(-seconds(60));
  const Timestamp held = clock.now();
  wall.advance(seconds(59));
  EXPECT_GT(clock.now(), held);
  EXPECT_LT(clock.now() - held, seconds(1));
  wall.advance(seconds(2));
  EXPECT_EQ(clock.now(), kNoon + seconds(1));
  EXPECT_EQ(clock.behind(), microseconds(0));
}

TEST_F(ForwardClockTest, KnowsWhatAnEarlierProcessHasWritten) {
  clock.has_been(kNoon + seconds(30));
  EXPECT_EQ(clock.behind(), seconds(30));
  EXPECT_GT(clock.now(), kNoon + seconds(30));
  clock.has_been(kNoon);
  EXPECT_GT(clock.now(), kNoon + seconds(30)) << "what is older changes nothing";
}

TEST_F(ForwardClockTest, IsContinuousWhileTimeOnlyPasses) {
  for (int i = 0; i < 10; ++i) {
    wall.advance(hours(5));
    EXPECT_EQ(clock.continuous_since(), kNoon);
  }
  wall.step(seconds(4));
  EXPECT_EQ(clock.continuous_since(), kNoon) << "a correction is no jump";
}

TEST_F(ForwardClockTest, IsContinuousAnewAfterAJumpForward) {
  wall.advance(seconds(10));
  clock.now();
  wall.step(hours(1));
  const Timestamp jumped = clock.now();
  EXPECT_EQ(clock.continuous_since(), jumped);
  wall.advance(hours(2));
  EXPECT_EQ(clock.continuous_since(), jumped);
}

TEST_F(ForwardClockTest, IsContinuousAnewAfterAStepBackWasPutRight) {
  wall.advance(seconds(10));
  clock.now();
  wall.step(-hours(1));
  clock.now();
  wall.step(hours(1));
  EXPECT_EQ(clock.continuous_since(), kNoon + seconds(10));
}

}  // namespace
}  // namespace rescue
