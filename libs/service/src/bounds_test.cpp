#include <gtest/gtest.h>

#include <numeric>

#include "rescue/store/outbox.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;

/// Two services and a Redis; how much may pile up where.
class Bounds : public ::testing::Test {
 protected:
  std::unique_ptr<Service> service(ServiceConfig config) {
    auto made = std::make_unique<Service>(std::move(config), kLedger, clock);
    made->on_message("count", [this](store::Tx& tx, const Message& message) -> Status {
      if (fault) RESCUE_TRY(fault(message));
      return write_down(tx, message);
    });
    made->start();
    return made;
  }
  ServiceConfig config(const std::string& name) { return room.config(name, redis.options()); }
  static void send(Service& from, const std::string& to, const std::string& incident_id,
                   std::int64_t number) {
    const auto sent = send_count(from, to, incident_id, number);
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  std::int64_t length(const std::string& name) {
    return queue::Producer(redis.options()).depth(name, 0)->length;
  }
  static store::Outbox::Depth outbox(Service& of) {
    return *of.database().read([](store::Tx& tx) { return store::Outbox::depth(tx); });
  }

  Room room;
  queue::testing::RedisServer redis;
  SystemClock clock;
  std::function<Status(const Message&)> fault;
};

TEST_F(Bounds, ARecipientThatIsAwayFillsItsStreamAndNotRedis) {
  auto with_little_room = config("sender");
  with_little_room.stream_max = 100;
  const auto sender = service(with_little_room);
  for (std::int64_t i = 1; i <= 1'000; ++i) {
    send(*sender, "receiver", "inc_a", i);
    if (i % 50 == 0) send(*sender, "other", "inc_a", i);
  }
  ASSERT_TRUE(reaches([&] { return length("other") == 20; })) << "others are not held up";
  EXPECT_GE(length("receiver"), 100);
  EXPECT_LE(length("receiver"), 100 + 256) << "a batch more at most";
  EXPECT_GE(outbox(*sender).waiting, 1'000 - 356);
  const auto receiver = service(config("receiver"));
  ASSERT_TRUE(reaches([&] { return ledger(receiver->database(), "inc_a").size() == 1'000; }));
  std::vector<std::int64_t> all(1'000);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), all);
}

TEST_F(Bounds, AConsumerWithManyFailedMessagesTakesNoNewOnes) {
  fault = [](const Message&) -> Status {
    return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", "later");
  };
  auto patient = config("receiver");
  patient.retry = {.tries_max = 9, .first = std::chrono::minutes(1), .longest = std::chrono::minutes(1)};
  const auto sender = service(config("sender"));
  for (std::int64_t i = 1; i <= 2'000; ++i) send(*sender, "receiver", "inc_" + std::to_string(i), i);
  const auto receiver = service(patient);
  const auto in_memory = [&] {
    const auto text = redis.command({"XPENDING", queue::stream_key("receiver"), "rescue"});
    return std::atoll(text.c_str());  // 0 for "NOGROUP …"
  };
  std::int64_t before = 0;
  ASSERT_TRUE(reaches([&] {
    const auto now = in_memory();
    return now >= 1'000 && std::exchange(before, now) == now;
  }));
  EXPECT_LE(in_memory(), 1'000 + 2 * 100);
}

TEST_F(Bounds, WhoReachesRedisDoesNotFillTheDisk) {
  auto sealed = config("receiver");
  sealed.redis.secrets = {std::string(32, 's')};
  const auto receiver = service(sealed);
  ASSERT_TRUE(receiver->database().write([](store::Tx& tx) -> Status {
    for (int i = 1; i < 1'000; ++i) RESCUE_TRY(store::DeadLetters::put(tx, "", "", "", "", "before", 1));
    return {};
  }));
  const std::vector<queue::Outgoing> foreign(5, {"receiver", "of nobody's"});
  ASSERT_TRUE(queue::Producer(redis.options()).publish(foreign));
  ASSERT_TRUE(reaches([&] { return length("receiver") == 0; }));
  const auto waiting = receiver->database().read(store::DeadLetters::waiting_count);
  EXPECT_EQ(waiting, 1'000);
}

TEST_F(Bounds, AReceiptThatMayNotBeGivenHoldsUpNoOther) {
  redis.command({"ACL", "SETUSER", "receiver", "on", ">secret", "~rescue:stream:receiver",
                 "~rescue:mark:receiver", "~rescue:stream:sender", "+@all"});
  const auto sender = service(config("sender"));
  const auto stranger = service(config("stranger"));
  send(*sender, "receiver", "inc_a", 1);
  send(*stranger, "receiver", "inc_b", 2);
  ASSERT_TRUE(reaches([&] { return length("receiver") == 2; }));
  auto restricted = config("receiver");
  restricted.redis.user = "receiver";
  restricted.redis.password = "secret";
  const auto receiver = service(restricted);
  EXPECT_TRUE(reaches([&] { return outbox(*sender).sent == 0; }));
  EXPECT_TRUE(reaches([&] { return length("receiver") == 0; }));
  EXPECT_TRUE(reaches([&] { return outbox(*stranger).sent == 1; })) << "it asks again by sending again";
}

}  // namespace
}  // namespace rescue::service
