#include "loss_watch.hpp"

#include <gtest/gtest.h>

#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::service {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNow = 1'700'000'000 * kSecond;

class Losses : public ::testing::Test {
 protected:
  Losses() : db(*store::Database::open("sqlite://:memory:", {})), producer(redis.options()) {}
  /// A message sent at `sent_us`.
  void sent(std::int64_t sent_us) {
    ASSERT_TRUE(db->write([&](store::Tx& tx) -> Status {
      Message message;
      message.from = "intake";
      message.to = "workflow";
      message.type = "t";
      message.incident_id = "inc_a";
      RESCUE_TRY(store::Outbox::put(tx, message));
      ++count;
      return store::Outbox::mark_sent(tx, {{count}}, sent_us);
    }));
  }
  /// How many go out again.
  std::int64_t check(LossWatch& watch, std::int64_t now_us) {
    while (!producer.ping()) {
    }
    const auto resent = watch.check(producer, *db, now_us);
    EXPECT_TRUE(resent) << resent.error().detail;
    return resent.value_or(-1);
  }

  queue::testing::RedisServer redis;
  std::unique_ptr<store::Database> db;
  queue::Producer producer;
  std::int64_t count = 0;
};

TEST_F(Losses, NothingGoesOutAgainWhileAllIsWell) {
  LossWatch watch("intake");
  EXPECT_EQ(check(watch, kNow), 0);
  sent(kNow);
  EXPECT_EQ(check(watch, kNow + kSecond), 0);
  LossWatch after_a_restart_of_ours("intake");
  EXPECT_EQ(check(after_a_restart_of_ours, kNow + 2 * kSecond), 0);
}

TEST_F(Losses, AfterAFlushWhatWasNotSeenAcknowledgedGoesOutAgain) {
  LossWatch watch("intake");
  EXPECT_EQ(check(watch, kNow - 3'600 * kSecond), 0);
  sent(kNow - 3'000 * kSecond);  // acknowledged: the stream is empty at the next check
  EXPECT_EQ(check(watch, kNow), 0);
  sent(kNow + 1);
  redis.command({"FLUSHALL"});
  EXPECT_EQ(check(watch, kNow + kSecond), 1);
  EXPECT_EQ(check(watch, kNow + 2 * kSecond), 0);
}

TEST_F(Losses, ARestartOfRedisIsNoticedEvenWhenItsMarkSurvives) {
  LossWatch watch("intake");
  EXPECT_EQ(check(watch, kNow), 0);
  sent(kNow + 1);
  redis.kill();
  redis.start();
  EXPECT_EQ(check(watch, kNow + kSecond), 1);
  EXPECT_EQ(check(watch, kNow + 2 * kSecond), 0);
}

TEST_F(Losses, WhatStillLiesInAStreamIsNotSafe) {
  LossWatch watch("intake");
  watch.sent_to("workflow");
  EXPECT_EQ(check(watch, kNow), 0);
  sent(kNow + 100 * kSecond);
  redis.command({"XADD", queue::stream_key("workflow"), std::to_string((kNow + 100 * kSecond) / 1'000) + "-1",
                 "m", "x"});
  EXPECT_EQ(check(watch, kNow + 5'000 * kSecond), 0);
  redis.command({"FLUSHALL"});
  EXPECT_EQ(check(watch, kNow + 5'001 * kSecond), 1);
}

TEST_F(Losses, WithoutAnyMarkAllThatIsKeptGoesOutAgain) {
  sent(kNow - 86'400 * kSecond);
  sent(kNow);
  LossWatch watch("intake");
  EXPECT_EQ(check(watch, kNow + kSecond), 2);
  EXPECT_EQ(check(watch, kNow + 2 * kSecond), 0);
}

TEST(LossMark, IsReadBackOrRefused) {
  const LossWatch::Mark mark{"abc", -5};
  EXPECT_EQ(LossWatch::Mark::parse(mark.text())->safe_us, -5);
  EXPECT_EQ(LossWatch::Mark::parse(mark.text())->run_id, "abc");
  for (const auto* bad : {"", "abc", "abc ", "abc x", "abc 1x", "abc 99999999999999999999"}) {
    EXPECT_FALSE(LossWatch::Mark::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace rescue::service
