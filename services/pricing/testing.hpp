#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "app.hpp"
#include "rescue/base/id.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/queue/testing/redis_server.hpp"
#include "service_room.hpp"

namespace rescue::pricing {

inline const std::string kContracts = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";

inline const Timestamp kStart = *parse_rfc3339("2026-09-18T03:00:00Z");

inline Json example(const std::string& name) {
  contract::Documents examples(RESCUE_SOURCE_DIR "/api/examples");
  return examples.document(name + ".json");
}

/// A running pricing service; every answer is held against api/openapi/pricing.json.
class RunningPricing {
 public:
  /// `prepare` may change the annexes before they are read.
  explicit RunningPricing(const queue::RedisOptions& redis, Timestamp start = kStart,
                          const std::function<void(const catalog::testing::AnnexRoom&)>& prepare = {},
                          bool credit_second_person = false)
      : clock(start), app_(config(redis, prepare, credit_second_person), clock) {
    app_.service().start();
  }
  ~RunningPricing() { app_.service().stop(); }
  RunningPricing(const RunningPricing&) = delete;
  RunningPricing& operator=(const RunningPricing&) = delete;

  contract::Door door(const std::string& caller) {
    return {api_, app_.service().http_port(), room_.token(caller)};
  }
  store::Database& database() { return app_.service().database(); }
  int port() { return app_.service().http_port(); }
  const std::string& token(const std::string& caller) const { return room_.token(caller); }
  std::int64_t count(const std::string& table) {
    return database()
        .read([&](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM " + table); })
        .value()
        ->integer(0);
  }

 private:
  Config config(const queue::RedisOptions& redis,
                const std::function<void(const catalog::testing::AnnexRoom&)>& prepare,
                bool credit_second_person) const {
    if (prepare) prepare(annexes);
    Config config;
    config.credit_second_person = credit_second_person;
    config.service = room_.config("pricing", redis);
    config.contracts.file = kContracts;
    config.annexes = {annexes.path(), std::chrono::milliseconds(20)};
    return config;
  }
  contract::ServiceRoom room_;
  contract::OpenApi api_{"pricing"};

 public:
  /// The annexes it reads, again when they change.
  catalog::testing::AnnexRoom annexes;
  ManualClock clock;

 private:
  App app_;
};

/// Pricing beside a real Redis, with the test standing where workflow would.
class WithWorkflow : public ::testing::Test {
 protected:
  explicit WithWorkflow(Timestamp start = kStart,
                        const std::function<void(const catalog::testing::AnnexRoom&)>& prepare = {},
                        bool credit_second_person = false)
      : pricing(redis.options(), start, prepare, credit_second_person) {}

  /// A quote issued for this incident.
  Json quote(const std::string& incident_id) {
    auto body = example("quote-request");
    body["incident_id"] = incident_id;
    return pricing.door("web_form").post("/v1/quotes", body).body;
  }
  std::string incident() { return IncidentId::make(pricing.clock.now()).str(); }

  Json redeem_body(const Json& quote, const std::string& order_id) {
    return {{"request_id", "req_1"},
            {"order_id", order_id},
            {"quote_id", quote["quote_id"]},
            {"quote_sha256", quote["sha256"]},
            {"server_id", "srv-1001"},
            {"customer", "C-1001"},
            {"work_item", "investigation"},
            {"merged_ids", Json::array()},
            {"submitted_us", to_us(pricing.clock.now())}};
  }
  Json redeem(const std::string& incident_id, const Json& body) {
    workflow.send("pricing", incident::messages::kQuoteRedeem, incident_id, body, to_us(pricing.clock.now()));
    return workflow.expect(incident::messages::kQuoteRedeemed).body;
  }
  Json charge(const std::string& incident_id, const Json& quote, const std::string& order_id,
              const std::string& outcome) {
    workflow.send("pricing", incident::messages::kChargeCreate, incident_id,
                  {{"order_id", order_id},
                   {"quote_id", quote["quote_id"]},
                   {"outcome", outcome},
                   {"completed_us", to_us(pricing.clock.now())}});
    return workflow.expect(incident::messages::kChargeCreated).body;
  }
  /// The number of dead letters, once there are that many.
  bool dead_letters_reach(std::size_t number) {
    return contract::reaches([&] {
      return pricing.door("operator").get("/v1/pricing/dead-letters").body["items"].size() == number;
    });
  }

  queue::testing::RedisServer redis;
  RunningPricing pricing;
  contract::Neighbour workflow{redis.options(), "workflow"};
};

}  // namespace rescue::pricing
