#include <gtest/gtest.h>

#include <atomic>
#include <string_view>

#include "rescue/base/failpoint.hpp"
#include "rescue/store/outbox.hpp"
#include "rescue/store/testing/postgres_server.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::seconds;

std::atomic<bool> disk_fails{false};

bool fails_commits(const char* name) {
  return disk_fails && std::string_view(name) == "store.commit.before";
}

/// One service in trouble: what it says of it, that it takes nothing then, and that it recovers by itself.
class Trouble : public ::testing::Test {
 protected:
  void SetUp() override { failpoint_hook = fails_commits; }
  void TearDown() override {
    disk_fails = false;
    service.reset();
    failpoint_hook = nullptr;
  }
  void begin(ServiceConfig config, const Clock& with) {
    service.reset();
    service = std::make_unique<Service>(std::move(config), kLedger, with);
    service->on_message("count", write_down);
    service->start();
  }
  void begin() { begin(room.config("intake", redis.options()), clock); }
  Status send_many(int messages) {
    return service->database().write([&](store::Tx& tx) -> Status {
      for (int i = 0; i < messages; ++i) {
        RESCUE_TRY(service->send(tx, "nobody", "count", "inc_a", Json::object(), Trace::start()));
      }
      return {};
    });
  }
  /// Why /readyz says that `name` is waited for; "" when it is ready, or waits for something else.
  std::string why(const std::string& name) {
    const auto answer = room.client(service->http_port()).get("/readyz");
    if (!answer || answer->status == 200) return "";
    const Json report = *parse_json(answer->body);
    for (const auto& waited : report.at("waiting_for")) {
      if (waited.at("name") == name) return waited.at("why");
    }
    return "";
  }
  bool is_ready() { return room.client(service->http_port()).get("/readyz")->status == 200; }
  std::string refusal() {
    const auto taken = service->may_take();
    return taken ? "" : taken.error().problem;
  }

  Room room;
  queue::testing::RedisServer redis;
  SystemClock clock;
  ManualClock wall{clock.now()};  ///< the service reads it until it ends
  std::unique_ptr<Service> service;
};

TEST_F(Trouble, ADatabaseThatTakesNothingIsSeenAndRecoversByItself) {
  begin();
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  disk_fails = true;
  EXPECT_TRUE(is_ready()) << "nobody has written";
  const auto sent = send_count(*service, "nobody", "inc_a", 1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(why("database"), "the disk failed at a failpoint");
  EXPECT_TRUE(ledger(service->database(), "inc_a").empty()) << "reading goes on";
  disk_fails = false;
  EXPECT_TRUE(reaches([&] { return is_ready(); })) << "though nobody writes";
  EXPECT_TRUE(send_count(*service, "nobody", "inc_a", 1));
}

TEST_F(Trouble, ASilenceWhileTheDatabaseTakesNothingDoesNotCount) {
  begin(room.config("intake", redis.options()), wall);
  ASSERT_TRUE(reaches([&] { return service->caught_up_since().has_value(); }));
  disk_fails = true;
  EXPECT_FALSE(send_count(*service, "nobody", "inc_a", 1));
  EXPECT_FALSE(service->caught_up_since()) << "what is read cannot be noted";
  wall.advance(hours(1));
  disk_fails = false;
  ASSERT_TRUE(reaches([&] { return service->caught_up_since().has_value(); }));
  EXPECT_GE(*service->caught_up_since(), wall.now());
}

TEST_F(Trouble, APostgreSqlThatIsAwayIsSeenAndRecoversByItself) {
  store::testing::PostgresServer postgres;
  auto config = room.config("intake", redis.options());
  config.database_url = postgres.new_database();
  config.consumer_name = "intake-1";
  begin(config, clock);
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  postgres.stop();
  const auto sent = send_count(*service, "nobody", "inc_a", 1);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(why("database"), "");
  postgres.start();
  EXPECT_TRUE(reaches([&] { return is_ready(); })) << "though nobody writes";
  EXPECT_TRUE(send_count(*service, "nobody", "inc_a", 1));
}

TEST_F(Trouble, ARedisWithoutMemoryIsSeenAndNothingIsLost) {
  begin();
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  redis.command({"CONFIG", "SET", "maxmemory", "1"});
  for (std::int64_t number = 1; number <= 5; ++number) {
    ASSERT_TRUE(send_count(*service, "intake", "inc_a", number));
  }
  EXPECT_TRUE(reaches([&] { return why("redis").find("OOM") != std::string::npos; }));
  redis.command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(reaches([&] { return is_ready() && ledger(service->database(), "inc_a").size() == 5; }));
}

TEST_F(Trouble, ALossIsSeenUnderALoadThatKeepsTheRelayAtWork) {
  auto config = room.config("intake", redis.options());
  config.stream_max = 10'000'000;
  begin(config, clock);
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  std::atomic<bool> enough{false};
  std::vector<std::thread> senders;
  for (int i = 0; i < 3; ++i) {
    senders.emplace_back([&] {
      while (!enough) EXPECT_TRUE(send_many(200));
    });
  }
  queue::Producer other(redis.options());
  EXPECT_TRUE(reaches([&] { return other.depth("nobody", 0)->length > 100; }));
  redis.command({"DEL", queue::mark_key("intake")});
  EXPECT_TRUE(reaches([&] { return !other.standing("intake")->mark.empty(); }));
  enough = true;
  for (auto& sender : senders) sender.join();
}

TEST_F(Trouble, AFullOutboxPushesBackInsteadOfGrowing) {
  auto config = room.config("intake", redis.options());
  config.outbox_max = 3;
  begin(config, clock);
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  redis.kill();
  for (std::int64_t number = 1; number <= 3; ++number) {
    EXPECT_EQ(refusal(), "");
    ASSERT_TRUE(send_count(*service, "intake", "inc_a", number));
  }
  EXPECT_EQ(refusal(), "outbox-full");
  EXPECT_EQ(why("outbox"), "3 messages wait for other services, and no more than 3 are to");
  redis.start();
  EXPECT_TRUE(reaches([&] { return refusal().empty() && is_ready(); }));
}

TEST_F(Trouble, WhatIsSentAndNotCommittedByItsRecipientFillsTheOutboxToo) {
  auto config = room.config("intake", redis.options());
  config.outbox_max = 2;
  begin(config, clock);
  for (std::int64_t number = 1; number <= 2; ++number) {
    ASSERT_TRUE(send_count(*service, "nobody", "inc_a", number));
  }
  EXPECT_TRUE(reaches([&] {
    const auto depth = service->database().read([](store::Tx& tx) { return store::Outbox::depth(tx); });
    return depth->waiting == 0;
  }));
  EXPECT_EQ(refusal(), "outbox-full");
}

TEST_F(Trouble, AClockThatStepsBackIsSeenAndCaughtUpWith) {
  begin(room.config("intake", redis.options()), wall);
  ASSERT_TRUE(reaches([&] { return is_ready(); }));
  const Timestamp before = service->clock().now();
  wall.step(-seconds(4));
  EXPECT_EQ(refusal(), "") << "within the tolerance";
  wall.step(-seconds(56));
  EXPECT_EQ(refusal(), "clock-behind");
  EXPECT_TRUE(why("clock").starts_with("the wall clock is 6")) << why("clock");
  EXPECT_GT(service->clock().now(), before);
  wall.advance(seconds(58));
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(is_ready());
}

TEST_F(Trouble, AClockThatWasSetBackBetweenTwoStartsIsSeen) {
  const auto config = room.config("intake", redis.options());
  begin(config, wall);
  ASSERT_TRUE(send_count(*service, "nobody", "inc_a", 1));
  wall.step(-hours(1));
  begin(config, wall);
  EXPECT_EQ(refusal(), "clock-behind");
  EXPECT_NE(why("clock"), "");
  wall.step(hours(1));
  EXPECT_EQ(refusal(), "");
}

TEST_F(Trouble, ASilenceBeforeAJumpForwardDoesNotCount) {
  begin(room.config("intake", redis.options()), wall);
  ASSERT_TRUE(reaches([&] { return service->caught_up_since().has_value(); }));
  wall.advance(std::chrono::seconds(2));  // after longer it would have stood still itself
  EXPECT_LT(*service->caught_up_since(), wall.now()) << "time in which somebody could have been heard";
  wall.step(hours(1));
  EXPECT_EQ(*service->caught_up_since(), wall.now());
}

}  // namespace
}  // namespace rescue::service
