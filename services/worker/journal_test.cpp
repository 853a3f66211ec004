#include "journal.hpp"

#include <gtest/gtest.h>

#include "testing.hpp"

namespace rescue::worker {
namespace {

using testing::dispatched;
using testing::open_database;
using testing::Sent;

class JournalTest : public ::testing::Test {
 protected:
  Journal::Recorded record(const Attempt& attempt) {
    return database_->write([&](store::Tx& tx) { return journal_.record(tx, attempt); }).value();
  }
  std::optional<Attempt> take() {
    return database_->write([&](store::Tx& tx) { return journal_.take(tx, 2'000'000); }).value();
  }
  bool succeed(const Attempt& attempt) {
    return database_
        ->write([&](store::Tx& tx) {
          return journal_.succeed(tx, attempt, "abc", {{"gaps", 0}}, 3'000'000);
        })
        .value();
  }
  std::int64_t cancel(const std::string& job_id) {
    return database_->write([&](store::Tx& tx) { return journal_.cancel(tx, job_id, 3'000'000); }).value();
  }
  std::size_t recover() {
    return database_->write([&](store::Tx& tx) { return journal_.recover(tx, 4'000'000); }).value();
  }
  std::vector<Attempt> list(std::int64_t before = 0, std::size_t limit = 50) {
    return database_->read([&](store::Tx& tx) { return Journal::list(tx, "", before, limit); }).value();
  }

  Sent sent_;
  std::unique_ptr<store::Database> database_ = open_database();
  Journal journal_{"worker", sent_.sender()};
};

TEST_F(JournalTest, TakesTheOldestFirstAndSaysThatItStarted) {
  EXPECT_EQ(record(dispatched("job_2")), Journal::Recorded::kNew);
  EXPECT_EQ(record(dispatched("job_1")), Journal::Recorded::kNew);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job_id, "job_2");
  EXPECT_EQ(taken->state, "running");
  const Json started = sent_.wait_for("job.started", "job_2");
  EXPECT_EQ(started, Json({{"job_id", "job_2"}, {"attempt", 1}, {"worker", "worker"}}));
}

TEST_F(JournalTest, KeepsWhatIsToBeLookedAtFromOutside) {
  auto attempt = dispatched("job_1");
  attempt.outside = {{"addresses", {"192.0.2.10"}}, {"complaints", {{{"kind", "open_relay"}}}}};
  record(attempt);
  record(dispatched("job_2"));
  EXPECT_EQ(take()->outside, attempt.outside);
  EXPECT_TRUE(take()->outside.is_null());
}

TEST_F(JournalTest, ADispatchThatComesTwiceIsOneAttempt) {
  EXPECT_EQ(record(dispatched("job_1")), Journal::Recorded::kNew);
  EXPECT_EQ(record(dispatched("job_1")), Journal::Recorded::kKnown);
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
}

TEST_F(JournalTest, ADispatchOfAFinishedAttemptGetsItsResultAgain) {
  record(dispatched("job_1"));
  ASSERT_TRUE(succeed(*take()));
  EXPECT_EQ(record(dispatched("job_1")), Journal::Recorded::kKnown);
  EXPECT_EQ(sent_.count("job.finished", "job_1"), 2U);
  EXPECT_FALSE(take());
}

TEST_F(JournalTest, ALaterAttemptSupersedesAQueuedOne) {
  record(dispatched("job_1", 1));
  EXPECT_EQ(record(dispatched("job_1", 2)), Journal::Recorded::kNew);
  EXPECT_EQ(record(dispatched("job_1", 1)), Journal::Recorded::kKnown);
  EXPECT_EQ(take()->attempt, 2);
  EXPECT_FALSE(take());
}

TEST_F(JournalTest, AnAttemptOlderThanWhatIsHereIsOutdated) {
  record(dispatched("job_1", 3));
  EXPECT_EQ(record(dispatched("job_1", 2)), Journal::Recorded::kOutdated);
}

TEST_F(JournalTest, AResultIsSentOnceWithItsDocument) {
  record(dispatched("job_1"));
  const auto taken = take();
  EXPECT_TRUE(succeed(*taken));
  EXPECT_FALSE(succeed(*taken)) << "it is over";
  const Json finished = sent_.wait_for("job.finished", "job_1");
  EXPECT_EQ(finished["outcome"], "succeeded");
  EXPECT_EQ(finished["document_sha256"], "abc");
  EXPECT_EQ(finished["summary"]["gaps"], 0);
  EXPECT_EQ(finished["worker"], "worker");
  EXPECT_EQ(sent_.count("job.finished"), 1U);
}

TEST_F(JournalTest, ACancelledJobNeitherStartsNorReports) {
  record(dispatched("job_1"));
  EXPECT_EQ(cancel("job_1"), 0) << "nothing runs";
  EXPECT_FALSE(take());
  record(dispatched("job_2"));
  const auto running = take();
  EXPECT_EQ(cancel("job_2"), 1);
  EXPECT_FALSE(succeed(*running));
  EXPECT_EQ(sent_.count("job.finished"), 0U);
}

TEST_F(JournalTest, WhatRanWhenTheWorkerDiedIsReportedExactlyOnce) {
  record(dispatched("job_1"));
  record(dispatched("job_2"));
  take();
  EXPECT_EQ(recover(), 1U);
  EXPECT_EQ(recover(), 0U);
  EXPECT_EQ(sent_.count("job.finished"), 1U);
  const Json failure = sent_.wait_for("job.finished", "job_1")["failure"];
  EXPECT_EQ(failure["problem"], "worker-restarted");
  EXPECT_EQ(failure["code"], to_string(ErrorCode::kUnavailable));
  EXPECT_EQ(take()->job_id, "job_2") << "what was only queued goes on";
}

TEST_F(JournalTest, AWorkerReportsOnlyItsOwnAfterARestart) {
  Journal other{"worker-2", sent_.sender()};
  for (const char* id : {"job_1", "job_2"}) record(dispatched(id));
  EXPECT_EQ(take()->job_id, "job_1");
  const auto others = database_->write([&](store::Tx& tx) { return other.take(tx, 2'000'000); }).value();
  ASSERT_TRUE(others);
  EXPECT_EQ(others->job_id, "job_2") << "each takes what is next";
  EXPECT_EQ(recover(), 1U);
  EXPECT_EQ(sent_.count("job.finished", "job_2"), 0U);
  cancel("job_2");
  EXPECT_FALSE(database_->write([&](store::Tx& tx) { return other.heartbeat(tx, *others); }).value());
}

TEST_F(JournalTest, AnAttemptPutBackRunsAgain) {
  record(dispatched("job_1"));
  const auto first = take();
  ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.put_back(tx, *first); }));
  EXPECT_EQ(recover(), 0U);
  EXPECT_EQ(sent_.wait_for("job.returned", "job_1")["recalled"], false);
  EXPECT_EQ(take()->job_id, "job_1");
}

TEST_F(JournalTest, TheHigherPriorityIsTakenFirst) {
  for (const auto& [id, priority] : {std::pair{"job_1", 10}, {"job_2", 20}, {"job_3", 20}}) {
    auto attempt = dispatched(id);
    attempt.priority = priority;
    record(attempt);
  }
  EXPECT_EQ(take()->job_id, "job_2");
  EXPECT_EQ(take()->job_id, "job_3");
  EXPECT_EQ(take()->job_id, "job_1");
}

TEST_F(JournalTest, WhatIsCalledBackIsGivenBackUnlessItRuns) {
  const auto recall = [&](const std::string& id, std::int64_t attempt) {
    return database_->write([&](store::Tx& tx) { return journal_.recall(tx, id, attempt, 3'000'000); });
  };
  record(dispatched("job_1"));
  record(dispatched("job_2"));
  take();
  for (const auto& [id, attempt] : {std::pair{"job_1", 1}, {"job_2", 2}, {"job_9", 1}}) {
    EXPECT_TRUE(recall(id, attempt));
  }
  EXPECT_EQ(sent_.count("job.returned"), 0U) << "it runs, or is not here";
  EXPECT_TRUE(recall("job_2", 1));
  EXPECT_TRUE(recall("job_2", 1));
  EXPECT_EQ(sent_.wait_for("job.returned", "job_2"),
            Json({{"job_id", "job_2"}, {"attempt", 1}, {"worker", "worker"}, {"recalled", true}}));
  EXPECT_EQ(sent_.count("job.returned"), 1U);
  EXPECT_FALSE(take());
  EXPECT_EQ(record(dispatched("job_2", 2)), Journal::Recorded::kNew);
}

TEST_F(JournalTest, HeartbeatsOnlyWhileItRuns) {
  record(dispatched("job_1"));
  const auto taken = take();
  const auto beat = [&] {
    return database_->write([&](store::Tx& tx) { return journal_.heartbeat(tx, *taken); }).value();
  };
  EXPECT_TRUE(beat());
  cancel("job_1");
  EXPECT_FALSE(beat());
  EXPECT_EQ(sent_.count("job.heartbeat"), 1U);
}

TEST_F(JournalTest, ListsTheNewestFirstInPages) {
  for (const char* id : {"job_1", "job_2", "job_3"}) record(dispatched(id));
  const auto first = list(0, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].job_id, "job_3");
  const auto second = list(first[1].number, 2);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].job_id, "job_1");
}

}  // namespace
}  // namespace rescue::worker
