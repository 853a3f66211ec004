#include <gtest/gtest.h>

#include <numeric>

#include "rescue/store/outbox.hpp"
#include "rescue/store/testing/postgres_server.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;

/// Two replicas of a receiver on one PostgreSQL, and a sender.
class Replicas : public ::testing::Test {
 protected:
  std::unique_ptr<Service> replica(const std::string& number) {
    ServiceConfig config = room.config("receiver", redis.options());
    config.database_url = url;
    config.replica = number;
    config.consumer_name = "receiver-" + number;
    auto service = std::make_unique<Service>(config, kLedger, clock);
    service->on_message("count",
                        [](store::Tx& tx, const Message& message) { return write_down(tx, message); });
    return service;
  }
  static Message message_to_receiver(std::int64_t number) {
    Message message;
    message.id = "msg_" + std::to_string(number);
    message.from = "sender";
    message.to = "receiver";
    message.type = "count";
    message.incident_id = "inc_a";
    message.sequence = number;
    message.body = {{"number", number}};
    return message;
  }

  Room room;
  queue::testing::RedisServer redis;
  SystemClock clock;
  std::string url = store::testing::PostgresServer::shared().new_database();
  std::unique_ptr<Service> first = replica("1");
};

TEST_F(Replicas, ShareTheWorkAndKeepTheOrder) {
  constexpr std::int64_t kMessages = 200;
  auto second = replica("2");
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  for (auto* service : {first.get(), second.get(), &sender}) service->start();
  for (std::int64_t i = 1; i <= kMessages; ++i) {
    ASSERT_TRUE(send_count(sender, "receiver", "inc_a", i));
    if (i == kMessages / 2) second.reset();
  }
  ASSERT_TRUE(reaches([&] { return ledger(first->database(), "inc_a").size() >= kMessages; }));
  std::vector<std::int64_t> in_order(kMessages);
  std::iota(in_order.begin(), in_order.end(), 1);
  EXPECT_EQ(ledger(first->database(), "inc_a"), in_order);
}

TEST_F(Replicas, TakeOverWhatADeadOneHasRead) {
  first->start();
  queue::Consumer dead(redis.options(), "receiver", "receiver-dead");
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  first->stop();
  sender.start();
  ASSERT_TRUE(send_count(sender, "receiver", "inc_a", 1));
  ASSERT_TRUE(reaches([&] { return !dead.read(10, std::chrono::milliseconds(100))->empty(); }));
  auto second = replica("2");
  second->start();
  EXPECT_TRUE(reaches([&] { return ledger(second->database(), "inc_a").size() == 1; }));
}

TEST_F(Replicas, PublishWhatADeadOneHasLeftUnsent) {
  ASSERT_TRUE(first->database().write([&](store::Tx& tx) -> Status {
    return store::Outbox::put(tx, message_to_receiver(1), "receiver-dead");
  }));
  first->start();
  EXPECT_TRUE(reaches([&] { return ledger(first->database(), "inc_a").size() == 1; }));
}

TEST_F(Replicas, ReleaseWhatADeadOneHasLeftParked) {
  first->start();
  // Another one has handled the first message and died before it came to the second, which was parked.
  ASSERT_TRUE(first->database().write([&](store::Tx& tx) -> Status {
    RESCUE_TRY(store::Inbox::accept(tx, message_to_receiver(2), 1));
    RESCUE_TRY(store::Inbox::accept(tx, message_to_receiver(1), 1));
    return {};
  }));
  EXPECT_TRUE(reaches([&] { return ledger(first->database(), "inc_a") == std::vector<std::int64_t>{2}; }));
}

}  // namespace
}  // namespace rescue::service
