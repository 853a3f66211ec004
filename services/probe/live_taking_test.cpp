#include "live_taking.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

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
  EXPECT_NE(taken.bytes().find(evidence::live_path::kDiagnosis), std::string_view::npos);
  EXPECT_TRUE(state.sockets.unlisted.empty());
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

/// Takes two texts; what happens at the second one is `trouble`'s business.
LiveTakingPlan troubled(const std::function<void()>& trouble) {
  return {.patience = std::chrono::milliseconds(300),
          .take = [trouble](const evidence::LiveTaking& how, std::span<char> memory, std::uint64_t& used) {
            evidence::LiveWriter writer(memory, used);
            for (const std::string path : {"/proc/11/cmdline", "/proc/12/cmdline", "/proc/13/cmdline"}) {
              if (how.skip.contains(path)) continue;
              how.on_take(path);
              if (path == "/proc/12/cmdline") trouble();
              writer.text(path, "x");
            }
            return 0;
          }};
}

void expect_all_but_the_second(const TakenLive& taken) {
  ASSERT_EQ(taken.gaps.size(), 1U);
  EXPECT_EQ(taken.gaps[0].path, "/proc/12/cmdline");
  evidence::Gaps gaps;
  const auto snapshot = evidence::LiveSnapshot::decode(taken.bytes(), gaps);
  EXPECT_EQ(snapshot.numbers_below("/proc/"), (std::vector<std::int32_t>{11, 13}));
}

TEST(LiveTaking, ATextThatDoesNotComeIsLeftOutAndAllIsTakenAgain) {
  expect_all_but_the_second(take_live_evidence(troubled([] { ::pause(); })));
}

TEST(LiveTaking, ATextThatKillsItsTakerIsLeftOutAndAllIsTakenAgain) {
  expect_all_but_the_second(take_live_evidence(troubled([] { ::raise(SIGSEGV); })));
}

TEST(LiveTaking, OnlyAPrivateFolderIsOurs) {
  // The tests' program lies in a folder that others may read.
  EXPECT_EQ(own_private_folder(), "");
}

}  // namespace
}  // namespace rescue::probe
