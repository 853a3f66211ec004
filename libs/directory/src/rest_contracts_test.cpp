// The client against a real HTTP server that is as it should be, slow, away or mad.
#include "rest_contracts.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>

#include "rescue/base/id.hpp"

namespace rescue::directory {
namespace {

using catalog::ServerKey;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");

Json holder(const std::string& id, const std::string& customer, const Json& from, const Json& to) {
  return {{"under_contract", true},
          {"server",
           {{"id", id},
            {"customer", customer},
            {"addresses", {"192.0.2.10"}},
            {"contract", {{"from", from}, {"to", to}}}}}};
}

class RestContractsTest : public ::testing::Test {
 protected:
  RestContractsTest() {
    std::ofstream(token_file_) << "rk_directory_1\n";
    start_server();
    config_.url = "http://127.0.0.1:" + std::to_string(server_->port());
    config_.token_file = token_file_;
    config_.wait = milliseconds(2'000);
  }
  ~RestContractsTest() override {
    contracts_.reset();
    std::filesystem::remove(token_file_);
  }

  void start_server() {
    http::Route route;
    route.pattern = "/v1/servers";
    route.handler = [this](const http::Request& request) {
      ++calls;
      return answer(request);
    };
    http::Server::Options options;
    options.threads = 8;
    server_ = std::make_unique<http::Server>(options, std::vector<http::Route>{route}, keys_, log_, metrics_);
    server_->start();
  }
  RestContracts& contracts() {
    if (!contracts_) {
      contracts_ =
          std::make_unique<RestContracts>(config_, RestContracts::Surroundings{clock_, log_, metrics_});
    }
    return *contracts_;
  }
  /// The customer, or the problem.
  std::string ask(const ServerKey& key = ServerKey::id("srv-1"), Timestamp at = kNow) {
    const auto found = find_and_wait(contracts(), key, at);
    return found ? found->customer : found.error().problem;
  }
  double outcomes(const std::string& outcome) {
    return metrics_
        .counter("rescue_contracts_look_ups_total",
                 "Look-ups of contracts by where the answer came from: the cache, the directory, an old "
                 "answer in its place, or nowhere.",
                 {{"outcome", outcome}})
        .value();
  }
  static http::Response said(const Json& body) { return http::Response::json(200, body); }
  static http::Response said_bytes(std::string body, int status = 200) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
  }

  std::atomic<int> calls{0};
  std::latch may_answer{1};  ///< outlives the server's threads, which may wait for it
  std::function<Result<http::Response>(const http::Request&)> answer = [](const http::Request&) {
    return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
  };
  std::string token_file_ = (std::filesystem::temp_directory_path() / ("token_" + random_hex(8))).string();
  ManualClock clock_{kNow};
  log::Logger log_{{.service = "test", .minimum = log::Level::kError}, clock_};
  telemetry::Metrics metrics_;
  http::ApiKeys keys_;
  ContractsConfig config_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<RestContracts> contracts_;
};

TEST_F(RestContractsTest, AsksWithItsTokenAndRemembersForAWhile) {
  std::string authorized;
  answer = [&](const http::Request& request) {
    authorized = request.query.at("id") + " " + request.query.at("at");
    return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
  };
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(authorized, "srv-1 2026-09-18T03:00:00.000Z");
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(calls, 1);
  clock_.advance(seconds(300));
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(outcomes("cached"), 1);
  EXPECT_EQ(outcomes("asked"), 2);
  EXPECT_EQ(contracts().trouble(), std::nullopt);
}

TEST_F(RestContractsTest, R6_AnAddressIsLookedUpForTheTimeOfTheComplaint) {
  answer = [](const http::Request& request) {
    const bool before = request.query.at("at") < "2026-09-01";
    return said(before ? holder("old", "C-1", "2020-01-01", "2026-08-31")
                       : holder("new", "C-2", "2026-09-01", nullptr));
  };
  const auto address = *ServerKey::address("192.0.2.10");
  EXPECT_EQ(ask(address, kNow), "C-2");
  EXPECT_EQ(ask(address, *parse_rfc3339("2026-08-18T03:00:00Z")), "C-1");
  EXPECT_EQ(ask(address, kNow), "C-2");
  EXPECT_EQ(calls, 2) << "each day has its answer";
}

TEST_F(RestContractsTest, ManyWhoAskTheSameAreAnsweredByOneCall) {
  answer = [&](const http::Request&) {
    may_answer.wait();
    return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
  };
  contracts();
  std::vector<std::future<std::string>> asking;
  for (int i = 0; i < 20; ++i) asking.push_back(std::async(std::launch::async, [this] { return ask(); }));
  while (calls == 0) std::this_thread::yield();
  may_answer.count_down();
  for (auto& one : asking) EXPECT_EQ(one.get(), "C-1");
  EXPECT_EQ(calls, 1);
}

TEST_F(RestContractsTest, TriesAgainWhatMayPass) {
  answer = [this](const http::Request&) {
    if (calls < 3) return said_bytes("later", 503);
    return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
  };
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(calls, 3);
}

TEST_F(RestContractsTest, AWrongTokenIsNotTriedAgainAndStandsInReadiness) {
  answer = [](const http::Request&) { return said_bytes("who are you", 401); };
  EXPECT_EQ(ask(), "contracts-unavailable");
  EXPECT_EQ(calls, 1);
  EXPECT_NE(contracts().trouble()->find("401"), std::string::npos);
}

TEST_F(RestContractsTest, AwayMeansUnavailableUntilItIsBack) {
  EXPECT_NE(contracts().trouble(), std::nullopt) << "nothing is known yet";
  server_->drain();
  EXPECT_EQ(ask(), "contracts-unavailable");
  EXPECT_NE(contracts().trouble(), std::nullopt);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(ServerKey::id("srv-2")), "contracts-unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(500)) << "nobody is kept waiting again";
  EXPECT_EQ(outcomes("unavailable"), 2);
}

TEST_F(RestContractsTest, AnOldYesStandsInForAnHourAndAnOldNoNever) {
  answer = [](const http::Request& request) {
    if (request.query.at("id") == "srv-1") return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
    return said({{"under_contract", false}, {"reason", "unknown"}});
  };
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(ask(ServerKey::id("srv-2")), "not-under-contract");
  server_->drain();
  clock_.advance(seconds(301));
  EXPECT_EQ(ask(), "C-1");
  EXPECT_EQ(ask(ServerKey::id("srv-2")), "contracts-unavailable");
  EXPECT_EQ(outcomes("stale"), 1);
  clock_.advance(seconds(3'300));
  EXPECT_EQ(ask(), "contracts-unavailable");
}

TEST_F(RestContractsTest, SlowIsUnavailableWithinTheTimeThatIsGiven) {
  config_.wait = milliseconds(400);
  answer = [&](const http::Request&) {
    may_answer.wait();
    return said(holder("srv-1", "C-1", "2024-01-01", nullptr));
  };
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(), "contracts-unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));
  may_answer.count_down();
}

TEST_F(RestContractsTest, GarbageHugeAnswersAndWrongTypesAreUnavailableForThatServerOnly) {
  const std::vector<std::string> bad = {"<html>",
                                        "{}",
                                        "[1]",
                                        R"({"under_contract":"yes"})",
                                        std::string(200'000, ' ') + "{}",
                                        R"({"under_contract":true,"server":{"id":1}})"};
  EXPECT_EQ(ask(), "C-1");
  for (const auto& body : bad) {
    answer = [&](const http::Request&) { return said_bytes(body); };
    EXPECT_EQ(ask(ServerKey::id("srv-2")), "contracts-unavailable") << body.substr(0, 40);
    EXPECT_EQ(contracts().trouble(), std::nullopt);
  }
  EXPECT_EQ(calls, 1 + static_cast<int>(bad.size())) << "what is wrong stays wrong: no second try";
  EXPECT_EQ(ask(), "C-1");
}

TEST_F(RestContractsTest, LooksAfterADirectoryThatAnswersNonsenseToEverything) {
  EXPECT_EQ(ask(), "C-1");
  answer = [](const http::Request&) { return said_bytes("<html>"); };
  EXPECT_EQ(ask(ServerKey::id("srv-2")), "contracts-unavailable");
  contracts().look_after();
  while (!contracts().trouble()) std::this_thread::yield();
  answer = [](const http::Request&) { return said({{"under_contract", false}, {"reason", "unknown"}}); };
  while (contracts().trouble()) {
    contracts().look_after();
    std::this_thread::yield();
  }
}

TEST_F(RestContractsTest, WhatIsNoServersIdIsNotAskedFor) {
  for (const auto* id : {"", "../x", "SRV-1", "a b"}) EXPECT_EQ(ask(ServerKey::id(id)), "not-under-contract");
  EXPECT_EQ(calls, 0);
}

TEST_F(RestContractsTest, AtHandDoesNotWait) {
  EXPECT_EQ(find_at_hand(contracts(), ServerKey::id("srv-1"), kNow).error().problem, "contracts-unavailable");
  EXPECT_EQ(ask(), "C-1");
  EXPECT_TRUE(find_at_hand(contracts(), ServerKey::id("srv-1"), kNow));
}

TEST_F(RestContractsTest, TheEndAnswersAllWhoWait) {
  answer = [&](const http::Request&) {
    may_answer.wait();
    return said_bytes("", 500);
  };
  std::atomic<int> answered{0};
  for (int i = 0; i < 50; ++i) {
    contracts().find(ServerKey::id("srv-" + std::to_string(i)), kNow,
                     [&](const Answer& found) { answered += found ? 100 : 1; });
  }
  while (calls == 0) std::this_thread::yield();
  may_answer.count_down();
  contracts_.reset();
  EXPECT_EQ(answered, 50);
}

}  // namespace
}  // namespace rescue::directory
