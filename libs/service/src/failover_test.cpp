#include <gtest/gtest.h>

#include <numeric>

#include "rescue/queue/testing/redis_group.hpp"
#include "rescue/store/outbox.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;

std::vector<std::int64_t> up_to(std::int64_t last) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(last));
  std::iota(out.begin(), out.end(), 1);
  return out;
}

/// Two services and sentinels between them. Nothing of either is restarted but where a test says so.
class FailOver : public ::testing::Test {
 protected:
  FailOver() { start_receiver(); }
  void start_receiver() {
    receiver.reset();
    receiver = std::make_unique<Service>(room.config("receiver", group.options()), kLedger, clock);
    receiver->on_message("count", write_down);
    receiver->start();
  }
  void start_sender() {
    sender = std::make_unique<Service>(room.config("sender", group.options()), kLedger, clock);
    sender->start();
  }
  void send(std::int64_t number) {
    const auto sent = send_count(*sender, "receiver", "inc_a", number);
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  bool arrived(std::int64_t last) {
    return reaches(
        [&] { return ledger(receiver->database(), "inc_a").size() >= static_cast<std::size_t>(last); });
  }
  store::Outbox::Depth outbox() {
    return *sender->database().read([](store::Tx& tx) { return store::Outbox::depth(tx); });
  }

  Room room;
  queue::testing::RedisGroup group;
  SystemClock clock;
  std::unique_ptr<Service> receiver, sender;
};

TEST_F(FailOver, MessagesGoOnInOrderNoneLostAndNoneTwice) {
  start_sender();
  for (std::int64_t i = 1; i <= 300; ++i) {
    send(i);
    if (i == 100 || i == 200) group.fail_over();
    if (i == 150) group.revive();
  }
  ASSERT_TRUE(arrived(300));
  EXPECT_TRUE(reaches([&] { return outbox().waiting + outbox().sent == 0; })) << "receipts come back too";
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(300));
}

TEST_F(FailOver, WhatThePromotedReplicaLacksIsSentAgain) {
  start_sender();
  send(1);
  ASSERT_TRUE(arrived(1));
  receiver->stop();
  group.cut_replication();
  for (std::int64_t i = 2; i <= 50; ++i) send(i);
  ASSERT_TRUE(reaches([&] { return outbox().waiting == 0; })) << "only the old master has them";
  group.fail_over();
  start_receiver();
  ASSERT_TRUE(arrived(50));
  EXPECT_TRUE(reaches([&] { return outbox().waiting + outbox().sent == 0; }));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(50));
}

}  // namespace
}  // namespace rescue::service
