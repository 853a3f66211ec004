#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "connection.hpp"
#include "rescue/queue/backoff.hpp"
#include "rescue/queue/redis.hpp"
#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::queue {
namespace {

using namespace std::chrono_literals;

class Queue : public ::testing::Test {
 protected:
  Queue() : producer(redis.options()) {}
  Status publish(const std::vector<std::string>& payloads, const std::string& stream = "workflow") {
    std::vector<Outgoing> messages;
    for (const auto& payload : payloads) messages.push_back({stream, payload});
    return producer.publish(messages);
  }
  std::unique_ptr<Consumer> consumer(const std::string& name = "w1", std::chrono::milliseconds idle = 1min) {
    return std::make_unique<Consumer>(redis.options(), "workflow", name, idle);
  }
  /// Reads until something comes or Redis was asked often enough.
  static std::vector<Delivery> read_some(Consumer& from, std::size_t count = 100) {
    for (int i = 0; i < 200; ++i) {
      auto got = from.read(count, 50ms);
      if (got && !got->empty()) return *got;
    }
    ADD_FAILURE() << "nothing came";
    return {};
  }
  static Status acknowledge(Consumer& from, const std::vector<Delivery>& deliveries) {
    std::vector<std::string> ids;
    for (const auto& delivery : deliveries) ids.push_back(delivery.entry_id);
    return from.acknowledge(ids);
  }
  static std::vector<std::string> payloads(const std::vector<Delivery>& deliveries) {
    std::vector<std::string> out;
    for (const auto& delivery : deliveries) out.push_back(delivery.payload);
    return out;
  }
  using Texts = std::vector<std::string>;
  /// Waits until Redis holds back the answers of so many.
  bool holds_back(int clients) {
    const std::string line = "blocked_clients:" + std::to_string(clients) + "\r";
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (redis.command({"INFO", "clients"}).find(line) == std::string::npos) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }

  testing::RedisServer redis;
  Producer producer;
};

TEST_F(Queue, DeliversInOrderUntilAcknowledged) {
  const auto reader = consumer();
  ASSERT_TRUE(publish({"one", "", std::string("\0\r\n\xff", 4)}));
  const auto got = read_some(*reader);
  EXPECT_EQ(payloads(got), (Texts{"one", "", std::string("\0\r\n\xff", 4)}));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 3);
  ASSERT_TRUE(acknowledge(*reader, got));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
  EXPECT_TRUE(reader->read(100, 1ms)->empty());
}

TEST_F(Queue, KeepsStreamsApart) {
  ASSERT_TRUE(publish({"for pricing"}, "pricing"));
  ASSERT_TRUE(publish({"for workflow"}));
  EXPECT_EQ(payloads(read_some(*consumer())), Texts{"for workflow"});
}

TEST_F(Queue, DeliversWhatWasSentBeforeTheReceiverEverRan) {
  ASSERT_TRUE(publish({"early"}));
  EXPECT_EQ(payloads(read_some(*consumer())), Texts{"early"});
}

TEST_F(Queue, GivesUnacknowledgedEntriesAgainAfterARestart) {
  ASSERT_TRUE(publish({"a", "b", "c"}));
  auto reader = consumer();
  const auto first = read_some(*reader, 2);
  EXPECT_FALSE(first[0].redelivered);
  ASSERT_TRUE(acknowledge(*reader, {first[0]}));
  reader = consumer();
  const auto again = read_some(*reader, 1);
  EXPECT_EQ(payloads(again), Texts{"b"});
  EXPECT_TRUE(again[0].redelivered);
  // It may have been handed to the first reader already, who had asked for more.
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"c"});
  ASSERT_TRUE(publish({"d"}));
  const auto fresh = read_some(*reader);
  EXPECT_EQ(payloads(fresh), Texts{"d"});
  EXPECT_FALSE(fresh[0].redelivered);
}

TEST_F(Queue, GoesThroughALongHistoryInPieces) {
  Texts all;
  for (int i = 0; i < 250; ++i) all.push_back(std::to_string(i));
  ASSERT_TRUE(publish(all));
  ASSERT_EQ(read_some(*consumer(), 1'000).size(), 250U);
  const auto reader = consumer();
  Texts seen;
  while (seen.size() < 250) {
    for (const auto& payload : payloads(read_some(*reader, 100))) seen.push_back(payload);
  }
  EXPECT_EQ(seen, all);
}

TEST_F(Queue, ClaimsWhatAnotherConsumerLeft) {
  ASSERT_TRUE(publish({"left"}));
  ASSERT_EQ(read_some(*consumer("gone")).size(), 1U);
  const auto heir = consumer("heir", 1ms);
  const auto got = read_some(*heir);
  EXPECT_EQ(payloads(got), Texts{"left"});
  EXPECT_TRUE(got[0].redelivered);
  ASSERT_TRUE(acknowledge(*heir, got));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
}

TEST_F(Queue, ClearsAwayEntriesThatWereDeletedUnread) {
  ASSERT_TRUE(publish({"deleted", "kept"}));
  auto reader = consumer();
  const auto got = read_some(*reader);
  redis.command({"XDEL", stream_key("workflow"), got.at(0).entry_id});
  reader = consumer();
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"kept"});
  EXPECT_EQ(
      redis.command({"XPENDING", stream_key("workflow"), "rescue", "-", "+", "9"}).find(got[0].entry_id),
      std::string::npos);
}

TEST_F(Queue, AnEntryOfForeignMakeHasAnEmptyPayload) {
  redis.command({"XADD", stream_key("workflow"), "*", "other", "field"});
  EXPECT_EQ(payloads(read_some(*consumer())), Texts{""});
}

TEST_F(Queue, AcknowledgesMoreThanOneScriptTakes) {
  Texts all(3'000, "x");
  ASSERT_TRUE(publish(all));
  const auto reader = consumer();
  const auto got = read_some(*reader, 5'000);
  ASSERT_EQ(got.size(), 3'000U);
  ASSERT_TRUE(acknowledge(*reader, got));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
}

TEST_F(Queue, HealsStreamAndGroupAfterFlushall) {
  const auto reader = consumer();
  ASSERT_TRUE(publish({"before"}));
  const auto before = read_some(*reader);
  redis.command({"FLUSHALL"});
  EXPECT_TRUE(acknowledge(*reader, before));
  ASSERT_TRUE(publish({"after"}));
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"after"});
}

TEST_F(Queue, HealsWhenItIsEmptiedUnderAWaitingReader) {
  const auto reader = consumer();
  ASSERT_TRUE(reader->read(1, 1ms));
  std::vector<Delivery> got;
  std::thread waiting([&] { got = read_some(*reader); });
  EXPECT_TRUE(holds_back(1));
  redis.command({"FLUSHALL"});
  EXPECT_TRUE(publish({"after"}));
  waiting.join();
  EXPECT_EQ(payloads(got), Texts{"after"});
}

TEST_F(Queue, ConnectsAgainAfterRedisWasRestarted) {
  const auto reader = consumer();
  ASSERT_TRUE(publish({"a"}));
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"a"});
  redis.kill();
  EXPECT_EQ(publish({"lost"}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(producer.ping().error().problem, "redis-unavailable");
  EXPECT_EQ(reader->read(1, 1ms).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(reader->acknowledge(Texts{"1-1"}).error().code, ErrorCode::kUnavailable);
  redis.start();
  ASSERT_TRUE(publish({"b"}));
  // The one not acknowledged first: the new connection cannot know whether we got it.
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"a"});
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"b"});
}

TEST_F(Queue, DoesNotWaitForEverForARedisThatHangs) {
  auto options = redis.options();
  options.command_timeout = 500ms;
  options.connect_timeout = 500ms;
  Producer hasty(options);
  Consumer reader(options, "workflow", "w1");
  ASSERT_TRUE(hasty.ping());
  ASSERT_TRUE(reader.read(1, 1ms));
  redis.pause();
  EXPECT_EQ(hasty.ping().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(hasty.ping().error().code, ErrorCode::kUnavailable);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  auto read = reader.read(1, 20ms);
  while (read && std::chrono::steady_clock::now() < deadline) read = reader.read(1, 20ms);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnavailable);
  redis.resume();
  ASSERT_TRUE(publish({"after"}));
  EXPECT_EQ(payloads(read_some(reader)), Texts{"after"});
}

TEST_F(Queue, ABlockLongerThanTheCommandTimeoutIsNoFailure) {
  auto options = redis.options();
  options.command_timeout = 1s;
  Consumer reader(options, "workflow", "w1");
  const auto got = reader.read(1, 1'500ms);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_TRUE(got->empty());
}

TEST_F(Queue, OneWhoHasHungUpIsHandedNothingMore) {
  const auto leaving = consumer("leaving");
  EXPECT_TRUE(leaving->read(1, 1ms)->empty());
  leaving->stop();
  leaving->hang_up();
  ASSERT_TRUE(holds_back(0));
  ASSERT_TRUE(publish({"late"}));
  EXPECT_EQ(payloads(read_some(*consumer("staying"))), Texts{"late"});
}

TEST_F(Queue, StopEndsReading) {
  const auto reader = consumer();
  std::atomic<bool> ended{false};
  std::thread reading([&] {
    while (!ended) {
      const auto got = reader->read(1, 10ms);
      ASSERT_TRUE(got);
    }
  });
  reader->stop();
  ended = true;
  reading.join();
  ASSERT_TRUE(publish({"late"}));
  EXPECT_TRUE(reader->read(1, 10s)->empty());
}

TEST_F(Queue, AWakeEndsTheWaitAndLosesNothing) {
  const auto reader = consumer();
  ASSERT_TRUE(reader->read(1, 1ms));
  reader->wake();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(reader->read(1, 30s)->empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 900ms)
      << "Redis alone would have answered after a second";
  ASSERT_TRUE(publish({"asked for before the wake"}));
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"asked for before the wake"});
}

TEST_F(Queue, TellsWhenItHasReadToTheEnd) {
  const auto reader = consumer();
  EXPECT_FALSE(reader->at_end());
  ASSERT_TRUE(publish({"a", "b", "c"}));
  ASSERT_EQ(read_some(*reader, 2).size(), 2U);
  EXPECT_FALSE(reader->at_end());
  ASSERT_EQ(read_some(*reader, 2).size(), 1U);
  EXPECT_TRUE(reader->at_end());
  redis.kill();
  EXPECT_FALSE(reader->read(2, 1ms));
  EXPECT_FALSE(reader->at_end());
}

TEST_F(Queue, WhatWasAskedForAheadAndNeverTakenComesAgain) {
  ASSERT_TRUE(publish({"a", "b", "c", "d"}));
  ASSERT_EQ(read_some(*consumer(), 2).size(), 2U);  // asks for c and d, and ends
  const auto reader = consumer();
  Texts seen;
  while (seen.size() < 4) {
    for (const auto& payload : payloads(read_some(*reader))) seen.push_back(payload);
  }
  EXPECT_EQ(seen, (Texts{"a", "b", "c", "d"}));
}

TEST_F(Queue, WhatCouldNotBeAcknowledgedComesAgainThoughReadingWentOn) {
  const auto reader = consumer();
  ASSERT_TRUE(publish({"a"}));
  ASSERT_TRUE(acknowledge(*reader, read_some(*reader)));
  ASSERT_TRUE(publish({"b"}));
  const auto got = read_some(*reader);
  // Only the connection that acknowledges is lost: the other one has just been used.
  const auto clients = redis.command({"CLIENT", "LIST"});
  const auto at = clients.find("cmd=evalsha");
  ASSERT_NE(at, std::string::npos) << clients;
  const auto id = clients.rfind("id=", at) + 3;
  redis.command({"CLIENT", "KILL", "ID", clients.substr(id, clients.find(' ', id) - id)});
  EXPECT_EQ(acknowledge(*reader, got).error().problem, "redis-unavailable");
  EXPECT_EQ(payloads(read_some(*reader)), Texts{"b"});
  ASSERT_TRUE(acknowledge(*reader, got));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
}

TEST_F(Queue, AScriptThatRedisForgotIsSentAgain) {
  const auto reader = consumer();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(publish({"a"}));
    ASSERT_TRUE(acknowledge(*reader, read_some(*reader)));
    redis.command({"SCRIPT", "FLUSH"});
  }
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
}

TEST_F(Queue, NoReceiptGoesToAStreamThatIsFull) {
  ASSERT_TRUE(publish({"x", "y"}, "intake"));
  const auto reader = consumer();
  for (const std::int64_t most : {3, 3}) {
    ASSERT_TRUE(publish({"a"}));
    const auto got = read_some(*reader);
    const std::vector<Outgoing> receipts{{"intake", "had it"}, {"pricing", "had it"}};
    ASSERT_TRUE(reader->acknowledge(Texts{got[0].entry_id}, receipts, most));
  }
  const Texts services{"intake", "pricing", "workflow"};
  EXPECT_EQ(*producer.lengths(services), (std::vector<std::int64_t>{3, 2, 0}));
}

TEST_F(Queue, LogsInWithUserAndPassword) {
  redis.command({"ACL", "SETUSER", "rescue", "on", ">secret", "~rescue:*", "+@all"});
  redis.command({"CONFIG", "SET", "requirepass", "other"});
  auto options = redis.options();
  const auto refused = Producer(options).ping();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "redis-error");
  options.user = "rescue";
  options.password = "wrong";
  const auto wrong = Producer(options).ping();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(wrong.error().detail.find("wrong\""), std::string::npos);
  options.password = "secret";
  EXPECT_TRUE(Producer(options).ping());
  options.user.clear();
  options.password = "other";
  EXPECT_TRUE(Producer(options).ping());
}

TEST_F(Queue, AFullRedisIsUnavailableNotLost) {
  redis.command({"CONFIG", "SET", "maxmemory", "1"});
  const auto full = publish({"x", "y"});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kUnavailable);
  redis.command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(publish({"z"}));
  EXPECT_EQ(payloads(read_some(*consumer())), Texts{"z"});
}

TEST_F(Queue, ReceiptsGoOutWithTheAcknowledgement) {
  ASSERT_TRUE(publish({"a", "b"}));
  const auto reader = consumer();
  const auto got = read_some(*reader);
  ASSERT_EQ(got.size(), 2U);
  const Texts ids{got[0].entry_id, got[1].entry_id};
  const std::vector<Outgoing> receipts{{"intake", "had a, b"}, {"pricing", "had none"}};
  ASSERT_TRUE(reader->acknowledge(ids, receipts));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
  Consumer intake(redis.options(), "intake", "i1");
  EXPECT_EQ(payloads(read_some(intake)), Texts{"had a, b"});
  EXPECT_EQ(producer.depth("pricing", 0)->length, 1);
}

TEST_F(Queue, OnlyWhatIsSealedWithAKnownSecretIsAuthentic) {
  const std::string old_one(32, 'o'), new_one(32, 'n'), foreign(32, 'f');
  const auto with = [&](std::vector<std::string> secrets) {
    auto options = redis.options();
    options.secrets = std::move(secrets);
    return options;
  };
  for (const auto& secret : {old_one, new_one, foreign}) {
    const Outgoing outgoing{"workflow", "by " + secret.substr(0, 1)};
    ASSERT_TRUE(Producer(with({secret})).publish({&outgoing, 1}));
  }
  ASSERT_TRUE(publish({"unsealed"}));
  const auto seal_of_another = redis.command({"XRANGE", stream_key("workflow"), "-", "+", "COUNT", "1"});
  redis.command({"XADD", stream_key("workflow"), "*", "m", "another text", "a",
                 seal_of_another.substr(seal_of_another.rfind(' ') + 1)});
  Consumer reader(with({new_one, old_one}), "workflow", "w1");
  std::vector<bool> authentic;
  const auto deliveries = reader.read(10, 0ms).value();
  for (const auto& delivery : deliveries) authentic.push_back(delivery.authentic);
  EXPECT_EQ(authentic, (std::vector<bool>{true, true, false, false, false}));
}

TEST_F(Queue, DepthTellsTheAgeOfTheOldest) {
  redis.command({"XADD", stream_key("workflow"), "5000-1", "m", "old"});
  redis.command({"XADD", stream_key("workflow"), "7000-1", "m", "new"});
  const auto depth = producer.depth("workflow", 9'500'000);
  ASSERT_TRUE(depth) << depth.error().detail;
  EXPECT_EQ(depth->length, 2);
  EXPECT_EQ(depth->oldest_age_ms, 4'500);
  EXPECT_EQ(producer.depth("nobody", 9'500'000)->oldest_age_ms, 0);
}

TEST_F(Queue, StandingTellsARestartAndALoss) {
  auto standing = producer.standing("intake");
  ASSERT_TRUE(standing) << standing.error().detail;
  EXPECT_EQ(standing->run_id.size(), 40U);
  EXPECT_EQ(standing->mark, "");
  EXPECT_EQ(producer.set_mark("intake", "", "first"), true);
  EXPECT_EQ(producer.set_mark("intake", "", "second"), false);
  EXPECT_EQ(producer.set_mark("intake", "first", "second"), true);
  EXPECT_EQ(producer.standing("intake")->mark, "second");
  redis.stop();
  redis.start();
  for (int i = 0; i < 10 && !producer.ping(); ++i) continue;  // the first shows that the connection is lost
  const auto restarted = producer.standing("intake");
  EXPECT_NE(restarted->run_id, standing->run_id);
  EXPECT_EQ(restarted->mark, "second");
  redis.command({"FLUSHALL"});
  EXPECT_EQ(producer.standing("intake")->mark, "");
}

TEST(Secrets, AreOneOrTwoLongLines) {
  const std::string path = std::filesystem::temp_directory_path() / ("secrets-" + std::to_string(::getpid()));
  const auto read = [&](const std::string& text) {
    std::ofstream(path) << text;
    return read_secrets(path);
  };
  const std::string one(32, '1'), two(32, '2');
  EXPECT_EQ(*read(one + "\n\n" + two + "\n"), (std::vector<std::string>{one, two}));
  for (const auto& bad : {std::string(), std::string("short"), one + "\n" + two + "\n" + one}) {
    const auto secrets = read(bad);
    ASSERT_FALSE(secrets) << bad;
    EXPECT_EQ(secrets.error().detail.find(one), std::string::npos);
  }
  std::filesystem::remove(path);
  EXPECT_FALSE(read_secrets(path));
}

TEST(QueueOffline, ARefusedConnectionIsUnavailable) {
  RedisOptions options;
  options.port = 1;
  const auto status = Producer(options).ping();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(status.error().detail.find("127.0.0.1:1"), std::string::npos);
  options.host = "/nowhere/redis.sock";
  EXPECT_EQ(Producer(options).ping().error().code, ErrorCode::kUnavailable);
}

TEST(Reply, OfAnUnexpectedShapeGivesNothing) {
  const Reply nothing(nullptr);
  EXPECT_TRUE(nothing.is_nil());
  EXPECT_EQ(nothing.at(3).at(0).text(), "");
  EXPECT_EQ(nothing.integer(), 0);
  EXPECT_EQ(nothing.size(), 0U);
}

TEST(Backoff, DoublesUpToTheLongestWithAShareOfChance) {
  Backoff backoff(100ms, 1'000ms, 1);
  auto step = 100ms;
  for (int i = 0; i < 20; ++i) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, step / 2);
    EXPECT_LE(wait, step);
    step = std::min<std::chrono::milliseconds>(step * 2, 1'000ms);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), 100ms);
}

}  // namespace
}  // namespace rescue::queue
