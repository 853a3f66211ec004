#include "rescue/config/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rescue::config {
namespace {

using testing::HasSubstr;
using testing::Not;

Source source_of(std::string_view file, std::map<std::string, std::string> environment = {}) {
  return *Source::from("intake", *parse_json(file), std::move(environment));
}

TEST(Config, EnvironmentBeatsFileBeatsDefault) {
  auto source = source_of(R"({"http":{"port":1,"address":"127.0.0.2"}})", {{"RESCUE_INTAKE_HTTP_PORT", "2"}});
  EXPECT_EQ(source.integer("http.port", 3, 0, 65'535), 2);
  EXPECT_EQ(source.text("http.address", "127.0.0.1"), "127.0.0.2");
  EXPECT_EQ(source.integer("metrics.port", 9101, 0, 65'535), 9101);
  EXPECT_TRUE(source.finish());
}

TEST(Config, ReportsAllFaultsTogetherAndNoValue) {
  auto source =
      source_of(R"({"http":{"port":"hunter2","typo":1},"flag":"yes","redis":5,"extra":{"a":1}})",
                {{"RESCUE_INTAKE_NO_SUCH", "hunter3"}, {"RESCUE_WORKER_OTHER", "x"}, {"PATH", "/bin"}});
  source.integer("http.port", 1, 0, 65'535);
  source.boolean("flag", false);
  source.text("redis.host", "");
  source.required_text("keys.file");
  source.fault("flag", "of the caller's own");
  const auto done = source.finish();
  ASSERT_FALSE(done);
  const auto& text = done.error().detail;
  for (const auto* part :
       {"http.port: must be a whole number", "http.typo: no such setting", "flag: must be true or false",
        "redis: must be an object", "extra: no such setting", "keys.file: is required",
        "RESCUE_INTAKE_KEYS_FILE", "RESCUE_INTAKE_NO_SUCH: no such", "flag: of the caller's own"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("hunter")));
  EXPECT_THAT(text, Not(HasSubstr("WORKER")));
}

TEST(Config, NumbersAreReadStrictly) {
  for (const auto* bad : {"12abc", "", " 1", "0x10", "1e3", "99999999999999999999", "-1", "65536"}) {
    auto source = source_of("{}", {{"RESCUE_INTAKE_HTTP_PORT", bad}});
    source.integer("http.port", 1, 0, 65'535);
    EXPECT_FALSE(source.finish()) << bad;
  }
  for (const auto* bad : {R"({"n":1.5})", R"({"n":"1"})", R"({"n":18446744073709551615})", R"({"n":null})"}) {
    auto source = source_of(bad);
    source.integer("n", 1, 0, 10);
    EXPECT_FALSE(source.finish()) << bad;
  }
}

TEST(Config, TimesAndBooleans) {
  auto source = source_of(R"({"lease_s":30,"wait_ms":1500,"on":true})", {{"RESCUE_INTAKE_OFF", "false"}});
  EXPECT_EQ(source.seconds("lease_s", std::chrono::seconds(1)), std::chrono::seconds(30));
  EXPECT_EQ(source.milliseconds("wait_ms", std::chrono::milliseconds(1)), std::chrono::milliseconds(1500));
  EXPECT_TRUE(source.boolean("on", false));
  EXPECT_FALSE(source.boolean("off", true));
  EXPECT_TRUE(source.finish());
}

TEST(Config, LoadsAFileAndNamesItWhenBroken) {
  const auto path = testing::TempDir() + "config_test.json";
  std::ofstream(path) << R"({"http":{"port":7}})";
  auto source = Source::load("intake", path);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->integer("http.port", 1, 0, 65'535), 7);
  std::ofstream(path) << R"({"http":{"port":7},"http":{}})";
  EXPECT_THAT(Source::load("intake", path).error().detail, HasSubstr(path));
  std::ofstream(path) << "[]";
  EXPECT_THAT(Source::load("intake", path).error().detail, HasSubstr(path));
  std::filesystem::remove(path);
  EXPECT_FALSE(Source::load("intake", path));
  EXPECT_FALSE(Source::load("intake", testing::TempDir()));
}

TEST(Config, CommandLineTakesOnlyAConfigFile) {
  const char* none[] = {"p"};
  const char* given[] = {"p", "--config", "f"};
  const char* missing[] = {"p", "--config"};
  const char* other[] = {"p", "--port", "1"};
  EXPECT_EQ(*config_path(1, none), "");
  EXPECT_EQ(*config_path(3, given), "f");
  EXPECT_FALSE(config_path(2, missing));
  EXPECT_FALSE(config_path(3, other));
}

}  // namespace
}  // namespace rescue::config
