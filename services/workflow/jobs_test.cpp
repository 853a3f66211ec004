// Jobs with a real database and a clock that is turned by hand; messages are handed in as the consumer would
// hand them. One kind is this test's own: it changes the server.
#include "jobs.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "app.hpp"
#include "decisions.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::State;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();
constexpr std::array kWipeWantedIn{State::kPrecheck};
const std::array kKinds{incident::job_kinds()[0], incident::job_kinds()[1],
                        incident::JobKind{"wipe", "wipe", 30, true, kWipeWantedIn, State::kPrecheck}};

/// On each back end.
class JobsTest : public ::testing::TestWithParam<std::string> {
 protected:
  JobsTest() : clock_(kBegin) {
    std::filesystem::create_directories(dir_);
    std::ofstream(dir_ / "keys.json") << R"({"keys":[]})";
    std::ofstream(dir_ / "token") << "rk_w_" + std::string(64, '0');
    config_.common.name = "workflow";
    config_.common.database_url = GetParam() == "sqlite"
                                      ? "sqlite://" + (dir_ / "workflow.db").string()
                                      : store::testing::PostgresServer::shared().new_database();
    config_.common.keys_file = dir_ / "keys.json";
    config_.common.log_level = log::Level::kError;
    config_.hearing_deadline = std::chrono::hours(72);
    config_.job_lease = seconds(60);
    config_.redispatch_after = seconds(60);
    config_.job_attempts_max = 3;
    config_.job_deaths_max = 2;
    config_.jobs_outstanding_max = 2;
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config_.worker_url = "http://127.0.0.1:9";
    config_.worker_token_file = dir_ / "token";
    app_ = std::make_unique<App>(config_, clock_, Jobs::Options{kKinds, [this] { return share_; }});
  }
  ~JobsTest() override {
    app_.reset();
    std::filesystem::remove_all(dir_);
  }

  Jobs& jobs() { return app_->casework().jobs; }
  template <class F>
  auto write(F&& work) {
    return app_->service().database().write(std::forward<F>(work));
  }
  std::vector<store::Row> query(const std::string& sql, std::initializer_list<store::Value> params = {}) {
    return app_->service().database().read([&](store::Tx& tx) { return tx.query(sql, params); }).value();
  }

  Message message(std::string_view type, const std::string& incident, Json body) {
    Message out;
    out.id = make_id("msg", clock_.now());
    out.type = type;
    out.incident_id = incident;
    out.traceparent = Trace::start().traceparent();
    out.body = std::move(body);
    return out;
  }
  /// A new incident with its precheck queued.
  std::string report() {
    clock_.advance(std::chrono::milliseconds(5));
    const auto id = IncidentId::make(clock_.now()).str();
    const auto taken = write([&](store::Tx& tx) {
      return app_->casework().on_report(
          tx, message(messages::kReportReceived, id,
                      {{"report_id", ReportId::make(clock_.now()).str()},
                       {"source", "third_party"},
                       {"category", "intrusion"},
                       {"server_id", "srv-" + std::to_string(++servers_)},
                       {"customer", "C-1001"},
                       {"summary", "s"},
                       {"seen_at_us", nullptr},
                       {"received_us", to_us(clock_.now())},
                       {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
                       {"raw_sha256", std::string(64, 'a')}}));
    });
    EXPECT_TRUE(taken) << taken.error().detail;
    return id;
  }
  Status dispatch(const std::string& incident_id, const std::string& kind,
                  std::optional<Timestamp> not_before = {}) {
    return write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(const auto incident, app_->casework().incidents.load(tx, incident_id));
      return jobs().dispatch(tx, incident, kind, Trace::start(), not_before);
    });
  }
  Job job_of(const std::string& incident, const std::string& kind = "precheck") {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return jobs().list(tx, {.kind = kind, .incident_id = incident}, "", 10); })
        .value()
        .back();
  }
  std::string state(const Job& job) {
    return query("SELECT state FROM jobs WHERE job_id = ?", {job.id}).at(0).text(0);
  }
  /// What the worker says about the attempt that `job` is at.
  Status says(std::string_view type, const Job& job, Json more = Json::object()) {
    more["job_id"] = job.id;
    more["attempt"] = job.attempt;
    more["worker"] = "w1";
    const auto what = message(type, job.incident_id, std::move(more));
    return write([&](store::Tx& tx) -> Status {
      if (type == messages::kJobStarted) return jobs().on_started(tx, what);
      if (type == messages::kJobHeartbeat) return jobs().on_heartbeat(tx, what);
      if (type == messages::kJobReturned) return jobs().on_returned(tx, what);
      return jobs().on_finished(tx, what);
    });
  }
  Status started(const Job& job) { return says(messages::kJobStarted, job); }
  Status failed(const Job& job, const std::string& code, const std::string& problem, bool begun = false) {
    return says(messages::kJobFinished, job,
                {{"outcome", "failed"},
                 {"failure", {{"code", code}, {"problem", problem}, {"detail", "d"}}},
                 {"begun", begun}});
  }
  Status succeeded(const Job& job) {
    return says(
        messages::kJobFinished, job,
        {{"outcome", "succeeded"}, {"document_sha256", std::string(64, 'd')}, {"summary", Json::object()}});
  }
  /// Bodies of what was sent to the worker, oldest first.
  std::vector<Json> sent(std::string_view type = messages::kJobDispatched) {
    const auto pending = app_->service()
                             .database()
                             .read([](store::Tx& tx) { return store::Outbox::pending(tx, 1000); })
                             .value();
    std::vector<Json> out;
    for (const auto& one : pending) {
      auto decoded = decode_message(one.encoded).value();
      if (decoded.to == "worker" && decoded.type == type) out.push_back(std::move(decoded.body));
    }
    return out;
  }
  bool was_sent(const Job& job, std::string_view type = messages::kJobDispatched) {
    const auto all = sent(type);
    return std::any_of(all.begin(), all.end(), [&](const Json& body) {
      return body.at("job_id") == job.id && body.value("attempt", job.attempt) == job.attempt;
    });
  }
  Status sweep() {
    return jobs().sweep([] { return kBegin; });
  }
  Result<JobPause> pause(const PauseSubject& subject) {
    return write([&](store::Tx& tx) {
      return jobs().pause(tx, subject, {"operator:k3", "the disks are being moved", to_us(clock_.now())});
    });
  }
  Result<JobPause> resume(const PauseSubject& subject) {
    return write([&](store::Tx& tx) {
      return jobs().resume(tx, subject, {"operator:k3", "they are back", to_us(clock_.now())});
    });
  }
  Result<Job> requeue(const Job& job, bool take_over = false) {
    return write([&](store::Tx& tx) {
      return jobs().requeue(tx, job.id,
                            {.reason = "looked at", .actor = "operator:k3", .take_over = take_over});
    });
  }
  Json open_task() {
    const auto rows = query("SELECT details FROM tasks WHERE state = 'open' AND kind = 'job_dead'");
    return rows.empty() ? Json() : parse_json(rows.at(0).text(0)).value();
  }

  std::filesystem::path dir_ = std::filesystem::temp_directory_path() / ("jobs_test_" + random_hex(8));
  ManualClock clock_;
  double share_ = 0;
  int servers_ = 0;
  Config config_;
  std::unique_ptr<App> app_;
};

INSTANTIATE_TEST_SUITE_P(Backends, JobsTest, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& test) { return test.param; });

TEST_P(JobsTest, TheBackoffDoublesAndARandomShareSpreadsIt) {
  const auto first = job_of(report());
  share_ = 0;
  ASSERT_TRUE(failed(first, "unavailable", "probe-not-started"));
  EXPECT_EQ(job_of(first.incident_id).not_before_us, to_us(clock_.now()) + 5'000'000);
  share_ = 0.99;
  ASSERT_TRUE(failed(job_of(first.incident_id), "unavailable", "probe-not-started"));
  EXPECT_EQ(job_of(first.incident_id).not_before_us, to_us(clock_.now()) + 19'900'000);
}

TEST_P(JobsTest, RetriesByErrorClass) {
  const auto timed_out = job_of(report());
  ASSERT_TRUE(failed(timed_out, "timeout", "probe-timed-out"));
  EXPECT_EQ(state(timed_out), "queued");
  ASSERT_TRUE(failed(job_of(timed_out.incident_id), "timeout", "probe-timed-out"));
  EXPECT_EQ(state(timed_out), "dead") << "a third time would end the same";
  EXPECT_EQ(open_task().at("why"), "tried-enough");
  const auto hopeless = job_of(report());
  ASSERT_TRUE(failed(hopeless, "corrupt", "probe-bad-document"));
  EXPECT_EQ(state(hopeless), "dead");
}

TEST_P(JobsTest, ADelayedJobIsNotHandedOutBeforeItsTime) {
  const auto id = report();
  ASSERT_TRUE(dispatch(id, "wipe", clock_.now() + minutes(10)));
  const auto job = job_of(id, "wipe");
  ASSERT_TRUE(sweep());
  EXPECT_FALSE(was_sent(job));
  clock_.advance(minutes(10));
  ASSERT_TRUE(sweep());
  EXPECT_TRUE(was_sent(job));
}

TEST_P(JobsTest, AtMostSoManyOfAQueueAreInTheWorkersHandsAndAnEndMakesRoom) {
  std::vector<Job> all;
  for (int i = 0; i < 4; ++i) all.push_back(job_of(report()));
  EXPECT_EQ(sent().size(), 2U);
  ASSERT_TRUE(started(all[0]));
  EXPECT_EQ(sent().size(), 2U) << "running ones count";
  ASSERT_TRUE(succeeded(all[0]));
  EXPECT_EQ(sent().size(), 3U);
  EXPECT_TRUE(was_sent(all[2]));
  ASSERT_TRUE(failed(all[1], "not_found", "disk-not-mounted"));
  EXPECT_TRUE(was_sent(all[3]));
}

TEST_P(JobsTest, TheHigherPriorityLeavesItsQueueFirst) {
  std::vector<Job> all;
  for (int i = 0; i < 4; ++i) all.push_back(job_of(report()));
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return tx.execute("UPDATE jobs SET priority = 900 WHERE job_id = ?", {all[3].id});
  }));
  ASSERT_TRUE(succeeded(all[0]));
  EXPECT_TRUE(was_sent(all[3]));
  EXPECT_FALSE(was_sent(all[2]));
  EXPECT_EQ(sent().back().at("priority"), 900) << "the worker is told";
}

TEST_P(JobsTest, APausedQueueHandsNothingOutAndWhatRunsGoesOn) {
  const auto running = job_of(report());
  ASSERT_TRUE(started(running));
  ASSERT_TRUE(pause({"queue", "precheck"}));
  EXPECT_EQ(pause({"queue", "precheck"}).error().problem, "already-paused");
  const auto waiting = job_of(report());
  EXPECT_EQ(waiting.paused, "queue");
  clock_.advance(seconds(30));
  ASSERT_TRUE(says(messages::kJobHeartbeat, running));
  ASSERT_TRUE(sweep());
  EXPECT_FALSE(was_sent(waiting));
  ASSERT_TRUE(succeeded(running));
  EXPECT_EQ(state(running), "succeeded");
  EXPECT_FALSE(was_sent(waiting));
  ASSERT_TRUE(resume({"queue", "precheck"}));
  EXPECT_TRUE(was_sent(waiting)) << "lifting the pause hands out what waits";
  EXPECT_EQ(resume({"queue", "precheck"}).error().problem, "not-paused");
  EXPECT_EQ(query("SELECT 1 FROM audit WHERE action IN ('jobs.paused', 'jobs.resumed')").size(), 2U);
}

TEST_P(JobsTest, APausedIncidentIsHeldBackAlone) {
  const auto id = report();
  ASSERT_TRUE(pause({"incident", id}));
  ASSERT_TRUE(dispatch(id, "wipe"));
  ASSERT_TRUE(dispatch(report(), "wipe"));
  EXPECT_EQ(job_of(id, "wipe").paused, "incident");
  EXPECT_FALSE(was_sent(job_of(id, "wipe")));
  ASSERT_EQ(sent().back().at("kind"), "wipe");
  ASSERT_TRUE(resume({"incident", id}));
  EXPECT_TRUE(was_sent(job_of(id, "wipe")));
}

TEST_P(JobsTest, WhatWaitsAtTheWorkerIsCalledBackByAPause) {
  const auto job = job_of(report());
  ASSERT_TRUE(pause({"queue", "precheck"}));
  EXPECT_TRUE(was_sent(job, messages::kJobRecalled));
  clock_.advance(minutes(10));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sent().size(), 1U) << "it is not sent again meanwhile";
  ASSERT_TRUE(says(messages::kJobReturned, job, {{"recalled", true}}));
  const auto back = job_of(job.incident_id);
  EXPECT_EQ(back.attempt, 2) << "the worker knows attempt 1 as given back";
  EXPECT_FALSE(was_sent(back));
  ASSERT_TRUE(started(job)) << "a start that was on its way is of an attempt that is over";
  EXPECT_EQ(state(job), "queued");
  ASSERT_TRUE(resume({"queue", "precheck"}));
  EXPECT_TRUE(was_sent(back));
}

TEST_P(JobsTest, WhatRanWhenItWasPausedIsCalledBackWhenItsWorkerStops) {
  const auto job = job_of(report());
  ASSERT_TRUE(started(job));
  ASSERT_TRUE(pause({"queue", "precheck"}));
  EXPECT_FALSE(was_sent(job, messages::kJobRecalled)) << "what runs goes on";
  ASSERT_TRUE(says(messages::kJobReturned, job, {{"recalled", false}}));
  EXPECT_TRUE(was_sent(job, messages::kJobRecalled)) << "the worker would begin it again at its next start";
}

TEST_P(JobsTest, WhatNobodyBeganIsSentAgainInTimeHoweverOldTheJobIs) {
  const auto id = report();
  ASSERT_TRUE(failed(job_of(id), "not_found", "disk-not-mounted"));
  clock_.advance(std::chrono::hours(72));
  ASSERT_TRUE(requeue(job_of(id)));
  const auto before = sent().size();
  clock_.advance(minutes(2));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sent().size(), before + 1);
  clock_.advance(minutes(1));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sent().size(), before + 1) << "each wait is twice as long";
}

TEST_P(JobsTest, AnOrderlyStopOfTheWorkerIsNoDeath) {
  const auto job = job_of(report());
  ASSERT_TRUE(started(job));
  ASSERT_TRUE(says(messages::kJobReturned, job, {{"recalled", false}}));
  EXPECT_EQ(state(job), "queued");
  clock_.advance(minutes(10));
  ASSERT_TRUE(sweep());
  const auto now = job_of(job.incident_id);
  EXPECT_EQ(now.attempt, 1);
  EXPECT_EQ(now.deaths, 0);
  ASSERT_TRUE(started(now));
  ASSERT_TRUE(succeeded(now));
  EXPECT_EQ(state(now), "succeeded");
}

TEST_P(JobsTest, AJobThatKillsItsWorkersIsGivenUpApartFromOrdinaryRetries) {
  const auto id = report();
  ASSERT_TRUE(failed(job_of(id), "unavailable", "probe-not-started"));
  ASSERT_TRUE(failed(job_of(id), "unavailable", "probe-not-started"));
  ASSERT_TRUE(failed(job_of(id), "unavailable", "worker-restarted"));
  EXPECT_EQ(state(job_of(id)), "queued") << "two failures and one death";
  clock_.advance(minutes(10));
  ASSERT_TRUE(started(job_of(id)));
  clock_.advance(minutes(2));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(state(job_of(id)), "dead") << "the second death, by a lease that ended";
  EXPECT_EQ(open_task().at("why"), "kills-worker");
  EXPECT_EQ(open_task().at("deaths"), 2);
  const auto again = requeue(job_of(id));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->deaths, 0);
  EXPECT_EQ(again->failures, 0);
}

TEST_P(JobsTest, ADestructiveJobWhoseWorkerDiesStopsForAPerson) {
  const auto id = report();
  ASSERT_TRUE(dispatch(id, "wipe"));
  const auto job = job_of(id, "wipe");
  ASSERT_TRUE(started(job));
  ASSERT_TRUE(says(messages::kJobHeartbeat, job,
                   {{"progress", {{"phase", "quarantine"}, {"done", 3}, {"total", 7}, {"unit", "files"}}}}));
  clock_.advance(minutes(2));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(state(job), "stopped");
  EXPECT_TRUE(was_sent(job, messages::kJobCancelled)) << "it may be alive";
  const auto task = open_task();
  EXPECT_EQ(task.at("why"), "destructive");
  EXPECT_EQ(task.at("attempt"), 1);
  EXPECT_EQ(task.at("progress").at("done"), 3);
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(state(job), "stopped") << "never by itself";
  ASSERT_TRUE(succeeded(job));
  EXPECT_EQ(state(job), "stopped") << "what the old attempt says is refused";
  const auto again = requeue(job, true);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->attempt, 2);
  EXPECT_TRUE(sent().back().at("take_over").get<bool>());
  EXPECT_TRUE(open_task().is_null());
}

TEST_P(JobsTest, ADestructiveJobIsTriedAgainOnlyIfItHadChangedNothing) {
  const auto id = report();
  ASSERT_TRUE(dispatch(id, "wipe"));
  ASSERT_TRUE(failed(job_of(id, "wipe"), "unavailable", "target-locked", false));
  EXPECT_EQ(state(job_of(id, "wipe")), "queued");
  ASSERT_TRUE(failed(job_of(id, "wipe"), "unavailable", "target-unavailable", true));
  EXPECT_EQ(state(job_of(id, "wipe")), "stopped");
  ASSERT_TRUE(requeue(job_of(id, "wipe")));
  ASSERT_TRUE(failed(job_of(id, "wipe"), "unavailable", "worker-restarted", false));
  EXPECT_EQ(state(job_of(id, "wipe")), "stopped") << "a dead worker cannot say what it changed";
}

TEST_P(JobsTest, ALockIsTakenOverOnlyByAKindThatTakesOne) {
  const auto job = job_of(report());
  ASSERT_TRUE(failed(job, "not_found", "disk-not-mounted"));
  EXPECT_EQ(requeue(job, true).error().pointer, "/take_over");
  EXPECT_TRUE(requeue(job));
}

TEST_P(JobsTest, AGivenUpJobIsNotRequeuedOnceItsIncidentHasNoUseForIt) {
  const auto job = job_of(report());
  ASSERT_TRUE(failed(job, "not_found", "disk-not-mounted"));
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return tx.execute("UPDATE incidents SET state = 'closed' WHERE incident_id = ?", {job.incident_id});
  }));
  EXPECT_EQ(requeue(job).error().problem, "illegal-transition");
}

TEST_P(JobsTest, ARequeueMayNameATime) {
  const auto job = job_of(report());
  ASSERT_TRUE(failed(job, "not_found", "disk-not-mounted"));
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return jobs().requeue(
        tx, job.id,
        {.reason = "mounted at nine", .actor = "operator:k3", .not_before = clock_.now() + minutes(5)});
  }));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sent().size(), 1U);
  clock_.advance(minutes(5));
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sent().size(), 2U);
}

TEST_P(JobsTest, TheLatestProgressStandsWithTheJobAndOddOnesAreDropped) {
  const auto job = job_of(report());
  ASSERT_TRUE(started(job));
  const Json counts{{"critical", 1}, {"high", 0}, {"medium", 2}, {"low", 0}, {"info", 9}};
  const Json good{{"phase", "probe-running"}, {"done", 12},   {"total", 48},       {"unit", "bytes"},
                  {"rate_per_s", 3},          {"left_s", 12}, {"findings", counts}};
  ASSERT_TRUE(says(messages::kJobHeartbeat, job, {{"progress", good}}));
  for (const Json& odd :
       {Json({{"phase", "<script>"}, {"done", 1}, {"total", 2}, {"unit", "files"}}),
        Json({{"phase", "p"}, {"done", -1}, {"total", 2}, {"unit", "files"}}),
        Json({{"phase", std::string(41, 'p')}, {"done", 1}, {"total", 2}, {"unit", "f"}}),
        Json({{"phase", "p"}, {"done", 1}, {"total", 2}, {"unit", "f"}, {"more", 1}}),
        Json({{"phase", "p"}, {"done", 1}, {"total", 2}, {"unit", "f"}, {"left_s", -1}}),
        Json({{"phase", "p"}, {"done", 1}, {"total", 2}, {"unit", "f"}, {"findings", {{"critical", 1}}}}),
        Json(7)}) {
    ASSERT_TRUE(says(messages::kJobHeartbeat, job, {{"progress", odd}}))
        << "the heartbeat counts all the same";
  }
  Json stored = job_of(job.incident_id).progress;
  stored.erase("at");
  EXPECT_EQ(stored, good);
  EXPECT_EQ(to_json(job_of(job.incident_id)).at("progress").at("percent"), 25);
}

TEST_P(JobsTest, ListsByStateKindQueueAndIncident) {
  const auto id = report();
  ASSERT_TRUE(dispatch(id, "wipe"));
  ASSERT_TRUE(failed(job_of(id), "not_found", "disk-not-mounted"));
  const auto count = [&](const Jobs::Filter& filter) {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return jobs().list(tx, filter, "", 10); })
        ->size();
  };
  report();
  EXPECT_EQ(count({}), 3U);
  EXPECT_EQ(count({.state = "dead"}), 1U);
  EXPECT_EQ(count({.kind = "precheck"}), 2U);
  EXPECT_EQ(count({.queue = "wipe"}), 1U);
  EXPECT_EQ(count({.kind = "wipe", .incident_id = id}), 1U);
  EXPECT_EQ(count({.state = "dead", .kind = "wipe"}), 0U);
}

TEST_P(JobsTest, AQueueShowsWhatWaitsAndSinceWhen) {
  std::vector<Job> all;
  for (int i = 0; i < 4; ++i) all.push_back(job_of(report()));
  ASSERT_TRUE(started(all[0]));
  const auto queues =
      app_->service().database().read([&](store::Tx& tx) { return jobs().queues(tx); }).value();
  ASSERT_EQ(queues.size(), 3U);
  EXPECT_EQ(queues[0].name, "precheck");
  EXPECT_EQ(queues[0].running, 1);
  EXPECT_EQ(queues[0].handed_out, 1);
  EXPECT_EQ(queues[0].waiting, 2);
  EXPECT_EQ(queues[0].oldest_waiting_us, all[1].not_before_us);
  EXPECT_EQ(queues[2].oldest_waiting_us, 0);
}

TEST_P(JobsTest, TheGaugesTellThePausedQueuesAndTheOldestThatWaits) {
  report();
  ASSERT_TRUE(pause({"queue", "investigation"}));
  clock_.advance(seconds(30));
  const auto text = app_->service().metrics().text();
  EXPECT_NE(text.find("rescue_job_oldest_waiting_seconds{queue=\"precheck\"} 30"), std::string::npos) << text;
  EXPECT_NE(text.find("rescue_job_queue_paused{queue=\"investigation\"} 1"), std::string::npos);
  EXPECT_NE(text.find("rescue_job_queue_paused{queue=\"precheck\"} 0"), std::string::npos);
  EXPECT_NE(text.find("rescue_job_pauses{scope=\"queue\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace rescue::workflow
