// How attempts at the work end, and what follows for the incident.
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

class WorkTest : public WorkflowTest {};

TEST_F(WorkTest, R32_AResultThatNobodyWaitsForChangesNothing) {
  const auto id = report();
  const auto job = job_of(id, "precheck");
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 1));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  EXPECT_EQ(job_state(job), "cancelled");
  const auto version = load(id).version;
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, success()));
  EXPECT_EQ(load(id).version, version);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
}

TEST_F(WorkTest, R41_TheFeeIsDueWhereWorkThatHadStartedWaitsToBeDoneAgain) {
  const auto id = reporting();
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "rework"}}));
  ASSERT_EQ(state(id), State::kScheduled);
  ASSERT_TRUE(ask(id, "cancellation", {{"reason", "it takes too long"}}).at("accepted"));
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
}

TEST_F(WorkTest, AFailedAttemptIsTriedAgainAndTheOldAttemptIsRefused) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, failure("unavailable")));
  EXPECT_EQ(job_state(job), "queued");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, success()));
  EXPECT_EQ(job_state(job), "queued") << "a result of attempt 1 is refused";
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().body.at("attempt"), 2);
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 2));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 2, success()));
  EXPECT_EQ(job_state(job), "succeeded");
}

TEST_F(WorkTest, ASilentWorkerLosesItsLeaseAndAHeartbeatKeepsIt) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  clock_.advance(std::chrono::seconds(50));
  ASSERT_TRUE(job_says(messages::kJobHeartbeat, id, job, 1));
  clock_.advance(std::chrono::seconds(50));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(job_state(job), "leased");
  clock_.advance(std::chrono::seconds(61));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(job_state(job), "queued");
}

TEST_F(WorkTest, ALeaseDoesNotEndWhileWeCouldNotHearTheWorker) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  auto& jobs = app_->casework().jobs;
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(jobs.sweep([] { return std::nullopt; }));
  EXPECT_EQ(job_state(job), "leased") << "Redis is away";
  const auto back = clock_.now();
  clock_.advance(std::chrono::seconds(59));
  ASSERT_TRUE(jobs.sweep([&] { return back; }));
  EXPECT_EQ(job_state(job), "leased") << "its word may be on the way";
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(jobs.sweep([&] { return back; }));
  EXPECT_EQ(job_state(job), "queued");
}

TEST_F(WorkTest, AJobThatNobodyTookIsSentAgain) {
  const auto id = report();
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 1U);
  clock_.advance(std::chrono::seconds(61));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 2U);
}

TEST_F(WorkTest, AJobThatCannotSucceedDiesIntoATaskAndCanBeRequeuedWithAReason) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, failure("not_found")));
  EXPECT_EQ(job_state(job), "dead");
  EXPECT_EQ(query("SELECT kind FROM tasks WHERE state = 'open'").at(0).text(0), "job_dead");
  const auto requeued = write([&](store::Tx& tx) {
    return app_->casework().jobs.requeue(tx, job, {"the disk is mounted now", "operator:k3"});
  });
  ASSERT_TRUE(requeued);
  EXPECT_EQ(requeued->attempt, 2);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
  EXPECT_EQ(write([&](store::Tx& tx) {
              return app_->casework().jobs.requeue(tx, job, {"again", "operator:k3"});
            })
                .error()
                .problem,
            "job-not-dead");
}

TEST_F(WorkTest, AReportThatCannotBeMadeBecomesATask) {
  const auto id = reporting();
  document_ = "{}";
  EXPECT_FALSE(app_->customer_reports().make_due());
  EXPECT_EQ(query("SELECT kind FROM tasks WHERE state = 'open'").at(0).text(0), "report_failed");
  EXPECT_EQ(state(id), State::kReporting);
}

TEST_F(WorkTest, WorkOfWhichNoReportCanBeMadeIsDoneAgain) {
  const auto id = reporting();
  const auto good = std::exchange(document_, "{}");
  EXPECT_FALSE(app_->customer_reports().make_due());
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "rework"}}));
  EXPECT_EQ(state(id), State::kScheduled);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
  document_ = good;
  const auto again = sent("worker", messages::kJobDispatched).back().body.at("job_id").get<std::string>();
  ASSERT_TRUE(job_says(messages::kJobStarted, id, again, 1));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, again, 1, success()));
  EXPECT_EQ(state(id), State::kReporting) << "the hearing that was held counts";
  ASSERT_TRUE(app_->customer_reports().make_due());
  EXPECT_TRUE(load(id).report_sha256);
}

TEST_F(WorkTest, EachDeadJobHasATaskOfItsOwn) {
  const auto id = report();
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, failure("not_found")));
  // Found by hand; later work dies too while that task is still open.
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return app_->casework().tasks.open(tx, {id, "job_dead", "job_other"}, Json::object());
  }));
  EXPECT_EQ(query("SELECT 1 FROM tasks WHERE state = 'open' AND kind = 'job_dead'").size(), 2U);
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  EXPECT_TRUE(query("SELECT 1 FROM tasks WHERE state = 'open'").empty());
}

}  // namespace
}  // namespace rescue::workflow
