#include "loss_watch.hpp"

#include <gtest/gtest.h>

#include "receipt.hpp"
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
      message.id = "msg_" + std::to_string(++count);
      message.from = "intake";
      message.to = "workflow";
      message.type = "t";
      message.incident_id = "inc_a";
      RESCUE_TRY(store::Outbox::put(tx, message));
      return store::Outbox::mark_sent(tx, {{count}}, sent_us);
    }));
  }
  void receipt_for(const std::vector<std::string>& ids) {
    ASSERT_TRUE(db->write([&](store::Tx& tx) -> Status { return store::Outbox::take_receipts(tx, ids); }));
  }
  /// How many go out again.
  std::int64_t check_mark() {
    for (int i = 0; i < 10 && !producer.ping(); ++i) continue;  // the first shows a connection that was lost
    return watch.check_mark(producer, *db).value_or(-1);
  }
  std::int64_t check_receipts(std::int64_t now_us) {
    return watch.check_receipts(producer, *db, now_us).value_or(-1);
  }

  queue::testing::RedisServer redis;
  std::unique_ptr<store::Database> db;
  queue::Producer producer;
  LossWatch watch{"intake"};
  std::int64_t count = 0;
};

TEST_F(Losses, NothingGoesOutAgainWhileAllIsWell) {
  EXPECT_EQ(check_mark(), 0);
  sent(kNow);
  EXPECT_EQ(check_mark(), 0);
  LossWatch after_a_restart_of_ours("intake");
  EXPECT_EQ(after_a_restart_of_ours.check_mark(producer, *db), 0);
}

TEST_F(Losses, AfterAFlushWhatHasNoReceiptGoesOutAgain) {
  EXPECT_EQ(check_mark(), 0);
  sent(kNow - 3'000 * kSecond);
  receipt_for({"msg_1"});
  sent(kNow);
  redis.command({"FLUSHALL"});
  EXPECT_EQ(check_mark(), 1);
  EXPECT_EQ(check_mark(), 0);
}

TEST_F(Losses, ARestartOfRedisIsNoticedEvenWhenItsMarkSurvives) {
  EXPECT_EQ(check_mark(), 0);
  sent(kNow);
  redis.kill();
  redis.start();
  EXPECT_EQ(check_mark(), 1);
  EXPECT_EQ(check_mark(), 0);
}

TEST_F(Losses, WithoutAnyMarkAllThatHasNoReceiptGoesOutAgain) {
  sent(kNow - 86'400 * kSecond);
  sent(kNow);
  EXPECT_EQ(check_mark(), 2);
  EXPECT_EQ(check_mark(), 0);
}

TEST_F(Losses, WhatLeftItsStreamWithoutAReceiptGoesOutAgain) {
  sent(kNow);
  EXPECT_EQ(check_receipts(kNow + 60 * kSecond), 0) << "its receipt may be on the way";
  EXPECT_EQ(check_receipts(kNow + 61 * kSecond), 1);
  EXPECT_EQ(check_receipts(kNow + 62 * kSecond), 0) << "it waits to be sent";
}

TEST_F(Losses, WhatStillLiesInItsStreamIsNotLost) {
  sent(kNow);
  redis.command(
      {"XADD", queue::stream_key("workflow"), std::to_string((kNow - kSecond) / 1'000) + "-1", "m", "x"});
  EXPECT_EQ(check_receipts(kNow + 5'000 * kSecond), 0);
  redis.command({"DEL", queue::stream_key("workflow")});
  EXPECT_EQ(check_receipts(kNow + 5'000 * kSecond), 1);
}

TEST(Receipts, AreReadBackOrAreNone) {
  const std::vector<std::string> ids{"msg_1", "msg_2"};
  EXPECT_EQ(decode_receipt(encode_receipt(ids)), ids);
  for (const auto* other : {"", "{}", R"({"id":"msg_1"})", R"({"receipt":7})", R"({"receipt":[7]})",
                            R"({"receipt":["msg_1")", R"({"receipt":)"}) {
    EXPECT_FALSE(decode_receipt(other)) << other;
  }
}

TEST(Receipts, AreOwedForWhatNamesItsSender) {
  const auto owed = receipt_owed_for(R"({"from":"intake","id":"msg_1","of a newer":"make"})");
  ASSERT_TRUE(owed);
  EXPECT_EQ(owed->sender, "intake");
  EXPECT_EQ(owed->message_id, "msg_1");
  for (const auto* none : {"no JSON", "[]", R"({"id":"msg_1"})", R"({"from":"intake"})",
                           R"({"from":"../x","id":"msg_1"})", R"({"from":7,"id":"msg_1"})"}) {
    EXPECT_FALSE(receipt_owed_for(none)) << none;
  }
}

}  // namespace
}  // namespace rescue::service
