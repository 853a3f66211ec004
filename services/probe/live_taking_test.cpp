#include "live_taking.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rescue/evidence/live_state.hpp"

namespace rescue::probe {
namespace {

evidence::LiveState read(const TakenLive& taken) {
  evidence::Gaps gaps;
  const auto snapshot = evidence::LiveSnapshot::decode(taken.bytes(), gaps);
  EXPECT_TRUE(gaps.empty());
  return evidence::read_live(
      snapshot, [](const std::string&) { return true; }, gaps);
}

TEST(LiveTaking, BehindItsWallsTheChildSeesThisServer) {
  const auto taken = take_live_evidence({});
  EXPECT_TRUE(taken.gaps.empty());
  const auto state = read(taken);
  EXPECT_EQ(state.clock.own_pid, ::getpid());
  ASSERT_TRUE(state.processes.contains(::getpid()));
  EXPECT_EQ(state.processes.at(::getpid()).program, own_program());
  EXPECT_GT(state.system.mounts.size(), 0U);
  for (const auto& [pid, process] : state.processes) EXPECT_EQ(process.hidden, "") << pid;
}

TEST(LiveTaking, ARootWithoutProcIsAGap) {
  const auto taken = take_live_evidence({.root = "/nowhere-at-all"});
  ASSERT_EQ(taken.gaps.size(), 1U);
  EXPECT_TRUE(taken.gaps[0].grave);
}

TEST(LiveTaking, WhatDoesNotEndInTimeIsAGapAndWhatCameBeforeStays) {
  // No time at all: the child is ended at the first glance at the latest.
  const auto taken = take_live_evidence({.most_in_all = std::chrono::milliseconds(0)});
  EXPECT_TRUE(taken.took < std::chrono::seconds(30));
  const auto state = read(taken);
  for (const auto& gap : taken.gaps) EXPECT_TRUE(gap.grave);
}

TEST(LiveTaking, OnlyAPrivateFolderIsOurs) {
  // The tests' program lies in a folder that others may read.
  EXPECT_EQ(own_private_folder(), "");
}

}  // namespace
}  // namespace rescue::probe
