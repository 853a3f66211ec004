#include "progress_board.hpp"

#include <gtest/gtest.h>

namespace rescue::worker {
namespace {

using std::chrono::seconds;

class Board : public ::testing::Test {
 protected:
  bool put(int at_s, Progress progress) { return board_.put(progress, begin_ + seconds(at_s)); }
  ProgressBoard::SteadyTime begin_{seconds(1'000)};
  ProgressBoard board_{begin_};
};

TEST_F(Board, TellsRateAndTimeLeftOnceTheyAreKnown) {
  put(0, {.phase = "probe-running", .done = 100, .total = 1'100, .unit = "bytes"});
  EXPECT_FALSE(board_.latest().contains("left_s"));
  put(10, {.phase = "probe-running", .done = 300, .total = 1'100, .unit = "bytes"});
  EXPECT_EQ(board_.latest().at("rate_per_s"), 20);
  EXPECT_EQ(board_.latest().at("left_s"), 40);
  put(11, {.phase = "responding", .done = 1, .unit = "steps"});
  EXPECT_FALSE(board_.latest().contains("rate_per_s")) << "another phase begins anew";
  put(21, {.phase = "responding", .done = 21, .unit = "steps"});
  EXPECT_EQ(board_.latest().at("rate_per_s"), 2);
  EXPECT_FALSE(board_.latest().contains("left_s")) << "of how many is not known";
}

TEST_F(Board, TimeThatPassesIsNoRate) {
  put(0, {.phase = "probe-running", .done = 0, .total = 300, .unit = "seconds"});
  put(30, {.phase = "probe-running", .done = 30, .total = 300, .unit = "seconds"});
  EXPECT_FALSE(board_.latest().contains("rate_per_s"));
  put(31, {.phase = "probe-running", .done = 1'000, .total = 5'000, .unit = "bytes"});
  put(33, {.phase = "probe-running", .done = 2'000, .total = 5'000, .unit = "bytes"});
  EXPECT_EQ(board_.latest().at("rate_per_s"), 500) << "counted from the first word in bytes";
}

TEST_F(Board, WhatWasFoundSoFarGoesWithIt) {
  put(0, {.phase = "probe-running", .unit = "bytes", .findings = FindingCounts{.critical = 1, .low = 2}});
  EXPECT_EQ(board_.latest().at("findings"),
            Json({{"critical", 1}, {"high", 0}, {"medium", 0}, {"low", 2}, {"info", 0}}));
}

TEST_F(Board, ANewPhaseIsNewsButNotEverySecondOne) {
  EXPECT_FALSE(put(0, {.phase = "a", .unit = "steps"}));
  EXPECT_TRUE(put(2, {.phase = "b", .unit = "steps"}));
  EXPECT_FALSE(put(2, {.phase = "c", .unit = "steps"}));
  EXPECT_TRUE(put(4, {.phase = "c", .unit = "steps"})) << "told once it lasts";
  EXPECT_FALSE(put(9, {.phase = "c", .unit = "steps"}));
}

}  // namespace
}  // namespace rescue::worker
