#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "child_testing.hpp"
#include "rescue/store/testing/postgres_server.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;

constexpr std::int64_t kPoison = 13;
constexpr int kCrashesMax = 2;

/// Not a test but the program that dies: its handler aborts over one message, until the file "antidote" is
/// there.
TEST(PoisonChild, DISABLED_Service) {
  const std::string room = from_environment("RESCUE_POISON_ROOM");
  if (room.empty()) GTEST_SKIP() << "run by the tests below";
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int code = run_main([&] {
    ServiceConfig config;
    config.name = "receiver";
    config.http_threads = 2;
    config.metrics_port = -1;
    config.database_url = from_environment("RESCUE_POISON_DATABASE");
    config.consumer_name = "receiver-1";
    config.redis.host = from_environment("RESCUE_POISON_REDIS");
    config.keys_file = room + "/keys.json";
    config.log_level = log::Level::kError;
    config.retry.crashes_max = kCrashesMax;
    config.retry.at_work = std::chrono::milliseconds(100);
    const SystemClock clock;
    Service service(config, kLedger, clock);
    service.on_message("count", [&](store::Tx& tx, const Message& message) -> Status {
      RESCUE_TRY(write_down(tx, message));
      if (message.body.at("number") == kPoison && !std::filesystem::exists(room + "/antidote")) std::abort();
      return {};
    });
    service.every("say", std::chrono::hours(1), [&]() -> Status {
      std::printf("port %d\n", service.http_port());
      std::fflush(stdout);
      return {};
    });
    return service.run();
  });
  ::_exit(code);
}

class Poison : public ::testing::Test {
 protected:
  using Child = std::unique_ptr<ChildProgram>;
  Child start() {
    return std::make_unique<ChildProgram>(
        "PoisonChild.DISABLED_Service",
        std::map<std::string, std::string>{{"RESCUE_POISON_ROOM", room.path()},
                                           {"RESCUE_POISON_DATABASE", url},
                                           {"RESCUE_POISON_REDIS", redis.options().host}});
  }
  Json letters(int port) {
    const auto answer = room.client(port).get("/v1/receiver/dead-letters");
    if (!answer || answer->status != 200) return Json::array();
    return parse_json(answer->body)->at("items");
  }
  /// Starts it again until it has set the message aside; how often it died before.
  int deaths_until_set_aside(Child& child) {
    for (int deaths = 0; deaths < 20; ++deaths) {
      child = start();
      bool set_aside = false;
      EXPECT_TRUE(reaches([&] {
        set_aside = child->port > 0 && !letters(child->port).empty();
        return set_aside || child->ended();
      }));
      if (set_aside) return deaths;
    }
    return -1;
  }
  /// What took effect, once the child is gone.
  std::vector<std::int64_t> effects(const std::string& incident_id, std::size_t at_least) {
    const SystemClock clock;
    auto config = room.config("receiver", redis.options());
    config.database_url = url;
    config.consumer_name = "receiver-1";  // what the child was handed is its own again
    Service receiver(config, kLedger, clock);
    receiver.on_message("count", write_down);
    receiver.start();
    EXPECT_TRUE(reaches([&] { return ledger(receiver.database(), incident_id).size() >= at_least; }));
    return ledger(receiver.database(), incident_id);
  }
  static std::vector<std::int64_t> up_to_100_without_it() {
    std::vector<std::int64_t> out(100);
    std::iota(out.begin(), out.end(), 1);
    std::erase(out, kPoison);
    return out;
  }

  Room room;
  queue::testing::RedisServer redis;
  std::string url = "sqlite://" + room.path() + "/receiver.db";
};

TEST_F(Poison, IsSetAsideWithItsStoryAndHarmsNoOther) {
  const SystemClock clock;
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  sender.start();
  for (std::int64_t number = 1; number <= 100; ++number) {
    ASSERT_TRUE(send_count(sender, "receiver", "inc_a", number));
    if (number == kPoison) continue;
    ASSERT_TRUE(send_count(sender, "receiver", "inc_b", number));
  }
  Child child;
  // The first death takes all with it that were read together; then it is alone.
  EXPECT_EQ(deaths_until_set_aside(child), 1 + kCrashesMax);
  const Json letter = letters(child->port).at(0);
  const auto reason = letter.at("reason").get<std::string>();
  EXPECT_TRUE(
      reason.starts_with("message-ends-process: 2 processes ended while they handled it, the first at "))
      << reason;
  EXPECT_NE(reason.find("(process "), std::string::npos) << reason;
  EXPECT_EQ(parse_json(letter.at("encoded").get<std::string>())->at("body").at("number"), kPoison);

  const auto requeue = [&](const char* key) {
    return room.client(child->port)
        .post("/v1/receiver/dead-letters/1/requeues", {{"reason", "it is mended"}},
              {{"Idempotency-Key", key}});
  };
  EXPECT_FALSE(requeue("k1")) << "it still ends its process";
  child = start();
  ASSERT_GT(child->port, 0);
  EXPECT_TRUE(reaches([&] { return letters(child->port).size() == 1; })) << "and stays set aside";
  std::ofstream(room.path() + "/antidote") << "1";
  EXPECT_EQ(requeue("k2")->status, 201);
  EXPECT_EQ(child->end(SIGTERM), 0);

  const auto others = up_to_100_without_it();
  EXPECT_EQ(effects("inc_b", others.size()), others);
  auto all = effects("inc_a", others.size() + 1);
  EXPECT_EQ(std::erase(all, kPoison), 1U) << "beside the order, once";
  EXPECT_EQ(all, others);
}

TEST_F(Poison, IsSetAsideOnPostgreSqlToo) {
  url = store::testing::PostgresServer::shared().new_database();
  const SystemClock clock;
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  sender.start();
  for (std::int64_t number = 11; number <= 15; ++number) {
    ASSERT_TRUE(send_count(sender, "receiver", "inc_a", number));
  }
  Child child;
  EXPECT_EQ(deaths_until_set_aside(child), 1 + kCrashesMax);
  EXPECT_EQ(child->end(SIGTERM), 0);
  EXPECT_EQ(effects("inc_a", 4), (std::vector<std::int64_t>{11, 12, 14, 15}));
}

TEST_F(Poison, IsSetAsideWhenItLayParkedToo) {
  queue::Producer producer(redis.options());
  const auto publish = [&](const std::string& incident_id, std::int64_t sequence, std::int64_t number) {
    Message message;
    message.id = "msg_" + incident_id + std::to_string(sequence);
    message.from = "sender";
    message.to = "receiver";
    message.type = "count";
    message.incident_id = incident_id;
    message.sequence = sequence;
    message.body = {{"number", number}};
    const queue::Outgoing outgoing{"receiver", encode_message(message)};
    ASSERT_TRUE(producer.publish({&outgoing, 1}));
  };
  publish("inc_a", 2, kPoison);
  publish("inc_a", 3, 3);
  publish("inc_b", 2, 2);
  publish("inc_b", 1, 1);
  publish("inc_a", 1, 1);
  Child child;
  EXPECT_EQ(deaths_until_set_aside(child), 1 + kCrashesMax);
  EXPECT_EQ(child->end(SIGTERM), 0);
  EXPECT_EQ(effects("inc_b", 2), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(effects("inc_a", 2), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(Poison, AKilledProcessIsNoSignOfIt) {
  const SystemClock clock;
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  sender.start();
  std::vector<std::int64_t> expected;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 50; ++i) {
      expected.push_back(100 + static_cast<std::int64_t>(expected.size()));
      ASSERT_TRUE(send_count(sender, "receiver", "inc_a", expected.back()));
    }
    start()->end(SIGKILL);
  }
  const Child child = start();
  EXPECT_EQ(letters(child->port), Json::array());
  EXPECT_EQ(child->end(SIGTERM), 0);
  EXPECT_EQ(effects("inc_a", expected.size()), expected);
}

}  // namespace
}  // namespace rescue::service
