#include "group_years.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "rescue/evidence/log_reader.hpp"
#include "temp_tree.hpp"
#include "year_sampling.hpp"

namespace rescue::evidence {
namespace {

/// Three rotated files; the oldest was written in 2024.
struct Rotated {
  TempTree tree;
  SafeRoot root;
  LogGroup group;

  Rotated() : root(tree.root()) {
    tree.write("/var/log/auth.log.2", "Nov 20 10:00:00 h p: m\nDec 20 10:00:00 h p: m\n");
    tree.write("/var/log/auth.log.1", "Dec 21 10:00:00 h p: m\nJan  5 10:00:00 h p: m\n");
    tree.write("/var/log/auth.log", "Jan  6 10:00:00 h p: m\n");
    for (const auto* name : {"auth.log.2", "auth.log.1", "auth.log"})
      tree.set_time(std::string("/var/log/") + name, "2025-01-06T12:00:00Z");
    Gaps gaps;
    group = find_logs(root, {}, gaps).front();
  }
};

/// How often the time is asked for when there is enough of it.
int questions(const Rotated& log) {
  int asked = 0;
  GroupYears years(log.root, log.group, [&] { return ++asked < 0; });
  years.first_year(0);
  return asked;
}

TEST(GroupYears, AreKnownForEveryFileWhenThereIsTime) {
  const Rotated log;
  GroupYears years(log.root, log.group, [] { return false; });
  EXPECT_EQ(years.first_year(0), 2024);
  EXPECT_EQ(years.first_year(1), 2024);
  EXPECT_EQ(years.first_year(2), 2025);
}

TEST(GroupYears, OfTheYoungestFilesAreKnownThoughTimeRanOutOverTheOldest) {
  const Rotated log;
  int left = questions(log) - 1;
  GroupYears years(log.root, log.group, [&] { return left-- == 0; });
  EXPECT_EQ(years.first_year(0), std::nullopt);
  EXPECT_EQ(years.first_year(1), 2024);
  EXPECT_EQ(years.first_year(2), 2025);
}

/// More than 8 MiB of lines, a day every few hundred of them, from 14 December on.
std::string large_log() {
  std::string text;
  constexpr int kLines = 110'000, kDays = 30;
  for (int i = 0; i < kLines; ++i) {
    const int day = i * kDays / kLines;
    const bool new_year = day >= 18;
    text += new_year ? "Jan " : "Dec ";
    const int of_month = new_year ? day - 17 : day + 14;
    text += (of_month < 10 ? " " : "") + std::to_string(of_month);
    text += " 10:00:00 web01 systemd-logind[611]: New session 4711 of user somebody. And more of it.\n";
  }
  return text;
}

TEST(SampledYears, AreThoseThatEveryLineTells) {
  TempTree tree;
  const auto text = large_log();
  tree.write("/var/log/auth.log", text);
  const auto root = tree.root();
  const auto sampled = sample_years(root.open_file("/var/log/auth.log").value(), [] { return false; });
  MemoryStream stream(text);
  const auto all = scan_years(stream);
  ASSERT_TRUE(sampled);
  EXPECT_EQ(std::tuple(sampled->any, sampled->first_month, sampled->first_day, sampled->last_month,
                       sampled->last_day, sampled->new_years),
            std::tuple(all.any, all.first_month, all.first_day, all.last_month, all.last_day, all.new_years));
  EXPECT_EQ(all.new_years, 1);
  EXPECT_FALSE(sample_years(root.open_file("/var/log/auth.log").value(), [] { return true; }));
}

TEST(SampledYears, SmallFilesAndOtherFormsAreLeftToWhoReadsEveryLine) {
  TempTree tree;
  tree.write("/small", "Dec 20 10:00:00 h p: m\n");
  tree.write("/other", large_log().substr(1));
  for (const auto* path : {"/small", "/other"})
    EXPECT_FALSE(sample_years(tree.root().open_file(path).value(), [] { return false; })) << path;
}

/// What reading that log as auth.log leaves as gaps.
Gaps gaps_of(const std::string& text) {
  TempTree tree;
  tree.write("/var/log/auth.log", text);
  tree.set_time("/var/log/auth.log", "2026-01-12T12:00:00Z");
  const auto root = tree.root();
  Gaps gaps;
  read_logs(
      root, find_logs(root, {}, gaps), TimeZone(), {}, [](std::span<const Event>) {}, gaps);
  return gaps;
}

TEST(SampledYears, ThatNotAllLinesBearOutAreAGap) {
  auto text = large_log();
  EXPECT_TRUE(gaps_of(text).empty());
  // Between two lines of one day, where nobody looks: almost a year.
  const auto at = text.find('\n', 1'200'000) + 1;
  text.insert(at,
              "Jan 15 10:00:00 web01 cron[1]: x\nDec 15 10:00:00 web01 cron[1]: x\nJan 15 10:00:00 web01 "
              "cron[1]: x\nJun 15 10:00:00 web01 cron[1]: x\n");
  const auto gaps = gaps_of(text);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].reason.find("years are not certain"), std::string::npos);
  EXPECT_TRUE(gaps[0].grave);
}

TEST(GroupYears, AreLookedForOnceWhicheverThreadAsks) {
  const Rotated log;
  std::atomic<int> asked = 0, wrong = 0;
  GroupYears years(log.root, log.group, [&] { return ++asked < 0; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { wrong += years.first_year(2) == 2025 ? 0 : 1; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(asked, questions(log));
}

}  // namespace
}  // namespace rescue::evidence
