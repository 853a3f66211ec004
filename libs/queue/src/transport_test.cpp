// What holds for every transport: Redis, and the streams in memory that stand in for it.
#include <gtest/gtest.h>

#include "rescue/queue/redis.hpp"
#include "rescue/queue/testing/memory_streams.hpp"
#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::queue {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct InRedis {
  testing::RedisServer server;
  Redis transport{server.options()};
};
struct InMemory {
  SystemClock clock;
  testing::MemoryStreams transport{clock};
};

template <class Kind>
class Transports : public ::testing::Test {
 protected:
  std::unique_ptr<Receiver> receiver(const std::string& service = "workflow") {
    return kind.transport.receiver(service, "w1", 1min);
  }
  Status publish(const Texts& payloads) {
    std::vector<Outgoing> messages;
    for (const auto& payload : payloads) messages.push_back({"workflow", payload});
    return sender->publish(messages);
  }
  static std::vector<Delivery> read(Receiver& from, std::size_t count = 100) {
    for (int i = 0; i < 100; ++i) {
      auto got = from.read(count, 50ms);
      if (got && !got->empty()) return *got;
    }
    return {};
  }
  static Texts payloads(const std::vector<Delivery>& deliveries) {
    Texts out;
    for (const auto& delivery : deliveries) out.push_back(delivery.payload);
    return out;
  }
  static Texts ids(const std::vector<Delivery>& deliveries) {
    Texts out;
    for (const auto& delivery : deliveries) out.push_back(delivery.entry_id);
    return out;
  }

  Kind kind;
  std::unique_ptr<Sender> sender = kind.transport.sender();
};
using Kinds = ::testing::Types<InRedis, InMemory>;
TYPED_TEST_SUITE(Transports, Kinds);

TYPED_TEST(Transports, DeliverInOrderAndOnceWhileTheReceiverStays) {
  ASSERT_TRUE(this->publish({"one", "two", "three"}));
  const auto receiver = this->receiver();
  EXPECT_EQ(this->payloads(this->read(*receiver, 2)), (Texts{"one", "two"}));
  EXPECT_FALSE(receiver->at_end());
  EXPECT_EQ(this->payloads(this->read(*receiver, 2)), (Texts{"three"}));
  EXPECT_TRUE(receiver->at_end());
}

TYPED_TEST(Transports, GiveAgainWhatTheReceiverBeforeDidNotAcknowledge) {
  ASSERT_TRUE(this->publish({"one", "two"}));
  {
    const auto before = this->receiver();
    const auto got = this->read(*before);
    ASSERT_EQ(got.size(), 2U);
    const Texts first{got[0].entry_id};
    ASSERT_TRUE(before->acknowledge(first));
  }
  ASSERT_TRUE(this->publish({"three"}));
  const auto after = this->receiver();
  const auto again = this->read(*after);
  EXPECT_EQ(this->payloads(again), Texts{"two"});
  EXPECT_TRUE(again.at(0).redelivered);
  const auto fresh = this->read(*after);
  EXPECT_EQ(this->payloads(fresh), Texts{"three"});
  EXPECT_FALSE(fresh.at(0).redelivered);
}

TYPED_TEST(Transports, AcknowledgingEmptiesTheStreamAndLeavesReceiptsWhereThereIsRoom) {
  ASSERT_TRUE(this->publish({"one", "two"}));
  const auto receiver = this->receiver();
  const auto got = this->read(*receiver);
  const std::vector<Outgoing> receipts{{"intake", "had one"}};
  ASSERT_TRUE(receiver->acknowledge(this->ids(got), receipts, 1));
  ASSERT_TRUE(receiver->acknowledge({}, receipts, 1));  // no room for a second one
  const Texts streams{"workflow", "intake"};
  EXPECT_EQ(this->sender->lengths(streams), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(this->payloads(this->read(*this->receiver("intake"))), Texts{"had one"});
}

TYPED_TEST(Transports, AMarkIsLeftOnceAndOnlyByOneWhoKnowsTheLast) {
  const auto standing = this->sender->standing("intake");
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->mark, "");
  EXPECT_EQ(standing->policy, "noeviction");
  EXPECT_EQ(this->sender->set_mark("intake", "", standing->run_id), true);
  EXPECT_EQ(this->sender->set_mark("intake", "", "another"), false);
  EXPECT_EQ(this->sender->standing("intake")->mark, standing->run_id);
}

TEST(MemoryStreams, LosesEverythingAndSaysSo) {
  InMemory memory;
  const auto sender = memory.transport.sender();
  const std::vector<Outgoing> one{{"workflow", "one"}};
  ASSERT_TRUE(sender->publish(one));
  const auto run = sender->standing("intake")->run_id;
  memory.transport.lose_everything();
  EXPECT_EQ(memory.transport.length("workflow"), 0);
  EXPECT_NE(sender->standing("intake")->run_id, run);
  memory.transport.set_away(true);
  EXPECT_EQ(sender->publish(one).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace rescue::queue
