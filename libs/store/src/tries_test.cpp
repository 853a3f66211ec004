#include "rescue/store/tries.hpp"

#include "contract.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::store {
namespace {

class TriesContract : public Contract {
 protected:
  Tries::Begun try_it(const std::string& process, std::int64_t now_us, std::int64_t alive_us = 0) {
    const auto begun = db->write([&](Tx& tx) {
      return Tries::begin(tx, "msg_1", process, {.tries_max = 2, .alive_us = alive_us}, now_us);
    });
    EXPECT_TRUE(begun) << begun.error().detail;
    return begun.value_or(Tries::Begun{});
  }
  /// Its story when it is to be set aside.
  std::optional<Tries::Story> begin(const std::string& process, std::int64_t now_us) {
    const auto begun = try_it(process, now_us);
    if (begun.verdict != Tries::Verdict::kSetAside) return std::nullopt;
    return begun.story;
  }
  std::vector<std::string> begun() {
    return *db->read([](Tx& tx) { return Tries::begun(tx, 10); });
  }
};
RESCUE_STORE_CONTRACT(TriesContract);

TEST_P(TriesContract, TellTheStoryOfAMessageThatProcessesDidNotComeBackFrom) {
  EXPECT_FALSE(begin("one", 10));
  EXPECT_FALSE(begin("two", 20));
  const auto story = begin("three", 30);
  ASSERT_TRUE(story);
  EXPECT_EQ(story->tries, 2);
  EXPECT_EQ(story->first_us, 10);
  EXPECT_EQ(story->last_us, 20);
  EXPECT_EQ(story->process, "two");
  EXPECT_TRUE(begin("four", 40)) << "as long as nobody has set it aside";
}

TEST_P(TriesContract, AProcessThatComesBackCountsNot) {
  for (std::int64_t i = 0; i < 10; ++i) {
    EXPECT_FALSE(begin("one", i));
    EXPECT_FALSE(begin("one", i)) << "it lives: it is one try";
    ASSERT_TRUE(write([](Tx& tx) { return Tries::come_back(tx, "msg_1", "one"); }));
  }
  EXPECT_TRUE(begun().empty());
  EXPECT_FALSE(begin("two", 20));
  EXPECT_FALSE(begin("three", 21));
  ASSERT_TRUE(write([](Tx& tx) { return Tries::come_back(tx, "msg_1", "three"); }));
  EXPECT_FALSE(begin("four", 22)) << "only two has not come back";
  EXPECT_TRUE(begin("five", 23));
}

TEST_P(TriesContract, AnotherProcessMayBeAtWorkStill) {
  using Verdict = Tries::Verdict;
  EXPECT_EQ(try_it("one", 10, 5).verdict, Verdict::kHandle);
  EXPECT_EQ(try_it("two", 14, 5).verdict, Verdict::kAtWork);
  EXPECT_EQ(try_it("two", 15, 5).verdict, Verdict::kHandle) << "it would have come back";
  EXPECT_EQ(try_it("three", 19, 5).verdict, Verdict::kAtWork) << "the last of two may be alive";
  EXPECT_EQ(try_it("three", 20, 5).verdict, Verdict::kSetAside);
}

TEST_P(TriesContract, WhatIsHandledIsForgotten) {
  begin("one", 10);
  EXPECT_EQ(begun(), std::vector<std::string>{"msg_1"});
  ASSERT_TRUE(write([](Tx& tx) { return Tries::forget(tx, "msg_1"); }));
  EXPECT_TRUE(begun().empty());
}

TEST_P(TriesContract, WhatWasHandledInAnotherWayIsForgottenToo) {
  begin("one", 10);
  ASSERT_TRUE(write([](Tx& tx) { return Tries::forget_handled(tx); }));
  EXPECT_EQ(begun().size(), 1U);
  Message message;
  message.id = "msg_1";
  message.from = "a";
  message.incident_id = "inc_a";
  message.sequence = 1;
  ASSERT_TRUE(db->write([&](Tx& tx) { return Inbox::accept(tx, message, 5); }));
  ASSERT_TRUE(write([](Tx& tx) { return Tries::forget_handled(tx); }));
  EXPECT_TRUE(begun().empty());
}

}  // namespace
}  // namespace rescue::store
