#include "desk/desk_testing.hpp"

namespace rescue::workflow {
namespace {

using std::chrono::hours;

class Duplicates : public DeskTest {
 protected:
  Timestamp before_the_work() const { return clock_.now() - hours(5); }
  contract::Door::Answer judge(const std::string& id, const std::string& outcome) {
    return desk_.post("/v1/tasks/" + task_of(id, "judge_duplicate") + "/completions",
                      {{"outcome", outcome}, {"note", "compared the logs"}});
  }
};

TEST_P(Duplicates, R42_ALateReportOfWhatWasSeenBeforeTheWorkEndedIsProposedAndNeverCharged) {
  const auto done = completed();
  const auto charges = sent("pricing", messages::kChargeCreate).size();
  const auto version = load(done).version;
  const auto late = report(Notice{.seen_at = before_the_work(), .later = hours(48)});
  EXPECT_EQ(load(late).state, State::kReported) << "nothing begins before a person has decided";
  EXPECT_TRUE(query("SELECT 1 FROM jobs WHERE incident_id = ?", {late}).empty());
  const auto task = desk_.get("/v1/tasks/" + task_of(late, "judge_duplicate")).body.at("details");
  EXPECT_EQ(task.at("proposal"), "same_incident");
  EXPECT_EQ(task.at("incident_id"), late);
  EXPECT_EQ(task.at("other_incident_id"), done);
  EXPECT_EQ(judge(late, "granted").problem(), "not-allowed-value");
  ASSERT_EQ(judge(late, "same_incident").status, 201);
  EXPECT_EQ(load(late).id, done);
  EXPECT_EQ(load(done).version, version) << "R32: a completed incident is not edited";
  EXPECT_EQ(view(done).at("reports").size(), 2U) << "it stays visible";
  EXPECT_EQ(view(late), Json({{"incident_id", late}, {"merged_into", done}}));
  EXPECT_EQ(sent("intake", messages::kReportTaken).back().body.at("merged_into"), done);
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), charges);
  EXPECT_EQ(actions_of(done).back(), "incident.merged_in");
}

TEST_P(Duplicates, R42_APersonMaySayThatALateReportIsANewIncident) {
  completed();
  const auto late = report(Notice{.seen_at = before_the_work(), .later = hours(48)});
  ASSERT_EQ(judge(late, "new_incident").status, 201);
  EXPECT_EQ(load(late).id, late);
  EXPECT_EQ(load(late).state, State::kPrecheck);
}

TEST_P(Duplicates, R42_WhatWasSeenAfterTheWorkOrCameTooLateIsANewIncident) {
  completed();
  const auto again = report(Notice{.seen_at = clock_.now() + hours(1), .later = hours(2)});
  EXPECT_EQ(load(again).state, State::kPrecheck);
  EXPECT_TRUE(query("SELECT 1 FROM tasks WHERE kind = 'judge_duplicate'").empty());
  completed("srv-1002");
  const auto too_late =
      report(Notice{.server = "srv-1002", .seen_at = before_the_work(), .later = hours(24 * 15)});
  EXPECT_EQ(load(too_late).state, State::kPrecheck);
  EXPECT_TRUE(query("SELECT 1 FROM tasks WHERE kind = 'judge_duplicate'").empty());
}

TEST_P(Duplicates, WhatDoesNotSayWhenItWasSeenIsLookedAtAndAPersonIsAsked) {
  const auto done = completed();
  const auto unclear = report(Notice{.later = hours(2)});
  EXPECT_EQ(load(unclear).state, State::kPrecheck);
  EXPECT_EQ(desk_.get("/v1/tasks/" + task_of(unclear, "judge_duplicate")).body.at("details").at("proposal"),
            "unclear");
  ASSERT_EQ(judge(unclear, "same_incident").status, 201);
  EXPECT_EQ(load(unclear).id, done);
  EXPECT_EQ(query("SELECT state FROM jobs WHERE incident_id = ?", {unclear}).at(0).text(0), "cancelled");
}

TEST_P(Duplicates, ReportsJoinAnOpenIncidentInsideTheWindowOnly) {
  const auto first = report();
  const auto soon = report(Notice{.later = hours(24 * 29)});
  EXPECT_EQ(load(soon).id, first);
  const auto reports = view(first).at("reports");
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].at("addressed_id"), soon);
  const auto old = report(Notice{.later = hours(24 * 31)});
  EXPECT_EQ(load(old).id, old);
  EXPECT_EQ(
      desk_.get("/v1/tasks/" + task_of(old, "judge_duplicate")).body.at("details").at("other_incident_id"),
      first);
}

TEST_P(Duplicates, R42_LateReportsAreOneQuestionAndHoldBackNoNewBreakIn) {
  completed();
  const auto late = report(Notice{.seen_at = before_the_work(), .later = hours(24)});
  const auto later = report(Notice{.seen_at = before_the_work(), .later = hours(25)});
  EXPECT_EQ(load(later).id, late);
  const auto again = report(Notice{.seen_at = clock_.now() + hours(20), .later = hours(26)});
  EXPECT_EQ(load(again).id, again);
  EXPECT_EQ(load(again).state, State::kPrecheck);
  EXPECT_EQ(query("SELECT 1 FROM tasks WHERE kind = 'judge_duplicate'").size(), 1U);
  ASSERT_EQ(judge(late, "same_incident").status, 201);
  EXPECT_EQ(load(later).id, load(late).id);
}

TEST_P(Duplicates, ADuplicateOfWorkThatIsBeingReportedIsProposedToo) {
  const auto id = working();
  answer_hearing(id);
  investigate(id);
  ASSERT_EQ(load(id).state, State::kReporting);
  const auto late = report(Notice{.seen_at = before_the_work()});
  EXPECT_EQ(load(late).state, State::kReported);
  EXPECT_EQ(judge(late, "same_incident").status, 201);
  EXPECT_EQ(load(late).id, id);
}

INSTANTIATE_TEST_SUITE_P(Backends, Duplicates, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace rescue::workflow
