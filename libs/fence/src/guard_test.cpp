// Two workers at one target: the one whose time is over changes nothing more, however late it comes.
#include "rescue/fence/guard.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "fence_testing.hpp"

namespace rescue::fence {
namespace {

using testing::kKeys;
using testing::kNow;
using testing::Root;

class GuardTest : public ::testing::Test {
 protected:
  Result<Guard> take(Place& place, const std::string& job, std::int64_t attempt,
                     TakeOver take_over = TakeOver::kNo) {
    return Guard::take(place, kKeys, {job, attempt, "w" + std::to_string(attempt)}, kNow, take_over);
  }
  /// One change at the target: another line in a file.
  Status change(Guard& guard, const std::string& line) {
    return guard.check_then([&]() -> Status {
      std::ofstream(root_.path("changed"), std::ios::app) << line << "\n";
      return {};
    });
  }
  std::string changed() {
    std::ifstream in(root_.path("changed"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Root root_;
  std::unique_ptr<FolderPlace> first_ = root_.place();
  std::unique_ptr<FolderPlace> second_ = root_.place();
};

TEST_F(GuardTest, TheHolderChangesTheTarget) {
  auto guard = take(*first_, "job_1", 1);
  ASSERT_TRUE(guard) << guard.error().detail;
  EXPECT_TRUE(change(*guard, "a"));
  EXPECT_TRUE(change(*guard, "b"));
  EXPECT_TRUE(guard->release());
  EXPECT_EQ(changed(), "a\nb\n");
}

TEST_F(GuardTest, AnOldWorkerIsRefusedAtEachFurtherStepOnceALaterAttemptHasTheLock) {
  auto old = take(*first_, "job_1", 1);
  ASSERT_TRUE(change(*old, "old 1"));
  // Its lease ends here, and it sleeps.
  auto young = take(*second_, "job_1", 2);
  ASSERT_TRUE(young) << young.error().detail;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(change(*old, "old 2").error().problem, "fenced-off");
    EXPECT_TRUE(change(*young, "young"));
  }
  EXPECT_EQ(old->release().error().problem, "fenced-off") << "nor does it end the other one's lock";
  EXPECT_TRUE(young->release());
  EXPECT_EQ(change(*old, "old 3").error().problem, "fenced-off") << "also after the later one is done";
  EXPECT_EQ(changed(), "old 1\nyoung\nyoung\nyoung\n");
}

TEST_F(GuardTest, AnAttemptThatWakesUpBeforeItTookTheLockIsRefused) {
  auto young = take(*second_, "job_1", 2);
  EXPECT_EQ(take(*first_, "job_1", 1).error().problem, "fenced-off");
  ASSERT_TRUE(young->release());
  EXPECT_EQ(take(*first_, "job_1", 1).error().problem, "fenced-off");
  auto other = take(*second_, "job_2", 1);
  ASSERT_TRUE(other && other->release());
  EXPECT_EQ(take(*first_, "job_1", 1).error().problem, "fenced-off") << "another job has been here since";
  EXPECT_TRUE(take(*first_, "job_1", 3));
}

TEST_F(GuardTest, TwoRunsOfOneAttemptAreToldApart) {
  auto one = take(*first_, "job_1", 1);
  auto two = take(*second_, "job_1", 1);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(change(*one, "one").error().problem, "fenced-off");
  EXPECT_TRUE(change(*two, "two"));
}

TEST_F(GuardTest, AnotherJobWaitsForTheLockUnlessAnOperatorDecides) {
  auto dead = take(*first_, "job_1", 1);
  ASSERT_TRUE(dead);
  const auto refused = take(*second_, "job_2", 1);
  EXPECT_EQ(refused.error().problem, "target-locked");
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << "it may pass";
  EXPECT_NE(refused.error().detail.find("job_1"), std::string::npos);
  auto decided = take(*second_, "job_2", 1, TakeOver::kYes);
  ASSERT_TRUE(decided) << decided.error().detail;
  EXPECT_EQ(change(*dead, "dead").error().problem, "fenced-off");
  EXPECT_TRUE(change(*decided, "decided"));
}

TEST_F(GuardTest, AnOperatorsDecisionDoesNotBringAnOldAttemptBack) {
  ASSERT_TRUE(take(*first_, "job_1", 2));
  EXPECT_EQ(take(*second_, "job_1", 1, TakeOver::kYes).error().problem, "fenced-off");
}

TEST_F(GuardTest, AReleasedTargetIsFreeForOthers) {
  auto one = take(*first_, "job_1", 1);
  ASSERT_TRUE(one && one->release());
  EXPECT_EQ(change(*one, "one").error().problem, "fenced-off");
  EXPECT_TRUE(take(*second_, "job_2", 1));
}

TEST_F(GuardTest, ALockThatIsTamperedWithUnderItsHolderStopsIt) {
  auto guard = take(*first_, "job_1", 1);
  ASSERT_TRUE(guard);
  const auto whole = root_.read_lock();
  root_.write_lock("garbage");
  EXPECT_EQ(change(*guard, "a").error().problem, "lock-damaged");
  std::filesystem::remove(root_.lock());
  EXPECT_EQ(change(*guard, "b").error().problem, "fenced-off");
  root_.write_lock(whole);
  EXPECT_TRUE(change(*guard, "c"));
  EXPECT_EQ(changed(), "c\n");
}

TEST_F(GuardTest, AFailedChangeIsItsCallersToTell) {
  auto guard = take(*first_, "job_1", 1);
  const auto failed = guard->check_then(
      []() -> Status { return fail(ErrorCode::kUnavailable, "target-unavailable", "no room"); });
  EXPECT_EQ(failed.error().detail, "no room");
  EXPECT_TRUE(change(*guard, "a")) << "the lock is still there";
}

TEST_F(GuardTest, WhoHasNoProperNameOrNoSecretTakesNoLock) {
  EXPECT_EQ(take(*first_, "../x", 1).error().problem, "bad-id");
  EXPECT_EQ(take(*first_, "job_1", 0).error().problem, "bad-id");
  EXPECT_EQ(Guard::take(*first_, {}, {"job_1", 1, "w"}, kNow).error().problem, "bad-config");
  EXPECT_FALSE(std::filesystem::exists(root_.lock()));
}

TEST_F(GuardTest, AProcessThatIsKilledBetweenItsStepsLeavesALockForItsNextAttempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto place = root_.place();
    auto guard = take(*place, "job_1", 1);
    if (guard && change(*guard, "before the end")) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(take(*first_, "job_2", 1).error().problem, "target-locked") << "the target is half changed";
  auto next = take(*first_, "job_1", 2);
  ASSERT_TRUE(next) << next.error().detail;
  EXPECT_TRUE(change(*next, "after"));
  EXPECT_EQ(changed(), "before the end\nafter\n");
}

/// Says one byte into a pipe, or waits for one.
struct Signal {
  int ends[2] = {-1, -1};
  Signal() { [[maybe_unused]] const int made = ::pipe(ends); }
  ~Signal() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void say() const { [[maybe_unused]] const auto n = ::write(ends[1], "x", 1); }
  void wait() const {
    char byte = 0;
    [[maybe_unused]] const auto n = ::read(ends[0], &byte, 1);
  }
};

TEST_F(GuardTest, AProcessThatSleptOverItsLeaseIsRefusedWhenItWakesUp) {
  const Signal has_begun;
  const Signal wake_up;
  const pid_t sleeper = ::fork();
  if (sleeper == 0) {
    const auto place = root_.place();
    auto guard = take(*place, "job_1", 1);
    if (!guard || !change(*guard, "old")) ::_exit(1);
    has_begun.say();
    wake_up.wait();
    for (int i = 0; i < 3; ++i) {
      const auto refused = change(*guard, "too late");
      if (refused || refused.error().problem != "fenced-off") ::_exit(2);
    }
    ::_exit(0);
  }
  has_begun.wait();
  ASSERT_EQ(::kill(sleeper, SIGSTOP), 0);
  auto next = take(*first_, "job_1", 2);
  ASSERT_TRUE(next) << next.error().detail;
  ASSERT_TRUE(change(*next, "new"));
  wake_up.say();
  ASSERT_EQ(::kill(sleeper, SIGCONT), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(sleeper, &status, 0), sleeper);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(changed(), "old\nnew\n");
}

TEST_F(GuardTest, AProcessStoppedInTheMidstOfAChangeKeepsTheNextAttemptOutUntilItIsDead) {
  const Signal is_inside;
  const pid_t sleeper = ::fork();
  if (sleeper == 0) {
    const auto place = root_.place();
    auto guard = take(*place, "job_1", 1);
    if (guard) {
      const auto ended = guard->check_then([&]() -> Status {
        is_inside.say();
        ::pause();
        return {};
      });
    }
    ::_exit(1);
  }
  is_inside.wait();
  ASSERT_EQ(::kill(sleeper, SIGSTOP), 0);
  EXPECT_EQ(take(*first_, "job_1", 2).error().problem, "target-unavailable");
  ASSERT_EQ(::kill(sleeper, SIGKILL), 0);
  ASSERT_EQ(::waitpid(sleeper, nullptr, 0), sleeper);
  EXPECT_TRUE(take(*first_, "job_1", 2));
}

}  // namespace
}  // namespace rescue::fence
