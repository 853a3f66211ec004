#include <gtest/gtest.h>

#include <cstdio>
#include <thread>

#include "child_testing.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;

/// Not a test but the program that gets its signals: a receiver with a route that answers when the file "go"
/// appears. Says "port N" when it runs.
TEST(TerminationChild, DISABLED_Service) {
  const std::string room = from_environment("RESCUE_TERMINATION_ROOM");
  if (room.empty()) GTEST_SKIP() << "run by the tests below";
  const int code = run_main([&] {
    ServiceConfig config;
    config.name = "receiver";
    config.http_threads = 2;
    config.metrics_port = -1;
    config.database_url = "sqlite://" + room + "/receiver.db";
    config.redis.host = from_environment("RESCUE_TERMINATION_REDIS");
    config.keys_file = room + "/keys.json";
    config.log_level = log::Level::kError;
    const SystemClock clock;
    Service service(config, kLedger, clock);
    service.on_message("count", write_down);
    service.add_route({.pattern = "/v1/wait", .roles = {"operator"}, .handler = [&](const http::Request&) {
                         std::ofstream(room + "/waiting") << "1";
                         reaches([&] { return std::filesystem::exists(room + "/go"); });
                         return Result<http::Response>(http::Response::json(200, "waited"));
                       }});
    service.every("say", std::chrono::hours(1), [&]() -> Status {
      std::printf("port %d\n", service.http_port());
      std::fflush(stdout);
      return {};
    });
    return service.run([&] {
      if (std::filesystem::exists(room + "/last word")) (void)send_count(service, "waiter", "inc_b", 1);
    });
  });
  ::_exit(code);
}

class Child : public ChildProgram {
 public:
  Child(const std::string& room, const std::string& redis_socket)
      : ChildProgram("TerminationChild.DISABLED_Service",
                     {{"RESCUE_TERMINATION_ROOM", room}, {"RESCUE_TERMINATION_REDIS", redis_socket}}) {}
};

class Termination : public ::testing::Test {
 protected:
  std::string socket() const { return redis.options().host; }
  bool has(const char* file) const { return std::filesystem::exists(room.path() + "/" + file); }
  Room room;
  queue::testing::RedisServer redis;
};

TEST_F(Termination, SigtermAndSigintEndInOrder) {
  for (const int number : {SIGTERM, SIGINT}) {
    Child child(room.path(), socket());
    ASSERT_GT(child.port, 0);
    EXPECT_EQ(child.end(number), 0);
  }
}

TEST_F(Termination, WhatTheProgramsPartsCommitAtTheirEndIsStillSent) {
  std::ofstream(room.path() + "/last word") << "1";
  Child child(room.path(), socket());
  ASSERT_GT(child.port, 0);
  EXPECT_EQ(child.end(SIGTERM), 0);
  EXPECT_EQ(queue::Producer(redis.options()).depth("waiter", 0)->length, 1);
}

TEST_F(Termination, ARequestInFlightIsAnsweredFirst) {
  Child child(room.path(), socket());
  ASSERT_GT(child.port, 0);
  Result<http::ClientResponse> answer = fail(ErrorCode::kInternal, "", "");
  std::thread request([&] { answer = room.client(child.port).get("/v1/wait"); });
  ASSERT_TRUE(reaches([&] { return has("waiting"); }));
  child.signal(SIGTERM);
  std::ofstream(room.path() + "/go") << "1";
  request.join();
  EXPECT_EQ(child.wait(), 0);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "\"waited\"");
}

TEST_F(Termination, MessagesTakeEffectOnceThoughTheReceiverIsKilledAgainAndAgain) {
  const SystemClock clock;
  Service sender(room.config("sender", redis.options()), kLedger, clock);
  sender.start();
  constexpr std::int64_t kMessages = 400;
  std::int64_t sent = 0;
  for (const int number : {SIGKILL, SIGTERM, SIGKILL, SIGKILL}) {
    Child child(room.path(), socket());
    ASSERT_GT(child.port, 0);
    for (int i = 0; i < kMessages / 4; ++i) ASSERT_TRUE(send_count(sender, "receiver", "inc_a", ++sent));
    child.end(number);
  }
  Service receiver(room.config("receiver", redis.options()), kLedger, clock);
  receiver.on_message("count", write_down);
  receiver.start();
  ASSERT_TRUE(reaches([&] { return ledger(receiver.database(), "inc_a").size() >= kMessages; }));
  std::vector<std::int64_t> expected;
  for (std::int64_t i = 1; i <= kMessages; ++i) expected.push_back(i);
  EXPECT_EQ(ledger(receiver.database(), "inc_a"), expected);
}

TEST_F(Termination, ASecondProcessIsRefusedAndSaysWhy) {
  Child child(room.path(), socket());
  ASSERT_GT(child.port, 0);
  const SystemClock clock;
  EXPECT_THROW(Service(room.config("receiver", redis.options()), kLedger, clock), std::runtime_error);
}

}  // namespace
}  // namespace rescue::service
