#include "rescue/evidence/read_board.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "rescue/evidence/safe_root.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

TEST(ReadBoard, NamesTheOnlyReadersFile) {
  ReadBoard board{};
  EXPECT_EQ(board.culprit(), "");
  board.take_up("/a");
  board.take_up("/b");
  EXPECT_EQ(board.culprit(), "/b");
  EXPECT_EQ(board.files(), 2U);
}

TEST(ReadBoard, OfSeveralReadersOnlyTheOneThatDiesIsNamed) {
  ReadBoard board{};
  board.take_up("/mine");
  std::thread([&] { board.take_up("/others"); }).join();
  EXPECT_EQ(board.culprit(), "");
  EXPECT_EQ(board.held(), (std::vector<std::string>{"/mine", "/others"}));
  board.blame();
  EXPECT_EQ(board.culprit(), "/mine");
  std::thread([&] { board.blame(); }).join();
  EXPECT_EQ(board.culprit(), "/mine") << "the first one counts";
}

TEST(ReadBoard, APhaseForgetsWhatIsDone) {
  ReadBoard board{};
  board.take_up("/a");
  board.begin_phase(ReadPhase::kLogs);
  EXPECT_EQ(board.culprit(), "");
  EXPECT_EQ(board.phase(), ReadPhase::kLogs);
}

TEST(ReadBoard, LongPathsAndManyThreadsAreBounded) {
  ReadBoard board{};
  board.take_up(std::string(10'000, 'x'));
  EXPECT_EQ(board.culprit().size(), 4096U);
  for (int i = 0; i < 200; ++i) std::thread([&] { board.take_up("/t"); }).join();
  EXPECT_EQ(board.files(), 201U);
  EXPECT_TRUE(board.held().empty());
}

TEST(ReadBoard, TheRootTellsWhatIsReadAndRefusesWhatIsLeftOut) {
  const TempTree tree;
  tree.write("/good", "four");
  tree.write("/deadly", "x");
  auto root = tree.root();
  ReadBoard board{};
  root.tell(board);
  root.leave_out({{"/deadly", "its reader died of it"}});
  EXPECT_EQ(root.read_small("good", 100).value(), "four");
  EXPECT_EQ(board.culprit(), "/good");
  EXPECT_EQ(board.bytes(), 4U);
  const auto refused = root.read_small("//deadly", 100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().detail, "/deadly: its reader died of it");
}

}  // namespace
}  // namespace rescue::evidence
