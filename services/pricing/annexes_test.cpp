#include "annex_versions.hpp"
#include "testing.hpp"

namespace rescue::pricing {
namespace {

class PricingAnnexes : public ::testing::Test {
 protected:
  Json quote() { return pricing.door("web_form").post("/v1/quotes", example("quote-request")).body; }
  /// The price list as a new version with this price for an investigation.
  void change_price(const std::string& version, std::int64_t yen) {
    auto text = original;
    text.replace(text.find("prices-1"), 8, version);
    text.replace(text.find("net_yen: 50000"), 14, "net_yen: " + std::to_string(yen));
    pricing.annexes.write("prices.yaml", text);
  }
  Json warnings() { return pricing.door("operator").get("/readyz").body["warnings"]; }

  RunningPricing pricing{contract::absent_redis()};
  const std::string original = pricing.annexes.text("prices.yaml");
};

TEST_F(PricingAnnexes, R9_ANewPriceListIsInForceWithoutARestartAndOldQuotesStay) {
  const auto old = pricing.door("web_form").post("/v1/quotes", example("quote-request"));
  change_price("prices-2", 51'000);
  ASSERT_TRUE(contract::reaches([&] { return quote()["net_yen"] == 51'000; }));
  EXPECT_EQ(quote()["annex_versions"]["prices"], "prices-2");
  EXPECT_EQ(pricing.door("operator").get(old.headers.at("location")).body, old.body);
  EXPECT_EQ(pricing.door("operator").get("/v1/catalogue").body["versions"]["prices"], "prices-2");
}

TEST_F(PricingAnnexes, R9_ABrokenFileLeavesTheLastGoodListInForceAndIsNamedWithItsLine) {
  change_price("prices-2", -1);
  ASSERT_TRUE(contract::reaches([&] { return warnings().size() == 1; }));
  const auto warning = warnings()[0];
  EXPECT_EQ(warning["name"], "annex prices");
  EXPECT_NE(warning["why"].get<std::string>().find("prices.yaml:16: "), std::string::npos) << warning;
  EXPECT_EQ(quote()["net_yen"], 50'000);
  pricing.annexes.write("prices.yaml", original);
  EXPECT_TRUE(contract::reaches([&] { return warnings().empty(); }));
}

TEST_F(PricingAnnexes, AVersionIsRememberedOverARestart) {
  const auto versions = [](const char* sha256) {
    return std::vector<catalog::AnnexVersion>{{"prices", "prices-1", sha256, "{}"}};
  };
  const auto kept = keep_annex_versions(pricing.database(), versions("another"), pricing.clock.now());
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().detail.find("a version never changes"), std::string::npos);
  EXPECT_GT(pricing.count("annex_versions"), 50);
}

TEST(PricingStart, R9_WithoutAnAnnexItDoesNotStartAndSaysWhich) {
  contract::ServiceRoom room;
  const catalog::testing::AnnexRoom annexes;
  std::filesystem::remove(annexes.path() + "/out_of_hours.yaml");
  Config config;
  config.service = room.config("pricing", contract::absent_redis());
  config.contracts.file = kContracts;
  config.annexes.directory = annexes.path();
  const SystemClock clock;
  try {
    App app(config, clock);
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("out_of_hours.yaml: cannot be opened"), std::string::npos);
  }
}

TEST_F(PricingAnnexes, R7_TheSupportedSystemsAreShownWithTheirSourceAndWhatWasTested) {
  const auto shown = pricing.door("reporter").get("/v1/supported-systems");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body["on"], "2026-09-18");
  EXPECT_GT(shown.body["operating_systems"].size(), 20U);
  EXPECT_FALSE(shown.body["packages"].empty());
}

}  // namespace
}  // namespace rescue::pricing
