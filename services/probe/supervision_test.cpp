#include "supervision.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "app.hpp"

namespace rescue::probe {
namespace {

using evidence::ReadBoard;
using evidence::ReadPhase;
using std::chrono::milliseconds;

/// What a child found out reaches its parent by its exit code only: the first child that comes through is
/// asked.
int told(const Supervision& how, const std::function<void(const Attempt&, ReadBoard&)>& read) {
  std::ostringstream err;
  return supervise(
      how,
      [&](const Attempt& attempt, ReadBoard& board) {
        board.begin_phase(ReadPhase::kFiles);
        board.take_up("/bad");
        try {
          read(attempt, board);
        } catch (const std::exception&) {
          return kThrew;
        }
        return attempt.left_out.contains("/bad") ? kDone : kFailed;
      },
      err);
}

bool bad_is_read(const Attempt& attempt) {
  return !attempt.left_out.contains("/bad");
}

TEST(Supervision, OneThatComesThroughIsDone) {
  std::ostringstream err;
  EXPECT_EQ(supervise(
                {}, [](const Attempt&, ReadBoard&) { return kDone; }, err),
            kDone);
  EXPECT_EQ(supervise(
                {}, [](const Attempt&, ReadBoard&) { return kFailed; }, err),
            kFailed);
  EXPECT_EQ(err.str(), "");
}

TEST(Supervision, AFileThatCrashesItsReaderIsLeftOut) {
  const auto crash = [](const Attempt& attempt, ReadBoard& board) {
    std::thread([&] { board.take_up("/good"); }).join();
    if (bad_is_read(attempt)) ::raise(SIGSEGV);
    // Only this file was left out, and all threads work again.
    if (attempt.left_out.size() != 1 || attempt.jobs != 3) throw std::runtime_error("more than the file");
  };
  EXPECT_EQ(told({.jobs = 3}, crash), kDone);
}

TEST(Supervision, WhereNobodySaysWhichFileItWasOneThreadFindsOut) {
  const auto killed = [](const Attempt& attempt, ReadBoard& board) {
    if (attempt.jobs > 1) std::thread([&] { board.take_up("/good"); }).join();
    if (bad_is_read(attempt)) ::kill(::getpid(), SIGKILL);
  };
  EXPECT_EQ(told({.jobs = 4}, killed), kDone);
  const auto thrown = [](const Attempt& attempt, ReadBoard& board) {
    if (attempt.jobs > 1) std::thread([&] { board.take_up("/good"); }).join();
    if (bad_is_read(attempt)) throw std::out_of_range("a bug");
  };
  EXPECT_EQ(told({.jobs = 4}, thrown), kDone);
}

TEST(Supervision, OneThatHangsIsEnded) {
  const auto hang = [](const Attempt& attempt, ReadBoard&) {
    while (bad_is_read(attempt)) ::pause();
  };
  EXPECT_EQ(told({.patience = milliseconds(40), .glance = milliseconds(10)}, hang), kDone);
  const auto spin = [](const Attempt& attempt, ReadBoard&) {
    volatile bool on = bad_is_read(attempt);
    while (on) {
    }
  };
  EXPECT_EQ(told({.cpu_patience = milliseconds(40), .glance = milliseconds(10)}, spin), kDone);
}

TEST(Supervision, FilesThatHangTheirReaderGetLessAndLessAndNotForEver) {
  std::ostringstream err;
  const auto spin = [&](const Attempt& attempt, ReadBoard& board) {
    board.begin_phase(ReadPhase::kFiles);
    if (!attempt.web_files) return kDone;
    board.take_up("/" + std::to_string(attempt.left_out.size()));
    for (volatile bool on = true; on;) {
    }
    return kFailed;
  };
  Supervision how{.jobs = 1,
                  .cpu_patience = milliseconds(400),
                  .least_cpu_patience = milliseconds(50),
                  .most_cpu_of_deaths = milliseconds(800),
                  .glance = milliseconds(10)};
  EXPECT_EQ(supervise(how, spin, err), kDone);
  // 400 + 200 + 100 + 50 + 50 is the whole budget; one that then still hangs ends the part.
  const auto text = err.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
}

TEST(Supervision, EndlessDeathsEndWithoutTheWholePart) {
  std::ostringstream err;
  const auto deadly = [](const Attempt& attempt, ReadBoard& board) {
    board.begin_phase(ReadPhase::kFiles);
    if (!attempt.web_files) return attempt.gaps.size() == 1 && attempt.gaps[0].grave ? kDone : kFailed;
    board.take_up("/" + std::to_string(attempt.left_out.size()));
    ::raise(SIGSEGV);
    return kFailed;
  };
  EXPECT_EQ(supervise({.jobs = 1, .most_deaths = 3}, deadly, err), kDone);
  const auto unknown = [](const Attempt&, ReadBoard& board) {
    board.begin_phase(ReadPhase::kReasoning);
    ::raise(SIGSEGV);
    return kDone;
  };
  EXPECT_EQ(supervise({.jobs = 2}, unknown, err), kFailed) << "no file is to blame";
}

TEST(Supervision, DeathsThatNoFileExplainsEndWithoutLogsThenWithoutWebFiles) {
  std::ostringstream err;
  const auto deadly = [](const Attempt& attempt, ReadBoard& board) {
    board.begin_phase(ReadPhase::kReasoning);
    if (attempt.logs || attempt.web_files) ::raise(SIGKILL);
    const bool in_order = attempt.gaps.size() == 2 && attempt.gaps[0].reason.starts_with("logs");
    return in_order ? kDone : kFailed;
  };
  EXPECT_EQ(supervise({.jobs = 2}, deadly, err), kDone);
}

TEST(Supervision, OfLogsThatAreMergedAllThatAreHeldAreLeftOut) {
  const auto hang = [](const Attempt& attempt, ReadBoard& board) {
    std::thread([&] { board.take_up("/beside"); }).join();
    if (bad_is_read(attempt)) ::kill(::getpid(), SIGKILL);
    if (!attempt.left_out.contains("/beside") || !attempt.logs) throw std::runtime_error("not these files");
  };
  EXPECT_EQ(told({.jobs = 2}, hang), kDone);
}

TEST(Supervision, TheChildsOwnLimitOfProcessorTimeEndsTheChildOnly) {
  const auto limited = [](const Attempt& attempt, ReadBoard&) {
    if (bad_is_read(attempt)) ::raise(SIGXCPU);
  };
  EXPECT_EQ(told({}, limited), kDone);
}

TEST(Supervision, ALimitOfTheCallersTakesUsWithIt) {
  const auto limited = [] {
    std::ostringstream err;
    supervise(
        {}, [](const Attempt&, ReadBoard&) { return ::raise(SIGXFSZ); }, err);
  };
  EXPECT_EXIT(limited(), testing::KilledBySignal(SIGXFSZ), "");
}

}  // namespace
}  // namespace rescue::probe
