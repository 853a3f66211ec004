#include "rescue/incident/state_machine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace rescue::incident {
namespace {

TEST(StateMachine, R32_RefusesEveryStepThatIsNotInTheTable) {
  std::set<std::pair<State, Event>> legal;
  for (const auto& edge : edges()) {
    EXPECT_TRUE(legal.insert({edge.from, edge.event}).second) << "two edges for one event";
    EXPECT_EQ(next(edge.from, edge.event).value(), edge.to);
  }
  for (int s = 0; s <= static_cast<int>(State::kMerged); ++s) {
    for (int e = 0; e <= static_cast<int>(Event::kUnmerge); ++e) {
      const auto from = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      if (legal.contains({from, event})) continue;
      const auto refused = next(from, event);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().problem, "illegal-transition");
      EXPECT_NE(refused.error().detail.find(to_string(from)), std::string::npos);
    }
  }
}

TEST(StateMachine, R32_NothingLeavesACompletedIncident) {
  for (const auto& edge : edges()) {
    EXPECT_NE(edge.from, State::kCompleted);
    EXPECT_NE(edge.from, State::kCancelled);
  }
}

TEST(StateMachine, EveryStateCanBeReachedAndNamed) {
  std::set<State> reached{State::kReported};
  for (std::size_t round = 0; round < edges().size(); ++round) {
    for (const auto& edge : edges()) {
      if (reached.contains(edge.from)) reached.insert(edge.to);
    }
  }
  EXPECT_EQ(reached.size(), state_names().size());
  for (const auto& name : state_names()) EXPECT_EQ(to_string(parse_state(name).value()), name);
  EXPECT_FALSE(parse_state("finished"));
}

// RESCUE_WRITE_DOCS=1 writes the page instead of comparing it.
TEST(StateMachine, DocsShowTheTable) {
  const std::string path = std::string(RESCUE_SOURCE_DIR) + "/docs/state-machine.md";
  const std::string head =
      "# The incident's states\n\nGenerated from `libs/incident/src/state_machine.cpp`, the one place that "
      "knows them. A "
      "step that is not in\nthis table is answered with 409. Waiting for the customer is a flag with a "
      "reason on any open "
      "state.\n\n";
  const std::string page = head + describe_markdown();
  if (std::getenv("RESCUE_WRITE_DOCS") != nullptr) std::ofstream(path) << page;
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), page) << "run with RESCUE_WRITE_DOCS=1 to write it";
}

}  // namespace
}  // namespace rescue::incident
