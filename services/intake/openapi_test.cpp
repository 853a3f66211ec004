#include "openapi.hpp"

#include "testing.hpp"

namespace rescue::intake {
namespace {

std::string lines(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += text + "\n";
  return out;
}

TEST(IntakeOpenApi, DescribesEveryRouteAndNothingElse) {
  contract::ServiceRoom room;
  Config config;
  config.service = room.config("intake", contract::absent_redis());
  config.service.slow_port = 0;
  config.contracts.file = kContracts;
  config.annexes.directory = kAnnexes;
  const SystemClock clock;
  App app(config, clock);
  auto routes = app.routes();
  for (auto& route : app.slow_routes()) routes.push_back(std::move(route));
  EXPECT_EQ(lines(contract::OpenApi("intake").differences(routes)), "");
}

TEST(IntakeOpenApi, LeadsSomewhereAndItsExamplesFit) {
  EXPECT_EQ(lines(contract::OpenApi("intake").faults()), "");
}

TEST(IntakeOpenApi, HoldsForHealthAndReadiness) {
  RunningIntake intake(contract::absent_redis(), std::chrono::milliseconds(0));
  EXPECT_EQ(intake.door("operator").get("/healthz").status, 200);
  EXPECT_EQ(intake.door("operator").get("/readyz").status, 503) << "Redis is away";
  EXPECT_EQ(intake.door("operator").get("/v1/intake/dead-letters").status, 200);
}

}  // namespace
}  // namespace rescue::intake
