// A short play, twice: no rule broken, and the same seed does the same again.
#include <gtest/gtest.h>

#include "rescue/base/broken_rule.hpp"
#include "world.hpp"

namespace rescue::simulation {
namespace {

TEST(Simulation, NoRuleIsBrokenByCrashesLossesAndClockJumps) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto outcome = play({.seed = seed, .incidents = 500});
    EXPECT_EQ(outcome.broken, "") << "replay: build/release/tests/simulate --seed " << seed
                                  << " --incidents 500";
    EXPECT_GT(outcome.crashes, 0);
    EXPECT_GT(outcome.ends.at("completed"), 0);
  }
}

TEST(Simulation, TheSameSeedDoesTheSameAgain) {
  const auto once = play({.seed = 77, .incidents = 120});
  const auto again = play({.seed = 77, .incidents = 120});
  EXPECT_EQ(once.hash, again.hash);
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_NE(once.hash, play({.seed = 78, .incidents = 120}).hash);
}

TEST(Simulation, ABrokenRuleIsNoticed) {
  broken_rule = "all-consents";
  const auto outcome = play({.seed = 1, .incidents = 300});
  broken_rule = nullptr;
  EXPECT_NE(outcome.broken, "");
}

}  // namespace
}  // namespace rescue::simulation
