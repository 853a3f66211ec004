#include "config.hpp"

#include <gtest/gtest.h>

namespace rescue::intake {
namespace {

TEST(IntakeConfig, LoadsTheShippedExample) {
  auto source = config::Source::load("intake", RESCUE_SOURCE_DIR "/services/intake/intake.example.json");
  ASSERT_TRUE(source) << source.error().detail;
  const auto config = read_config(*source);
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->service.http_port, 8101);
  EXPECT_EQ(config->service.slow_port, 8111);
  EXPECT_EQ(config->service.metrics_port, 9101);
  EXPECT_EQ(config->decision_wait, std::chrono::seconds(2));
  EXPECT_LT(config->decision_waiters_max, static_cast<std::size_t>(config->service.slow_threads));
}

TEST(IntakeConfig, NamesEveryFaultAtOnce) {
  auto source = config::Source::from("intake", {{"decision", {{"wait", 2}}}}, {});
  const auto config = read_config(*source);
  ASSERT_FALSE(config);
  for (const auto* key :
       {"contracts.file", "annexes.directory", "database.url", "keys.file", "decision.wait"}) {
    EXPECT_NE(config.error().detail.find(key), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace rescue::intake
