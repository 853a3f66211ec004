#include "rescue/service/service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::milliseconds;

class Chassis : public ::testing::Test {
 protected:
  std::unique_ptr<Service> make(const ServiceConfig& config) {
    return std::make_unique<Service>(config, kLedger, clock);
  }
  ServiceConfig config() { return room.config("intake", redis.options()); }
  Json ready(Service& service, int status) {
    Json body;
    EXPECT_TRUE(reaches([&] {
      const auto answer = room.client(service.http_port()).get("/readyz");
      if (!answer || answer->status != status) return false;
      body = *parse_json(answer->body);
      return true;
    })) << "never answered "
        << status;
    return body;
  }

  Room room;
  queue::testing::RedisServer redis;
  SystemClock clock;
};

TEST_F(Chassis, ReadyzNamesWhatItWaitsFor) {
  auto service = make(config());
  std::atomic<bool> probe_there{false};
  service->add_readiness("probe", [&]() -> std::optional<std::string> {
    if (probe_there) return std::nullopt;
    return "the probe is not installed";
  });
  service->start();
  auto report = ready(*service, 503);
  EXPECT_TRUE(reaches([&] { return ready(*service, 503)["waiting_for"].size() == 1; }));
  report = ready(*service, 503);
  EXPECT_EQ(report["waiting_for"][0]["name"], "probe");
  EXPECT_EQ(report["waiting_for"][0]["why"], "the probe is not installed");
  const auto shown = service->metrics().text();
  EXPECT_NE(shown.find("rescue_ready{check=\"probe\"} 0\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("rescue_ready{check=\"database\"} 1\n"), std::string::npos) << shown;
  probe_there = true;
  EXPECT_EQ(ready(*service, 200)["waiting_for"], Json::array());
  redis.kill();
  EXPECT_EQ(ready(*service, 503)["waiting_for"][0]["name"], "redis");
  EXPECT_EQ(room.client(service->http_port()).get("/healthz")->status, 200);
  redis.start();
  ready(*service, 200);
}

TEST_F(Chassis, ServesRoutesOnBothListenersAndMetricsOnTheirOwn) {
  auto with_all = config();
  with_all.slow_port = 0;
  with_all.metrics_port = 0;
  auto service = make(with_all);
  const auto answer = [](const char* text) {
    return [text](const http::Request&) -> Result<http::Response> { return http::Response::json(200, text); };
  };
  service->add_route({.pattern = "/v1/quick", .roles = {"operator"}, .handler = answer("quick")});
  service->add_slow_route({.pattern = "/v1/slow", .roles = {"operator"}, .handler = answer("slow")});
  service->start();
  EXPECT_EQ(room.client(service->http_port()).get("/v1/quick")->body, "\"quick\"");
  EXPECT_EQ(room.client(service->slow_port()).get("/v1/slow")->body, "\"slow\"");
  EXPECT_EQ(room.client(service->http_port()).get("/v1/slow")->status, 404);
  EXPECT_EQ(room.client(service->slow_port()).get("/healthz")->status, 200);
  EXPECT_TRUE(reaches([&] {
    const auto text = room.client(service->metrics_port()).get("/metrics")->body;
    for (const auto* name : {"rescue_build_info{", "rescue_outbox_waiting ", "rescue_outbox_oldest_seconds ",
                             "rescue_queue_depth ", "rescue_queue_oldest_seconds "}) {
      if (text.find(name) == std::string::npos) return false;
    }
    return true;
  }));
}

TEST_F(Chassis, TimersRunAtTheStartByTheClockAndWhenWoken) {
  auto service = make(config());
  std::atomic<int> often{0}, woken{0}, failing{0};
  service->every("often", milliseconds(1), [&]() -> Status {
    ++often;
    return {};
  });
  service->every("woken", hours(1), [&]() -> Status {
    ++woken;
    return {};
  });
  service->every("failing", milliseconds(1), [&]() -> Status {
    if (++failing % 2 == 0) throw std::runtime_error("bug");
    return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", "later");
  });
  service->start();
  EXPECT_TRUE(reaches([&] { return often > 3 && woken == 1 && failing > 3; }));
  service->wake("woken");
  EXPECT_TRUE(reaches([&] { return woken == 2; }));
  EXPECT_THROW(service->wake("unknown"), std::logic_error);
  EXPECT_GE(service->metrics()
                .counter("rescue_timer_failures_total", "Timer runs that failed.", {{"timer", "failing"}})
                .value(),
            3);
  service->stop();
  const int after = often;
  service->stop();
  EXPECT_EQ(often, after);
}

TEST_F(Chassis, DoesNotStartOnARedisThatMayThrowMessagesAway) {
  redis.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  auto service = make(config());
  try {
    service->start();
    ADD_FAILURE() << "it started";
  } catch (const std::runtime_error& why) {
    EXPECT_NE(std::string(why.what()).find("noeviction"), std::string::npos) << why.what();
  }
}

TEST_F(Chassis, AnUnusableStartSaysWhy) {
  const auto why = [&](const ServiceConfig& bad) -> std::string {
    try {
      make(bad)->start();
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  auto bad = config();
  bad.keys_file = "/nowhere/keys.json";
  EXPECT_NE(why(bad).find("/nowhere/keys.json"), std::string::npos);
  bad = config();
  bad.database_url = "postgres://x";
  EXPECT_NE(why(bad).find("bad-database-url"), std::string::npos);
  auto running = make(config());
  running->start();
  EXPECT_NE(why(config()).find("database-in-use"), std::string::npos);
  bad = config();
  bad.database_url = "sqlite://:memory:";
  bad.http_port = running->http_port();
  EXPECT_NE(why(bad), "");
}

TEST_F(Chassis, RegistrationMistakesAreBugs) {
  auto service = make(config());
  service->on_message("count", write_down);
  EXPECT_THROW(service->on_message("count", write_down), std::logic_error);
  EXPECT_THROW(service->add_slow_route({}), std::logic_error);
  service->every("jobs", hours(1), []() -> Status { return {}; });
  EXPECT_THROW(service->every("jobs", hours(1), []() -> Status { return {}; }), std::logic_error);
}

TEST_F(Chassis, SendWritesIntoTheOutboxOfTheTransaction) {
  auto service = make(config());
  const Trace trace = Trace::start();
  ASSERT_TRUE(service->database().write([&](store::Tx& tx) -> Status {
    return service->send(tx, "workflow", "report.received", "inc_a", {{"a", 1}}, trace);
  }));
  EXPECT_FALSE(service->database().write([&](store::Tx& tx) -> Status {
    RESCUE_TRY(service->send(tx, "workflow", "report.received", "inc_a", {{"a", 2}}, trace));
    return fail(ErrorCode::kConflict, "version-conflict", "");
  }));
  const auto pending = service->database().read([](store::Tx& tx) { return store::Outbox::pending(tx, 10); });
  ASSERT_EQ(pending->size(), 1U);
  const auto message = decode_message(pending->at(0).encoded);
  ASSERT_TRUE(message) << message.error().detail;
  EXPECT_EQ(message->from, "intake");
  EXPECT_EQ(message->sequence, 1);
  EXPECT_EQ(trace_of(*message).trace_id, trace.trace_id);
  EXPECT_NE(trace_of(*message).span_id, trace.span_id);
}

TEST(RunMain, TurnsExceptionsIntoAnExitCode) {
  EXPECT_EQ(run_main([] { return 7; }), 7);
  EXPECT_EQ(run_main([]() -> int { throw std::runtime_error("cannot start"); }), 1);
  EXPECT_EQ(run_main([]() -> int { throw 42; }), 1);
}

}  // namespace
}  // namespace rescue::service
