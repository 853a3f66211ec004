#include <gtest/gtest.h>

#include <future>
#include <numeric>

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

/// Two services and a Redis between them.
class Delivery : public ::testing::Test {
 protected:
  void begin() {
    receiver = std::make_unique<Service>(room.config("receiver", redis.options()), kLedger, clock);
    receiver->on_message("count",
                         [this](store::Tx& tx, const Message& message) { return handle(tx, message); });
    sender = std::make_unique<Service>(room.config("sender", redis.options()), kLedger, clock);
    receiver->start();
    sender->start();
  }
  Status handle(store::Tx& tx, const Message& message) {
    if (fault) RESCUE_TRY(fault(message));
    return write_down(tx, message);
  }
  void send(const std::string& incident_id, std::int64_t number) {
    const auto sent = send_count(*sender, "receiver", incident_id, number);
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  bool arrived(const std::string& incident_id, std::int64_t last) {
    return reaches(
        [&] { return static_cast<std::int64_t>(ledger(receiver->database(), incident_id).size()) >= last; });
  }
  std::vector<store::DeadLetters::Letter> letters() {
    return *receiver->database().read([](store::Tx& tx) { return store::DeadLetters::list(tx, 0, 100); });
  }
  store::Outbox::Depth outbox() {
    return *sender->database().read([](store::Tx& tx) { return store::Outbox::depth(tx); });
  }
  bool stream_is_empty() {
    queue::Producer producer(redis.options());
    return reaches([&] { return producer.depth("receiver", 0)->length == 0; });
  }

  Room room;
  queue::testing::RedisServer redis;
  SystemClock clock;
  std::function<Status(const Message&)> fault;
  std::unique_ptr<Service> receiver, sender;
};

TEST_F(Delivery, EachMessageTakesEffectOnceAndInOrder) {
  begin();
  for (std::int64_t i = 1; i <= 200; ++i) {
    send("inc_a", i);
    send("inc_b", i);
  }
  ASSERT_TRUE(arrived("inc_a", 200) && arrived("inc_b", 200));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(200));
  EXPECT_EQ(ledger(receiver->database(), "inc_b"), up_to(200));
  EXPECT_TRUE(stream_is_empty());
}

TEST_F(Delivery, AMessageLeavesTheOutboxWhenItsRecipientHasCommittedIt) {
  begin();
  receiver->stop();
  for (std::int64_t i = 1; i <= 3; ++i) send("inc_a", i);
  ASSERT_TRUE(reaches([&] { return outbox().waiting == 0; }));
  EXPECT_EQ(outbox().sent, 3);
  receiver.reset();
  receiver = std::make_unique<Service>(room.config("receiver", redis.options()), kLedger, clock);
  receiver->on_message("count", write_down);
  receiver->start();
  EXPECT_TRUE(reaches([&] { return outbox().sent == 0; }));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(3));
}

TEST_F(Delivery, AMessageSetAsideIsReceiptedToo) {
  fault = [](const Message&) -> Status { return fail(ErrorCode::kInvalid, "wrong-type", "never"); };
  begin();
  send("inc_a", 1);
  ASSERT_TRUE(reaches([&] { return letters().size() == 1; }));
  EXPECT_TRUE(reaches([&] { return outbox().waiting + outbox().sent == 0; }));
}

TEST_F(Delivery, EarlyMessagesAreParkedUntilTheirTurn) {
  begin();
  queue::Producer producer(redis.options());
  for (const std::int64_t number : {4, 2, 3, 3, 5, 1}) {
    Message message;
    message.id = "msg_" + std::to_string(number);
    message.from = "sender";
    message.to = "receiver";
    message.type = "count";
    message.incident_id = "inc_a";
    message.sequence = number;
    message.body = {{"number", number}};
    const queue::Outgoing outgoing{"receiver", encode_message(message)};
    ASSERT_TRUE(producer.publish({&outgoing, 1}));
  }
  ASSERT_TRUE(arrived("inc_a", 5));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(5));
}

TEST_F(Delivery, GoesOnAfterRedisIsKilledAndStartedAgain) {
  begin();
  for (std::int64_t i = 1; i <= 300; ++i) {
    send("inc_a", i);
    if (i % 100 == 50) redis.kill();
    if (i % 100 == 99) redis.start();
  }
  ASSERT_TRUE(arrived("inc_a", 300));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(300));
  EXPECT_TRUE(stream_is_empty());
}

TEST_F(Delivery, GoesOnAfterRedisWasEmptied) {
  begin();
  for (std::int64_t i = 1; i <= 300; ++i) {
    send("inc_a", i);
    if (i % 100 == 50) redis.command({"FLUSHALL"});
  }
  ASSERT_TRUE(arrived("inc_a", 300));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(300));
}

TEST_F(Delivery, SendsAgainWhatRedisLostBeforeItWasRead) {
  begin();
  send("inc_a", 1);
  ASSERT_TRUE(arrived("inc_a", 1));
  receiver->stop();
  for (std::int64_t i = 2; i <= 50; ++i) send("inc_a", i);
  ASSERT_TRUE(reaches([&] { return outbox().waiting == 0; }));
  redis.kill();
  redis.lose_data();
  redis.start();
  receiver.reset();
  receiver = std::make_unique<Service>(room.config("receiver", redis.options()), kLedger, clock);
  receiver->on_message("count", write_down);
  receiver->start();
  ASSERT_TRUE(arrived("inc_a", 50));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(50));
}

TEST_F(Delivery, WaitsForRedisThatIsNotThereAtTheStart) {
  redis.kill();
  begin();
  send("inc_a", 1);
  redis.start();
  ASSERT_TRUE(arrived("inc_a", 1));
}

TEST_F(Delivery, APoisonousMessageBlocksNobodyAndKeepsItsOrder) {
  fault = [](const Message& message) -> Status {
    if (message.body.at("number") == 2 && message.incident_id == "inc_a") throw std::runtime_error("poison");
    return {};
  };
  begin();
  for (std::int64_t i = 1; i <= 4; ++i) {
    send("inc_a", i);
    send("inc_b", i);
  }
  ASSERT_TRUE(arrived("inc_a", 3) && arrived("inc_b", 4));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), (std::vector<std::int64_t>{1, 3, 4}));
  EXPECT_EQ(ledger(receiver->database(), "inc_b"), up_to(4));
  const auto dead = letters();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].reason, "exception: poison");
  EXPECT_EQ(dead[0].incident_id, "inc_a");
  EXPECT_TRUE(stream_is_empty());
}

TEST_F(Delivery, TriesAgainWhatMayPassAndKeepsTheOrder) {
  int failures = 2;
  fault = [&](const Message& message) -> Status {
    if (message.body.at("number") == 1 && failures-- > 0) {
      return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", "try again");
    }
    return {};
  };
  begin();
  for (std::int64_t i = 1; i <= 5; ++i) send("inc_a", i);
  ASSERT_TRUE(arrived("inc_a", 5));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(5));
  EXPECT_TRUE(letters().empty());
}

TEST_F(Delivery, WhatCannotBeReadBecomesADeadLetter) {
  begin();
  queue::Producer producer(redis.options());
  const std::vector<queue::Outgoing> bad{{"receiver", "no JSON"}, {"receiver", std::string("\0\xff", 2)}};
  ASSERT_TRUE(producer.publish(bad));
  send("inc_a", 1);
  ASSERT_TRUE(sender->database().write([&](store::Tx& tx) -> Status {
    return sender->send(tx, "receiver", "no-such-type", "inc_a", Json::object(), Trace::start());
  }));
  send("inc_a", 2);
  ASSERT_TRUE(arrived("inc_a", 2));
  ASSERT_TRUE(reaches([&] { return letters().size() == 3; }));
  EXPECT_EQ(letters()[0].encoded, "no JSON");
  EXPECT_TRUE(letters()[2].reason.starts_with("unknown-message-type")) << letters()[2].reason;
  EXPECT_TRUE(stream_is_empty());
}

TEST_F(Delivery, OperatorsRequeueDeadLettersWithAReason) {
  std::atomic<bool> broken{true};
  fault = [&](const Message&) -> Status {
    if (broken) return fail(ErrorCode::kInvalid, "wrong-type", "cannot be understood");
    return {};
  };
  begin();
  send("inc_a", 7);
  ASSERT_TRUE(reaches([&] { return letters().size() == 1; }));
  auto client = room.client(receiver->http_port());
  const auto list = client.get("/v1/receiver/dead-letters");
  ASSERT_TRUE(list) << list.error().detail;
  ASSERT_EQ(list->status, 200) << list->body;
  EXPECT_EQ(parse_json(list->body)->at("items").at(0).at("reason"), "wrong-type: cannot be understood");

  const auto requeue = [&](const char* key) {
    return client.post("/v1/receiver/dead-letters/1/requeues", {{"reason", "the fault is mended"}},
                       {{"Idempotency-Key", key}});
  };
  EXPECT_EQ(requeue("k1")->status, 409);  // fails again, stays
  EXPECT_EQ(letters()[0].state, "waiting");
  broken = false;
  const auto done = requeue("k2");
  ASSERT_EQ(done->status, 201) << done->body;
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(requeue("k2")->body, done->body);
  EXPECT_EQ(requeue("k3")->status, 409);
  const auto audit =
      receiver->database().read([](store::Tx& tx) { return store::Audit::of_incident(tx, "inc_a", 0, 10); });
  ASSERT_EQ(audit->size(), 1U);
  EXPECT_EQ(audit->at(0).actor, "operator:op");
  EXPECT_EQ(audit->at(0).reason, "the fault is mended");
}

TEST_F(Delivery, WhatCouldNotBeReadTakesItsPlaceOnceItCan) {
  begin();
  Message message;
  message.id = "msg_1";
  message.from = "sender";
  message.to = "receiver";
  message.type = "count";
  message.incident_id = "inc_a";
  message.sequence = 1;
  message.body = {{"number", 1}};
  const std::string readable = encode_message(message);
  message.sequence = 2;
  message.id = "msg_2";
  message.body = {{"number", 2}};
  queue::Producer producer(redis.options());
  const std::vector<queue::Outgoing> first_unreadable{{"receiver", "not yet"},
                                                      {"receiver", encode_message(message)}};
  ASSERT_TRUE(producer.publish(first_unreadable));
  ASSERT_TRUE(reaches([&] { return letters().size() == 1; }));
  // As if a newer release could read what this one could not.
  ASSERT_TRUE(receiver->database().write([&](store::Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("UPDATE dead_letters SET encoded = ?", {readable}));
    return {};
  }));
  const auto done = room.client(receiver->http_port())
                        .post("/v1/receiver/dead-letters/1/requeues", {{"reason", "a new release reads it"}},
                              {{"Idempotency-Key", "k1"}});
  ASSERT_EQ(done->status, 201) << done->body;
  ASSERT_TRUE(arrived("inc_a", 2));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(2));
}

TEST_F(Delivery, ASilenceCountsOnlySinceTheStreamWasReadToItsEnd) {
  redis.kill();
  begin();
  EXPECT_FALSE(receiver->caught_up_since());
  redis.start();
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since().has_value(); }));
  const auto since = *receiver->caught_up_since();
  send("inc_a", 1);
  ASSERT_TRUE(arrived("inc_a", 1));
  EXPECT_EQ(receiver->caught_up_since(), since);
  redis.kill();
  ASSERT_TRUE(reaches([&] { return !receiver->caught_up_since(); }));
  redis.start();
}

TEST_F(Delivery, ASilenceDoesNotCountWhileWhatWasSaidCannotBeRecorded) {
  std::atomic<bool> away = false;
  fault = [&](const Message&) -> Status {
    return away ? fail(ErrorCode::kUnavailable, "database-unavailable", "away") : Status();
  };
  begin();
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since().has_value(); }));
  const auto since = *receiver->caught_up_since();
  away = true;
  send("inc_a", 1);
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since() != since; }));
  away = false;
  ASSERT_TRUE(arrived("inc_a", 1));
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since().has_value(); }));
  EXPECT_GT(*receiver->caught_up_since(), since);
}

TEST_F(Delivery, ASilenceDoesNotCountWhileTheReaderStandsStill) {
  std::promise<void> go_on;
  const auto gone_on = go_on.get_future().share();
  fault = [gone_on](const Message&) -> Status {
    gone_on.wait();
    return {};
  };
  begin();
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since().has_value(); }));
  const auto since = *receiver->caught_up_since();
  send("inc_a", 1);
  EXPECT_TRUE(reaches([&] { return !receiver->caught_up_since(); }));
  go_on.set_value();
  ASSERT_TRUE(arrived("inc_a", 1));
  ASSERT_TRUE(reaches([&] { return receiver->caught_up_since().has_value(); }));
  EXPECT_GT(*receiver->caught_up_since(), since) << "what was said meanwhile may only now be read";
}

TEST_F(Delivery, ParkedMessagesWhoseTurnCameAreHandledAfterAStart) {
  begin();
  receiver->stop();
  Message message;
  message.from = "sender";
  message.to = "receiver";
  message.type = "count";
  message.incident_id = "inc_a";
  ASSERT_TRUE(receiver->database().write([&](store::Tx& tx) -> Status {
    for (const std::int64_t number : {2, 3, 1}) {
      message.id = "msg_" + std::to_string(number);
      message.sequence = number;
      message.body = {{"number", number}};
      RESCUE_TRY(store::Inbox::accept(tx, message, 1));
    }
    return write_down(tx, message);
  }));
  receiver.reset();
  receiver = std::make_unique<Service>(room.config("receiver", redis.options()), kLedger, clock);
  receiver->on_message("count", write_down);
  receiver->start();
  ASSERT_TRUE(arrived("inc_a", 3));
  EXPECT_EQ(ledger(receiver->database(), "inc_a"), up_to(3));
}

}  // namespace
}  // namespace rescue::service
