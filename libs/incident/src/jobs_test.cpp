#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "rescue/incident/job_failures.hpp"
#include "rescue/incident/job_kinds.hpp"
#include "rescue/incident/job_states.hpp"

namespace rescue::incident {
namespace {

TEST(JobStates, RefusesEveryStepThatIsNotInTheTable) {
  std::set<std::pair<JobState, JobEvent>> legal;
  for (const auto& edge : job_edges()) {
    EXPECT_TRUE(legal.insert({edge.from, edge.event}).second) << "two edges for one event";
    EXPECT_EQ(next(edge.from, edge.event).value(), edge.to);
  }
  for (int s = 0; s <= static_cast<int>(JobState::kCancelled); ++s) {
    for (int e = 0; e <= static_cast<int>(JobEvent::kCancel); ++e) {
      const auto from = static_cast<JobState>(s);
      const auto event = static_cast<JobEvent>(e);
      if (legal.contains({from, event})) continue;
      EXPECT_EQ(next(from, event).error().code, ErrorCode::kConflict);
    }
  }
}

TEST(JobStates, NothingLeavesAJobThatIsOver) {
  for (const auto& edge : job_edges()) {
    EXPECT_NE(edge.from, JobState::kSucceeded);
    EXPECT_NE(edge.from, JobState::kCancelled);
  }
}

TEST(JobStates, OnlyWhatWasGivenUpIsRequeued) {
  EXPECT_EQ(next(JobState::kDead, JobEvent::kRequeue).value(), JobState::kQueued);
  EXPECT_EQ(next(JobState::kStopped, JobEvent::kRequeue).value(), JobState::kQueued);
  EXPECT_EQ(next(JobState::kLeased, JobEvent::kRequeue).error().problem, "job-not-dead");
}

TEST(JobStates, EveryStateCanBeReachedAndNamed) {
  std::set<JobState> reached{JobState::kQueued};
  for (std::size_t round = 0; round < job_edges().size(); ++round) {
    for (const auto& edge : job_edges()) {
      if (reached.contains(edge.from)) reached.insert(edge.to);
    }
  }
  EXPECT_EQ(reached.size(), job_state_names().size());
  for (const auto& name : job_state_names()) EXPECT_EQ(to_string(parse_job_state(name).value()), name);
  EXPECT_FALSE(parse_job_state("running"));
}

TEST(JobKinds, R13_TheResponseToMailAbuseChangesItsServerAndWaitsInAQueueOfItsOwn) {
  const auto* response = find_job_kind(job_kinds(), kMailAbuseJob);
  ASSERT_NE(response, nullptr);
  EXPECT_TRUE(response->destructive);
  EXPECT_EQ(response->queue, "mail");
}

TEST(JobKinds, R13_TheUndoOfAResponseChangesItsServerAndItsPlanDoesNot) {
  const auto* undo = find_job_kind(job_kinds(), kMailAbuseUndoJob);
  const auto* plan = find_job_kind(job_kinds(), kMailAbusePlanJob);
  ASSERT_TRUE(undo != nullptr && plan != nullptr);
  EXPECT_TRUE(undo->destructive);
  EXPECT_FALSE(plan->destructive);
  EXPECT_TRUE(undo->wanted_in.empty()) << "what was given up is asked for anew";
}

TEST(JobKinds, OrderedWorkGoesBeforePrechecksAndBothOnlyRead) {
  const auto* precheck = find_job_kind(job_kinds(), kPrecheckJob);
  const auto* investigation = find_job_kind(job_kinds(), kInvestigationJob);
  ASSERT_TRUE(precheck != nullptr && investigation != nullptr);
  EXPECT_GT(investigation->priority, precheck->priority);
  EXPECT_FALSE(precheck->destructive || investigation->destructive);
  EXPECT_EQ(find_job_kind(job_kinds(), "teleport"), nullptr);
}

TEST(JobKinds, AKindIsWantedWhereItsResultIsAwaited) {
  for (const auto& kind : job_kinds()) {
    EXPECT_TRUE(!kind.awaited_in || is_wanted(kind, *kind.awaited_in)) << kind.name;
  }
  EXPECT_FALSE(is_wanted(*find_job_kind(job_kinds(), kPrecheckJob), State::kWorking));
}

TEST(FailureRules, WhatMayPassIsTriedAgainAndDeathsAreCountedApart) {
  EXPECT_TRUE(failure_rule("evidence-store-unavailable", "unavailable").retry);
  EXPECT_FALSE(failure_rule("disk-not-mounted", "not_found").retry);
  EXPECT_FALSE(failure_rule("probe-crashed", "internal").retry);
  EXPECT_TRUE(failure_rule("worker-restarted", "unavailable").died);
  EXPECT_TRUE(failure_rule("lease-expired", "timeout").died);
  EXPECT_FALSE(failure_rule("probe-timed-out", "timeout").died);
  EXPECT_EQ(failure_rule("probe-timed-out", "timeout").failures_max, 2);
  EXPECT_FALSE(failure_rule("what-nobody-knows", "no_such_code").retry);
}

TEST(FailureRules, AServerThatCannotBeReachedIsTriedAgainAndOneThatRefusesIsNot) {
  for (const char* problem : {"target-unreachable", "target-lost"})
    EXPECT_TRUE(failure_rule(problem, "unavailable").retry);
  EXPECT_EQ(failure_rule("target-silent", "timeout").failures_max, 2);
  for (const char* problem : {"host-key-mismatch", "login-refused", "sudo-refused"}) {
    EXPECT_FALSE(failure_rule(problem, "forbidden").retry) << problem;
  }
  for (const char* problem : {"target-no-room", "target-no-place"})
    EXPECT_FALSE(failure_rule(problem, "conflict").retry);
}

// RESCUE_WRITE_DOCS=1 writes the page instead of comparing it.
TEST(JobStates, DocsShowTheTables) {
  const std::string path = std::string(RESCUE_SOURCE_DIR) + "/docs/job-states.md";
  const std::string page =
      "# A job's states\n\nGenerated from `libs/incident/src/job_states.cpp`, `job_kinds.cpp` and "
      "`job_failures.cpp`, the one place that knows each.\n\n" +
      describe_job_states() +
      "\n## Kinds\n\nA kind that changes its server runs behind the lock at the target "
      "([fence](../libs/fence/README.md)), and stops for a person when it dies.\n\n" +
      describe_job_kinds() +
      "\n## What follows from a failure\n\nThe first line that fits counts. Failures and deaths are counted "
      "apart, and from 0 again after a requeue.\n\n" +
      describe_failure_rules();
  if (std::getenv("RESCUE_WRITE_DOCS") != nullptr) std::ofstream(path) << page;
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), page) << "run with RESCUE_WRITE_DOCS=1 to write it";
}

}  // namespace
}  // namespace rescue::incident
