#include <gtest/gtest.h>

#include "rescue/queue/redis.hpp"
#include "rescue/queue/testing/redis_group.hpp"
#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::queue {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

/// Tries until Redis takes it.
void publish(Producer& producer, const std::string& payload) {
  const Outgoing outgoing{"workflow", payload};
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  auto published = producer.publish({&outgoing, 1});
  while (!published && std::chrono::steady_clock::now() < deadline)
    published = producer.publish({&outgoing, 1});
  ASSERT_TRUE(published) << published.error().detail;
}

Texts read_some(Consumer& consumer) {
  Texts out;
  for (int i = 0; i < 200 && out.empty(); ++i) {
    const auto got = consumer.read(100, 50ms);
    if (!got) continue;
    for (const auto& delivery : *got) out.push_back(delivery.payload);
  }
  return out;
}

TEST(Sentinel, AFailOverIsFollowedByProducersAndWaitingConsumers) {
  testing::RedisGroup group;
  Producer producer(group.options());
  Consumer consumer(group.options(), "workflow", "w1");
  publish(producer, "before");
  ASSERT_EQ(read_some(consumer), Texts{"before"});
  const auto old = producer.standing("intake");
  ASSERT_TRUE(old) << old.error().detail;
  ASSERT_TRUE(consumer.read(1, 1ms));  // its next question lies with the old master
  group.fail_over();
  publish(producer, "after");
  Texts seen;  // "before" was not acknowledged: it comes again, if the replica had it
  while (seen.empty() || seen.back() != "after") {
    const auto some = read_some(consumer);
    ASSERT_FALSE(some.empty());
    seen.insert(seen.end(), some.begin(), some.end());
  }
  const auto present = producer.standing("intake");
  ASSERT_TRUE(present) << present.error().detail;
  EXPECT_NE(present->run_id, old->run_id);
}

TEST(Sentinel, WhatIsNoMasterAnyMoreIsLeft) {
  testing::RedisServer redis;
  Producer producer(redis.options());
  publish(producer, "to the master");
  redis.command({"REPLICAOF", "127.0.0.1", "1"});
  const Outgoing outgoing{"workflow", "to a replica"};
  const auto refused = producer.publish({&outgoing, 1});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("READONLY"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(producer.standing("intake").error().problem, "redis-unavailable");
  redis.command({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(producer.publish({&outgoing, 1}));
}

TEST(Sentinel, EachIsAskedInTurnAndOnesThatDoNotKnowAreNamed) {
  testing::RedisServer no_sentinel;
  RedisOptions options;
  options.master_name = "rescue";
  options.sentinels = {{no_sentinel.options().host, 1}, {"127.0.0.1", 1}};
  const auto status = Producer(options).ping();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().problem, "redis-unavailable");
  EXPECT_NE(status.error().detail.find("unknown command"), std::string::npos) << status.error().detail;
  EXPECT_NE(status.error().detail.find("127.0.0.1:1"), std::string::npos) << status.error().detail;
}

}  // namespace
}  // namespace rescue::queue
