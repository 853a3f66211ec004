#include <gtest/gtest.h>

#include "test_parts.hpp"

namespace rescue::service {
namespace {

Result<ServiceConfig> read(const Json& file, std::map<std::string, std::string> environment = {}) {
  RESCUE_ASSIGN(auto source, config::Source::from("intake", file, std::move(environment)));
  ServiceConfig config = read_common(source, "intake", 8101, 9101);
  RESCUE_TRY(source.finish());
  return config;
}

const Json kLeast = {{"database", {{"url", "sqlite:///x.db"}}},
                     {"keys", {{"file", "/k.json"}}},
                     {"redis", {{"secret_file", "/s"}}}};

TEST(CommonConfig, HasDefaultsForAllButDatabaseAndKeys) {
  const auto config = read(kLeast);
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->http_port, 8101);
  EXPECT_EQ(config->metrics_port, 9101);
  EXPECT_EQ(config->slow_port, -1);
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->redis.port, 6379);
  EXPECT_EQ(config->consumer_name, "intake");
  const auto missing = read(Json::object());
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("database.url"), std::string::npos);
  EXPECT_NE(missing.error().detail.find("keys.file"), std::string::npos);
  EXPECT_NE(missing.error().detail.find("redis.secret_file"), std::string::npos);
}

TEST(CommonConfig, TheEnvironmentWins) {
  const auto config = read(kLeast, {{"RESCUE_INTAKE_HTTP_PORT", "0"}, {"RESCUE_INTAKE_LOG_LEVEL", "warn"}});
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->http_port, 0);
  EXPECT_EQ(config->log_level, log::Level::kWarn);
}

TEST(CommonConfig, AReplicaHasANameOfItsOwn) {
  const auto named = read(kLeast, {{"RESCUE_INTAKE_REPLICA", "2"}});
  ASSERT_TRUE(named) << named.error().detail;
  EXPECT_EQ(named->replica, "2");
  EXPECT_EQ(named->consumer_name, "intake-2");
  EXPECT_EQ(read(kLeast)->replica, "") << "SQLite: there is only one";
  const auto shared = read(kLeast, {{"RESCUE_INTAKE_DATABASE_URL", "postgresql://db/rescue_intake"}});
  ASSERT_TRUE(shared) << shared.error().detail;
  EXPECT_FALSE(shared->replica.empty());
  EXPECT_FALSE(read(kLeast, {{"RESCUE_INTAKE_REPLICA", "a/b"}}));
}

TEST(CommonConfig, ReadsThePasswordFromAFileAndNeverShowsIt) {
  const testing::Room room;
  std::ofstream(room.path() + "/password") << "s3cret\nnot this\n";
  Json file = kLeast;
  file["redis"]["password_file"] = room.path() + "/password";
  EXPECT_EQ(read(file)->redis.password, "s3cret");
  std::ofstream(room.path() + "/password") << "";
  EXPECT_FALSE(read(file));
  file["redis"]["password_file"] = room.path() + "/missing";
  EXPECT_FALSE(read(file));
}

TEST(CommonConfig, SentinelsAreListedWithTheNameOfTheirMaster) {
  Json file = kLeast;
  file["redis"]["sentinels"] = "10.0.0.1:26379, sentinel-2:26380";
  EXPECT_FALSE(read(file)) << "whose master?";
  file["redis"]["master_name"] = "rescue";
  const auto config = read(file);
  ASSERT_TRUE(config) << config.error().detail;
  ASSERT_EQ(config->redis.sentinels.size(), 2U);
  EXPECT_EQ(config->redis.sentinels[0].host, "10.0.0.1");
  EXPECT_EQ(config->redis.sentinels[0].port, 26379);
  EXPECT_EQ(config->redis.sentinels[1].host, "sentinel-2");
  EXPECT_EQ(config->redis.sentinels[1].port, 26380);
  for (const auto* bad : {"10.0.0.1", ":26379", "a:0", "a:65536", "a:1,,b:2"}) {
    file["redis"]["sentinels"] = bad;
    EXPECT_FALSE(read(file)) << bad;
  }
}

TEST(CommonConfig, RefusesWhatMakesNoSense) {
  for (const auto& [key, value] : std::map<std::string, std::string>{{"HTTP_PORT", "65536"},
                                                                     {"HTTP_THREADS", "0"},
                                                                     {"REDIS_PORT", "0"},
                                                                     {"METRICS_PORT", "x"},
                                                                     {"LOG_LEVEL", "loud"}}) {
    EXPECT_FALSE(read(kLeast, {{"RESCUE_INTAKE_" + key, value}})) << key;
  }
}

}  // namespace
}  // namespace rescue::service
