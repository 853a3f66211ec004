#include "attempt_pool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "messages/job_messages.hpp"
#include "rescue/base/sha256.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using testing::dispatched;
using testing::Folder;
using testing::open_database;
using testing::read_file;
using testing::Sent;

/// The pool with a probe of the test's own on a disk of the test's own.
class AttemptPoolTest : public ::testing::Test {
 protected:
  AttemptPoolTest() {
    folder_.write("disks/srv-1001/etc/hostname", "web01\n");
    folder_.write("document.json", testing::example_document());
  }
  void use_probe(const std::string& lines) { config_.probe_path = folder_.script("probe", lines); }
  void use_good_probe() {
    use_probe("echo ran >> " + folder_.path("runs") + "; exec cat " + folder_.path("document.json") +
              " > \"$OUT\"");
  }
  void start(std::size_t threads = 1) {
    config_.disks_dir = folder_.path("disks");
    evidence_ = EvidenceStore::open(folder_.path("evidence")).value();
    surroundings_.emplace(JobSurroundings{config_, *evidence_});
    pool_.emplace(AttemptPool::Parts{*database_, journal_, *surroundings_, log_, metrics_, clock_}, threads);
    messages_.emplace(journal_, *pool_, clock_);
    pool_->start();
  }
  Status deliver(const std::string& type, const Json& body) {
    Message message;
    message.incident_id = "inc_1";
    message.traceparent = Trace::start().traceparent();
    message.body = body;
    return database_->write([&](store::Tx& tx) {
      return type == "job.cancelled" ? messages_->on_cancelled(tx, message)
                                     : messages_->on_dispatched(tx, message);
    });
  }
  Status dispatch(const std::string& job_id, int attempt = 1, const std::string& kind = "investigation",
                  const std::string& server_id = "srv-1001", int lease_s = 60) {
    return deliver("job.dispatched", {{"job_id", job_id},
                                      {"kind", kind},
                                      {"attempt", attempt},
                                      {"server_id", server_id},
                                      {"lease_s", lease_s}});
  }
  Json failure_of(const std::string& job_id) { return sent_.wait_for("job.finished", job_id)["failure"]; }
  std::string state_of(const std::string& job_id) {
    const auto attempts =
        database_->read([&](store::Tx& tx) { return Journal::list(tx, job_id, 0, 1); }).value();
    return attempts.empty() ? "" : attempts.front().state;
  }
  /// A file that the probe makes.
  void wait_for_file(const std::string& name) {
    while (!std::filesystem::exists(folder_.path(name))) ::usleep(2'000);
  }

  Folder folder_;
  Config config_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  UniqueFd log_file_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
  log::Logger log_{{.service = "worker", .fd = log_file_.get(), .minimum = log::Level::kDebug}, clock_};
  Sent sent_;
  std::unique_ptr<store::Database> database_ = open_database();
  Journal journal_{"worker", sent_.sender()};
  std::unique_ptr<EvidenceStore> evidence_;
  std::optional<JobSurroundings> surroundings_;
  std::optional<AttemptPool> pool_;
  std::optional<JobMessages> messages_;
};

TEST_F(AttemptPoolTest, AnInvestigationStoresItsDocumentAndReportsIt) {
  use_good_probe();
  start();
  ASSERT_TRUE(dispatch("job_1"));
  const Json finished = sent_.wait_for("job.finished", "job_1");
  EXPECT_EQ(finished["outcome"], "succeeded");
  EXPECT_EQ(finished["summary"]["intrusion"], "confirmed");
  EXPECT_EQ(evidence_->get(finished["document_sha256"].get<std::string>()).value(),
            testing::example_document());
  EXPECT_EQ(sent_.all().front().type, "job.started");
  EXPECT_EQ(state_of("job_1"), "succeeded");
  pool_->stop();
  EXPECT_NE(metrics_.text().find("rescue_jobs_total{kind=\"investigation\",outcome=\"succeeded\"} 1"),
            std::string::npos);
}

TEST_F(AttemptPoolTest, R26_APrecheckIsTheSameProbeWithItsOwnLimits) {
  use_good_probe();
  config_.precheck.output_bytes = 100;
  start();
  ASSERT_TRUE(dispatch("job_1", 1, "precheck"));
  EXPECT_EQ(failure_of("job_1")["problem"], "probe-output-too-large");
  ASSERT_TRUE(dispatch("job_2", 1, "investigation"));
  EXPECT_EQ(sent_.wait_for("job.finished", "job_2")["outcome"], "succeeded");
}

TEST_F(AttemptPoolTest, ADispatchThatComesTwiceRunsOnce) {
  use_good_probe();
  start(2);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(dispatch("job_1"));
  sent_.wait_for("job.finished", "job_1");
  ASSERT_TRUE(dispatch("job_1"));
  pool_->stop();
  EXPECT_EQ(read_file(folder_.path("runs")), "ran\n");
}

TEST_F(AttemptPoolTest, HeartbeatsWhileTheProbeRuns) {
  use_probe("while [ ! -e " + folder_.path("enough") + " ]; do sleep 0.02; done; cat " +
            folder_.path("document.json") + " > \"$OUT\"");
  start();
  ASSERT_TRUE(dispatch("job_1", 1, "investigation", "srv-1001", 1));
  sent_.wait_for("job.heartbeat", "job_1", 3);
  const auto heartbeats = sent_.all();
  const auto last = std::find_if(heartbeats.rbegin(), heartbeats.rend(), [](const Sent::Message& message) {
    return message.type == "job.heartbeat";
  });
  ASSERT_NE(last, heartbeats.rend());
  EXPECT_EQ(last->body["progress"]["phase"], "probe-running");
  EXPECT_EQ(last->body["progress"]["total"], 1'800);
  folder_.write("enough", "");
  EXPECT_EQ(sent_.wait_for("job.finished", "job_1")["outcome"], "succeeded");
}

TEST_F(AttemptPoolTest, ADiskThatIsNotMountedIsSaidInClearWords) {
  use_good_probe();
  std::filesystem::create_directories(folder_.path("disks/srv-empty"));
  start();
  for (const char* server : {"srv-9999", "srv-empty"}) {
    ASSERT_TRUE(dispatch(server, 1, "investigation", server));
    const Json failure = failure_of(server);
    EXPECT_EQ(failure["code"], to_string(ErrorCode::kNotFound));
    EXPECT_EQ(failure["problem"], "disk-not-mounted");
    EXPECT_NE(failure["detail"].get<std::string>().find(folder_.path("disks")), std::string::npos);
  }
}

TEST_F(AttemptPoolTest, AServerIdIsNeverAPath) {
  use_good_probe();
  folder_.write("outside/x", "x");
  start();
  for (const char* server : {"..", "../outside", "srv-1001/etc", ".", "-rf", "a b", "srv\n", "/etc"}) {
    const std::string job = std::string("job ") + server;
    ASSERT_TRUE(dispatch(job, 1, "investigation", server));
    EXPECT_EQ(failure_of(job)["problem"], "bad-server-id") << server;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("runs")));
}

TEST_F(AttemptPoolTest, WhatIsNoInvestigationIsNotStored) {
  use_probe("echo '{\"schema_version\":1}' > \"$OUT\"");
  start();
  ASSERT_TRUE(dispatch("job_1"));
  EXPECT_EQ(failure_of("job_1")["problem"], "probe-bad-document");
  EXPECT_EQ(evidence_->total_bytes(), 0U);
}

TEST_F(AttemptPoolTest, AProbeThatLeavesNoDocumentOrALinkFails) {
  use_probe("case \"$3\" in *none) : ;; *) ln -s /etc/passwd \"$OUT\" ;; esac");
  folder_.write("disks/none/x", "x");
  start();
  ASSERT_TRUE(dispatch("job_1", 1, "investigation", "none"));
  EXPECT_EQ(failure_of("job_1")["problem"], "probe-bad-document");
  ASSERT_TRUE(dispatch("job_2"));
  EXPECT_EQ(failure_of("job_2")["problem"], "probe-bad-document");
}

TEST_F(AttemptPoolTest, ACrashIsReportedAndTheNextJobRuns) {
  use_probe("if [ -e " + folder_.path("crashed") + " ]; then cat " + folder_.path("document.json") +
            " > \"$OUT\"; else touch " + folder_.path("crashed") + "; kill -ABRT $$; fi");
  start();
  ASSERT_TRUE(dispatch("job_1"));
  ASSERT_TRUE(dispatch("job_2"));
  EXPECT_EQ(failure_of("job_1")["problem"], "probe-crashed");
  EXPECT_EQ(sent_.wait_for("job.finished", "job_2")["outcome"], "succeeded");
}

TEST_F(AttemptPoolTest, ACancelledJobIsKilledAndSaysNothing) {
  use_probe("echo $$ > " + folder_.path("pid.part") + "; mv " + folder_.path("pid.part") + " " +
            folder_.path("pid") + "; exec sleep 1000");
  start();
  ASSERT_TRUE(dispatch("job_1"));
  wait_for_file("pid");
  ASSERT_TRUE(deliver("job.cancelled", {{"job_id", "job_1"}}));
  ASSERT_TRUE(dispatch("job_2", 1, "investigation", "srv-9999"));
  EXPECT_EQ(failure_of("job_2")["problem"], "disk-not-mounted") << "the thread is free again";
  EXPECT_EQ(state_of("job_1"), "cancelled");
  EXPECT_EQ(sent_.count("job.finished", "job_1"), 0U);
  EXPECT_FALSE(std::filesystem::exists("/proc/" + read_file(folder_.path("pid"))));
}

TEST_F(AttemptPoolTest, AnAttemptThatWasCancelledElsewhereDoesNotTakeItsSuccessorWithIt) {
  use_probe("case $3 in *old) touch " + folder_.path("old") + "; exec sleep 1000 ;; *) touch " +
            folder_.path("young") + "; while [ ! -e " + folder_.path("enough") +
            " ]; do sleep 0.02; done; cat " + folder_.path("document.json") + " > \"$OUT\" ;; esac");
  folder_.write("disks/old/x", "x");
  start(2);
  ASSERT_TRUE(dispatch("job_1", 1, "investigation", "old", 1));
  wait_for_file("old");
  ASSERT_TRUE(dispatch("job_1", 2));
  wait_for_file("young");
  // Another worker of the same journal took the message, before the second attempt came.
  ASSERT_TRUE(database_->write([](store::Tx& tx) {
    return tx.execute("UPDATE attempts SET state = 'cancelled' WHERE job_id = 'job_1' AND attempt = 1");
  }));
  ASSERT_TRUE(dispatch("job_2", 1, "investigation", "srv-9999"));
  EXPECT_EQ(failure_of("job_2")["problem"], "disk-not-mounted") << "the first attempt's thread is free again";
  folder_.write("enough", "");
  EXPECT_EQ(sent_.wait_for("job.finished", "job_1")["outcome"], "succeeded");
}

TEST_F(AttemptPoolTest, AnOrderlyStopLetsTheJobRunAgainAfterTheNextStart) {
  use_probe("echo ran >> " + folder_.path("runs") + "; touch " + folder_.path("running") +
            "; exec sleep 1000");
  start();
  ASSERT_TRUE(dispatch("job_1"));
  wait_for_file("running");
  pool_->stop();
  EXPECT_EQ(state_of("job_1"), "queued");
  EXPECT_EQ(sent_.count("job.finished"), 0U);
  use_good_probe();
  start();
  EXPECT_EQ(sent_.wait_for("job.finished", "job_1")["outcome"], "succeeded");
  EXPECT_EQ(read_file(folder_.path("runs")), "ran\nran\n");
}

TEST_F(AttemptPoolTest, SeveralJobsRunAtTheSameTimeUpToTheConcurrency) {
  // Each probe waits for the other one's mark.
  use_probe("touch $3/mark; while [ ! -e " + folder_.path("disks/a/mark") + " ] || [ ! -e " +
            folder_.path("disks/b/mark") + " ]; do sleep 0.02; done; cat " + folder_.path("document.json") +
            " > \"$OUT\"");
  folder_.write("disks/a/x", "x");
  folder_.write("disks/b/x", "x");
  start(2);
  ASSERT_TRUE(dispatch("job_a", 1, "investigation", "a"));
  ASSERT_TRUE(dispatch("job_b", 1, "investigation", "b"));
  EXPECT_EQ(sent_.wait_for("job.finished", "job_a")["outcome"], "succeeded");
  EXPECT_EQ(sent_.wait_for("job.finished", "job_b")["outcome"], "succeeded");
}

TEST_F(AttemptPoolTest, AKindNobodyKnowsIsRefused) {
  use_good_probe();
  start();
  ASSERT_TRUE(dispatch("job_1", 1, "teleport"));
  EXPECT_EQ(failure_of("job_1")["problem"], "unknown-job-kind");
}

TEST_F(AttemptPoolTest, ABodyThatIsNoDispatchIsRefused) {
  use_good_probe();
  start();
  EXPECT_FALSE(deliver("job.dispatched", {{"job_id", "job_1"}}));
  EXPECT_FALSE(deliver("job.cancelled", Json::object()));
  EXPECT_EQ(state_of("job_1"), "");
}

TEST_F(AttemptPoolTest, NothingOfAFinishedRunIsLeftBehind) {
  use_probe("touch \"$(dirname \"$OUT\")/rubbish\"; exit 1");
  start();
  ASSERT_TRUE(dispatch("job_1"));
  EXPECT_EQ(failure_of("job_1")["problem"], "probe-failed");
  pool_->stop();
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("evidence/tmp")));
}

}  // namespace
}  // namespace rescue::worker
