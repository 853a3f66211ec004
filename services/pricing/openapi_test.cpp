#include "openapi.hpp"

#include "rescue/catalog/quote.hpp"
#include "testing.hpp"

namespace rescue::pricing {
namespace {

std::string lines(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += text + "\n";
  return out;
}

TEST(PricingOpenApi, DescribesEveryRouteAndNothingElse) {
  contract::ServiceRoom room;
  Config config;
  config.service = room.config("pricing", contract::absent_redis());
  config.contracts.file = kContracts;
  config.annexes.directory = catalog::testing::AnnexRoom::shipped();
  const SystemClock clock;
  App app(config, clock);
  EXPECT_EQ(lines(contract::OpenApi("pricing").differences(app.routes())), "");
}

TEST(PricingOpenApi, LeadsSomewhereAndItsExamplesFit) {
  EXPECT_EQ(lines(contract::OpenApi("pricing").faults()), "");
}

TEST(PricingOpenApi, TheExampleQuoteHasItsOwnHash) {
  const auto quote = example("quote");
  EXPECT_EQ(quote["sha256"], catalog::document_hash(quote));
  EXPECT_EQ(example("order")["quote"]["sha256"], quote["sha256"]);
}

}  // namespace
}  // namespace rescue::pricing
