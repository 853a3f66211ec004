#include "decision_board.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace rescue::intake {
namespace {

constexpr std::chrono::milliseconds kLong{60'000};
constexpr std::chrono::milliseconds kNone{0};

Decision accepted(const std::string& text) {
  return {.answer = {{"said", text}}, .refusal = std::nullopt};
}

TEST(DecisionBoard, HandsADecisionToWhoWaitsForIt) {
  DecisionBoard board(4);
  auto seat = board.enter("req_1");
  ASSERT_TRUE(seat);
  std::thread workflow([&] {
    board.decide("req_other", accepted("not yours"));
    board.decide("req_1", accepted("yours"));
  });
  const auto decision = seat->wait(kLong);
  workflow.join();
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->answer["said"], "yours");
}

TEST(DecisionBoard, KeepsADecisionThatComesBeforeTheWait) {
  DecisionBoard board(4);
  auto seat = board.enter("req_1");
  board.decide("req_1", accepted("early"));
  EXPECT_TRUE(seat->wait(kNone));
}

TEST(DecisionBoard, FindsADecisionThatAnotherReplicaWasTold) {
  DecisionBoard board(4);
  auto seat = board.enter("req_1");
  int looks = 0;
  const auto decision = seat->wait(kLong, [&]() -> std::optional<Decision> {
    if (++looks < 3) return std::nullopt;
    return accepted("elsewhere");
  });
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->answer["said"], "elsewhere");
  EXPECT_TRUE(board.enter("req_2"));
}

TEST(DecisionBoard, LetsOnlySoManyWait) {
  DecisionBoard board(2);
  auto first = board.enter("req_1");
  {
    auto second = board.enter("req_2");
    EXPECT_TRUE(second);
    EXPECT_FALSE(board.enter("req_3"));
  }
  EXPECT_TRUE(board.enter("req_3")) << "a seat that was given up is free again";
}

TEST(DecisionBoard, NobodyWaitsAfterATimeoutUntilADecisionComes) {
  DecisionBoard board(4);
  EXPECT_FALSE(board.enter("req_1")->wait(kNone));
  EXPECT_FALSE(board.enter("req_2"));
  board.decide("req_1", accepted("late"));
  EXPECT_TRUE(board.enter("req_3"));
}

TEST(DecisionBoard, ManyWaitersEachGetTheirOwn) {
  DecisionBoard board(32);
  std::vector<std::thread> waiters;
  std::atomic<int> right = 0;
  std::atomic<int> seated = 0;
  for (int i = 0; i < 16; ++i) {
    waiters.emplace_back([&, id = std::to_string(i)] {
      auto seat = board.enter(id);
      ++seated;
      const auto decision = seat->wait(kLong);
      if (decision && decision->answer["said"] == id) ++right;
    });
  }
  while (seated < 16) std::this_thread::yield();
  for (int i = 0; i < 16; ++i) board.decide(std::to_string(i), accepted(std::to_string(i)));
  for (auto& waiter : waiters) waiter.join();
  EXPECT_EQ(right, 16);
}

}  // namespace
}  // namespace rescue::intake
