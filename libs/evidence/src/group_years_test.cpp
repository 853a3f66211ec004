#include "group_years.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "temp_tree.hpp"

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
