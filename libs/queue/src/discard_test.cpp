#include "rescue/queue/discard.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "connection.hpp"
#include "rescue/queue/testing/redis_server.hpp"

namespace rescue::queue {
namespace {

using namespace std::chrono_literals;

/// The line of the shipped access list for workflow's user, as words of ACL SETUSER.
std::vector<std::string> shipped_rights_of_workflow() {
  std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/docker/redis/users.acl.template");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("user workflow ")) continue;
    std::istringstream in(line);
    std::vector<std::string> words{"ACL", "SETUSER"};
    std::string word;
    in >> word;
    while (in >> word) words.push_back(word.starts_with('>') ? ">secret" : word);
    return words;
  }
  return {};
}

class Discard : public ::testing::Test {
 protected:
  Discard() {
    const auto words = shipped_rights_of_workflow();
    Connection(redis.options()).run(Connection::Command(words.begin(), words.end())).value();
    options = redis.options();
    options.user = "workflow";
    options.password = "secret";
  }
  Status publish(std::size_t count, const std::string& service) {
    return producer.publish(std::vector<Outgoing>(count, {service, "of the time after"}));
  }
  testing::RedisServer redis;
  Producer producer{redis.options()};
  RedisOptions options;
};

TEST_F(Discard, TakesWhatLiesThereReadOrUnreadWithTheRightsOfTheService) {
  ASSERT_TRUE(publish(1'000, "workflow"));
  ASSERT_TRUE(publish(3, "pricing"));
  Consumer before(options, "workflow", "w1");
  ASSERT_EQ(before.read(10, 1ms)->size(), 10U);
  ASSERT_TRUE(producer.set_mark("workflow", "", "a mark"));
  const auto discarded = discard(options, "workflow");
  ASSERT_TRUE(discarded) << discarded.error().detail;
  EXPECT_EQ(*discarded, 1'000);
  EXPECT_EQ(producer.depth("workflow", 0)->length, 0);
  EXPECT_EQ(producer.standing("workflow")->mark, "");
  EXPECT_EQ(producer.depth("pricing", 0)->length, 3) << "another service's";
  Consumer after(options, "workflow", "w1", 0ms);
  EXPECT_TRUE(after.read(10, 1ms)->empty());
  ASSERT_TRUE(publish(1, "workflow"));
  EXPECT_EQ(after.read(10, 1'000ms)->size(), 1U);
}

TEST_F(Discard, OfAnEmptyRedisIsNothing) {
  EXPECT_EQ(discard(options, "workflow"), 0);
}

TEST_F(Discard, SaysWhenItMayNot) {
  EXPECT_EQ(discard(options, "worker").error().problem, "redis-error") << "only its own mark is its to take";
  redis.kill();
  EXPECT_EQ(discard(options, "workflow").error().problem, "redis-unavailable");
}

}  // namespace
}  // namespace rescue::queue
