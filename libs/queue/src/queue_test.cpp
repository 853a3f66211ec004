#include <gtest/gtest.h>

#include "rescue/queue/redis.hpp"
#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::queue {
namespace {

using namespace std::chrono_literals;

TEST(Queue, DeliversInOrderUntilAcknowledged) {
  testing::RedisServer redis;
  Producer producer(redis.options());
  const std::vector<Outgoing> sent{{"workflow", "one"}, {"workflow", "two"}};
  ASSERT_TRUE(producer.publish(sent));
  Consumer consumer(redis.options(), "workflow", "w1");
  const auto got = consumer.read(100, 1s);
  ASSERT_TRUE(got) << got.error().detail;
  ASSERT_EQ(got->size(), 2U);
  EXPECT_EQ((*got)[0].payload, "one");
  const std::vector<std::string> ids{(*got)[0].entry_id, (*got)[1].entry_id};
  ASSERT_TRUE(consumer.acknowledge(ids));
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
}

}  // namespace
}  // namespace rescue::queue
