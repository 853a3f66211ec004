#include "progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "rescue/base/json.hpp"

namespace rescue::probe {
namespace {

using evidence::ReadBoard;
using std::chrono::seconds;

TEST(Progress, GivesRateAndTimeLeftAsJsonLines) {
  std::ostringstream out;
  const Progress::SteadyTime begun{seconds(100)};
  Progress progress(ProgressForm::kLines, out, begun);
  ReadBoard board{};
  board.begin_phase(evidence::ReadPhase::kLogs);
  board.plan(3'000);
  board.take_up("/a");
  board.advance(1'000);
  progress.tell(board, begun + seconds(2));
  const auto told = Json::parse(out.str()).at("progress");
  EXPECT_EQ(told, (Json{{"phase", "logs"},
                        {"files", 1},
                        {"bytes", 1'000},
                        {"planned_bytes", 3'000},
                        {"bytes_per_s", 500},
                        {"elapsed_s", 2},
                        {"left_s", 4}}));
}

TEST(Progress, TellsWhatWasFoundSoFar) {
  std::ostringstream out;
  detect::FindingsBoard found{};
  Progress progress(ProgressForm::kLines, out, {}, &found);
  found.count(detect::Severity::kCritical);
  found.count(detect::Severity::kLow, 3);
  progress.tell(ReadBoard{}, Progress::SteadyTime{seconds(1)});
  EXPECT_EQ(Json::parse(out.str()).at("progress").at("findings"),
            (Json{{"critical", 1}, {"high", 0}, {"medium", 0}, {"low", 3}, {"info", 0}}));
}

TEST(Progress, LinesComeWithAPhaseOrEveryTenSeconds) {
  std::ostringstream out;
  const Progress::SteadyTime begun{seconds(100)};
  Progress progress(ProgressForm::kLines, out, begun);
  ReadBoard board{};
  const auto lines = [&] {
    const auto text = out.str();
    return std::count(text.begin(), text.end(), '\n');
  };
  for (int s = 0; s < 10; ++s) progress.tell(board, begun + seconds(s));
  EXPECT_EQ(lines(), 1);
  progress.tell(board, begun + seconds(10));
  EXPECT_EQ(lines(), 2);
  board.begin_phase(evidence::ReadPhase::kLogs);
  progress.tell(board, begun + seconds(11));
  EXPECT_EQ(lines(), 3);
}

TEST(Progress, ATerminalGetsOneLineThatIsWrittenOver) {
  std::ostringstream out;
  Progress progress(ProgressForm::kTerminal, out, {});
  ReadBoard board{};
  board.plan(2'000'000);
  board.advance(1'000'000);
  progress.tell(board, Progress::SteadyTime{seconds(1)});
  EXPECT_EQ(out.str(), "\r\x1b[Kartifacts: 0 files, 1.0 MB, 1.0 MB/s, about 2 s left");
  progress.end();
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace rescue::probe
