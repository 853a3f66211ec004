#include "config.hpp"

#include <gtest/gtest.h>

namespace rescue::pricing {
namespace {

TEST(PricingConfig, LoadsTheShippedExample) {
  auto source = config::Source::load("pricing", RESCUE_SOURCE_DIR "/services/pricing/pricing.example.json");
  ASSERT_TRUE(source) << source.error().detail;
  const auto config = read_config(*source);
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->service.http_port, 8103);
  EXPECT_EQ(config->service.metrics_port, 9103);
  EXPECT_EQ(config->quote_validity, std::chrono::days(7));
  EXPECT_EQ(config->comparisons.validity, std::chrono::days(7));
  EXPECT_EQ(config->comparisons.kept_max, 100);
}

TEST(PricingConfig, NamesEveryFaultAtOnce) {
  auto source = config::Source::from("pricing", {{"quote", {{"validity", 7}}}}, {});
  const auto config = read_config(*source);
  ASSERT_FALSE(config);
  for (const auto* key :
       {"contracts.file", "annexes.directory", "database.url", "keys.file", "quote.validity"}) {
    EXPECT_NE(config.error().detail.find(key), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace rescue::pricing
