#pragma once

#include <gtest/gtest.h>

#include "app.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/queue/testing/redis_server.hpp"
#include "service_room.hpp"

namespace rescue::intake {

inline const std::string kContracts = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
inline const std::string kAnnexes = catalog::testing::AnnexRoom::shipped();

inline const std::string kSealingKeys = RESCUE_SOURCE_DIR "/libs/seal/data/sealing.example.json";

inline Json example(const std::string& name) {
  contract::Documents examples(RESCUE_SOURCE_DIR "/api/examples");
  return examples.document(name + ".json");
}

/// A running intake; every answer is held against api/openapi/intake.json.
class RunningIntake {
 public:
  explicit RunningIntake(const queue::RedisOptions& redis, std::chrono::milliseconds decision_wait,
                         const directory::ContractsConfig& contracts = {.file = kContracts})
      : app_(config(redis, decision_wait, contracts), clock_) {
    app_.service().start();
  }
  ~RunningIntake() { app_.service().stop(); }
  RunningIntake(const RunningIntake&) = delete;
  RunningIntake& operator=(const RunningIntake&) = delete;

  contract::Door door(const std::string& caller) {
    return {api_, app_.service().http_port(), room_.token(caller)};
  }
  contract::Door slow_door(const std::string& caller) {
    return {api_, app_.service().slow_port(), room_.token(caller)};
  }
  store::Database& database() { return app_.service().database(); }
  std::string metrics() { return app_.service().metrics().text(); }
  store::Row row(const std::string& sql) {
    return *database().read([&](store::Tx& tx) { return tx.find(sql); }).value();
  }

 private:
  Config config(const queue::RedisOptions& redis, std::chrono::milliseconds decision_wait,
                const directory::ContractsConfig& contracts) const {
    Config config;
    config.service = room_.config("intake", redis);
    config.service.slow_port = 0;
    config.contracts = contracts;
    config.annexes.directory = kAnnexes;
    config.sealing_public_keys = kSealingKeys;
    config.decision_wait = decision_wait;
    return config;
  }

  contract::ServiceRoom room_;
  contract::OpenApi api_{"intake"};
  ManualClock clock_{*parse_rfc3339("2026-09-18T03:00:00Z")};
  App app_;
};

}  // namespace rescue::intake
