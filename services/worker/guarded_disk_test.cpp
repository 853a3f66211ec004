// A kind of job that changes its server, made for this test: it gets the server through the lock kept there,
// and by no other way.
#include "jobs/guarded_disk.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <future>

#include "attempt_pool.hpp"
#include "messages/job_messages.hpp"
#include "rescue/incident/job_kinds.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using testing::Folder;
using testing::open_database;
using testing::read_file;
using testing::Sent;

/// What the kind "wipe" does; each test says.
std::function<Result<JobResult>(const JobContext&, GuardedDisk&)> wipe_does;
Result<JobResult> wipe(const JobContext& context, GuardedDisk& disk) {
  return wipe_does(context, disk);
}
const std::array kKinds{JobKind{.name = "wipe", .change = wipe}};

/// One worker: its own database, journal and pool. All of them see the same disks.
struct Worker {
  Worker(const Folder& folder, const std::string& name)
      : log_file(::open(folder.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)),
        journal(name, sent.sender()),
        evidence(EvidenceStore::open(folder.path("evidence-" + name)).value()),
        surroundings{config, *evidence, kKinds, {{"a secret"}}, name} {
    config.disks_dir = folder.path("disks");
    pool.start();
  }
  ~Worker() { pool.stop(); }

  Status dispatch(const std::string& job_id, std::int64_t attempt = 1, bool take_over = false,
                  int lease_s = 60) {
    Message message;
    message.incident_id = "inc_1";
    message.traceparent = Trace::start().traceparent();
    message.body = {{"job_id", job_id},   {"kind", "wipe"},       {"attempt", attempt},    {"priority", 30},
                    {"lease_s", lease_s}, {"server_id", "srv-1"}, {"take_over", take_over}};
    return database->write([&](store::Tx& tx) { return messages.on_dispatched(tx, message); });
  }
  Status cancel(const std::string& job_id) {
    Message message;
    message.body = {{"job_id", job_id}};
    return database->write([&](store::Tx& tx) { return messages.on_cancelled(tx, message); });
  }
  /// The body of its job.finished.
  Json end_of(const std::string& job_id, std::size_t how_many = 1) {
    return sent.wait_for("job.finished", job_id, how_many);
  }
  std::string problem_of(const std::string& job_id) { return end_of(job_id)["failure"].value("problem", ""); }

  Config config;
  SystemClock clock;
  telemetry::Metrics metrics;
  UniqueFd log_file;
  log::Logger log{{.service = "worker", .fd = log_file.get(), .minimum = log::Level::kDebug}, clock};
  Sent sent;
  std::unique_ptr<store::Database> database = open_database();
  Journal journal;
  std::unique_ptr<EvidenceStore> evidence;
  JobSurroundings surroundings;
  AttemptPool pool{AttemptPool::Parts{*database, journal, surroundings, log, metrics, clock}, 1};
  JobMessages messages{journal, pool, clock};
};

class GuardedDiskTest : public ::testing::Test {
 protected:
  GuardedDiskTest() { folder_.write("disks/srv-1/etc/hostname", "web01\n"); }
  ~GuardedDiskTest() override { wipe_does = nullptr; }

  /// One change: another line in a file on the disk.
  static Status mark(GuardedDisk& disk, const std::string& line) {
    return disk.change([&](int root) -> Status {
      const UniqueFd file(::openat(root, "changed", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
      const std::string text = line + "\n";
      if (::write(file.get(), text.data(), text.size()) < 0)
        return fail(ErrorCode::kUnavailable, "target-unavailable", "write");
      return {};
    });
  }
  static Result<JobResult> good() { return JobResult{std::string(64, 'd'), Json::object()}; }
  std::string changed() { return read_file(folder_.path("disks/srv-1/changed")); }

  Folder folder_;
  Worker one_{folder_, "w1"};
};

TEST_F(GuardedDiskTest, ChangesTheServerAndLeavesItFreeForOthers) {
  wipe_does = [](const JobContext&, GuardedDisk& disk) -> Result<JobResult> {
    RESCUE_TRY(mark(disk, "a"));
    RESCUE_TRY(mark(disk, "b"));
    return good();
  };
  ASSERT_TRUE(one_.dispatch("job_1"));
  EXPECT_EQ(one_.end_of("job_1")["outcome"], "succeeded");
  ASSERT_TRUE(one_.dispatch("job_2"));
  EXPECT_EQ(one_.end_of("job_2")["outcome"], "succeeded");
  EXPECT_EQ(changed(), "a\nb\na\nb\n");
}

TEST_F(GuardedDiskTest, AWorkerWhoseLeaseEndedIsRefusedAtEachNextStep) {
  std::promise<void> has_changed;
  std::promise<void> wake_up;
  std::vector<std::string> refused;
  wipe_does = [&](const JobContext& context, GuardedDisk& disk) -> Result<JobResult> {
    RESCUE_TRY(mark(disk, "attempt " + std::to_string(context.attempt.attempt)));
    if (context.attempt.attempt == 2) return good();
    has_changed.set_value();
    wake_up.get_future().wait();
    for (int i = 0; i < 2; ++i) refused.push_back(mark(disk, "too late").error().problem);
    RESCUE_TRY(mark(disk, "too late"));
    return good();
  };
  ASSERT_TRUE(one_.dispatch("job_1", 1));
  has_changed.get_future().wait();
  Worker two(folder_, "w2");
  ASSERT_TRUE(two.dispatch("job_1", 2));
  EXPECT_EQ(two.end_of("job_1")["outcome"], "succeeded");
  wake_up.set_value();
  EXPECT_EQ(one_.problem_of("job_1"), "fenced-off");
  EXPECT_EQ(refused, std::vector<std::string>(2, "fenced-off"));
  EXPECT_EQ(changed(), "attempt 1\nattempt 2\n");
}

TEST_F(GuardedDiskTest, AFailureSaysWhetherAnythingWasChanged) {
  wipe_does = [](const JobContext& context, GuardedDisk& disk) -> Result<JobResult> {
    if (context.attempt.job_id != "job_early") RESCUE_TRY(mark(disk, "x"));
    if (context.attempt.job_id == "job_bug") throw std::runtime_error("a bug");
    return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", "full");
  };
  ASSERT_TRUE(one_.dispatch("job_early"));
  EXPECT_EQ(one_.end_of("job_early")["begun"], false);
  ASSERT_TRUE(one_.dispatch("job_late"));
  EXPECT_EQ(one_.end_of("job_late")["begun"], true);
  ASSERT_TRUE(one_.dispatch("job_bug", 1, true));
  EXPECT_EQ(one_.end_of("job_bug")["begun"], true);
  EXPECT_EQ(one_.problem_of("job_bug"), "internal-error");
}

TEST_F(GuardedDiskTest, AHalfChangedServerStaysLockedForItsNextAttemptOrAnOperator) {
  wipe_does = [](const JobContext& context, GuardedDisk& disk) -> Result<JobResult> {
    RESCUE_TRY(mark(disk, context.attempt.job_id));
    if (context.attempt.attempt == 1 && context.attempt.job_id == "job_1")
      return fail(ErrorCode::kInternal, "internal-error", "half way");
    return good();
  };
  ASSERT_TRUE(one_.dispatch("job_1"));
  EXPECT_EQ(one_.end_of("job_1")["outcome"], "failed");
  ASSERT_TRUE(one_.dispatch("job_2"));
  EXPECT_EQ(one_.problem_of("job_2"), "target-locked");
  EXPECT_EQ(one_.end_of("job_2")["begun"], false);
  ASSERT_TRUE(one_.dispatch("job_3", 1, true));
  EXPECT_EQ(one_.end_of("job_3")["outcome"], "succeeded") << "an operator's decision";
  ASSERT_TRUE(one_.dispatch("job_1", 2));
  one_.end_of("job_1", 2);
  EXPECT_EQ(changed(), "job_1\njob_3\njob_1\n");
}

TEST_F(GuardedDiskTest, ALockThatIsNotOursStopsTheJobBeforeItsFirstChange) {
  folder_.write("disks/srv-1/.rescue-fence/lock", "garbage");
  wipe_does = [](const JobContext&, GuardedDisk&) -> Result<JobResult> { return good(); };
  ASSERT_TRUE(one_.dispatch("job_1"));
  EXPECT_EQ(one_.problem_of("job_1"), "lock-damaged");
  ASSERT_TRUE(one_.dispatch("job_1", 2, true));
  one_.end_of("job_1", 2);
  EXPECT_EQ(one_.sent.all().back().body["outcome"], "succeeded");
}

TEST_F(GuardedDiskTest, ACancelledJobChangesNothingMore) {
  std::promise<void> has_changed;
  std::promise<void> wake_up;
  std::string refused;
  wipe_does = [&](const JobContext&, GuardedDisk& disk) -> Result<JobResult> {
    RESCUE_TRY(mark(disk, "a"));
    has_changed.set_value();
    wake_up.get_future().wait();
    const auto next = mark(disk, "b");
    refused = next ? "" : next.error().problem;
    return good();
  };
  ASSERT_TRUE(one_.dispatch("job_1"));
  has_changed.get_future().wait();
  ASSERT_TRUE(one_.cancel("job_1"));
  wake_up.set_value();
  one_.pool.stop();
  EXPECT_EQ(refused, "job-cancelled");
  EXPECT_EQ(changed(), "a\n");
}

TEST_F(GuardedDiskTest, AJobThatWasCancelledElsewhereChangesNothingMoreOnceAHeartbeatTold) {
  std::promise<std::string> refused;
  bool changed_after = false;
  wipe_does = [&](const JobContext& context, GuardedDisk& disk) -> Result<JobResult> {
    // Another worker of the same journal is told.
    EXPECT_TRUE(one_.database->write([&](store::Tx& tx) {
      return one_.journal.cancel(tx, context.attempt.job_id, to_us(one_.clock.now()));
    }));
    Status last;
    while (last) {
      last = disk.change([&](int) -> Status {
        changed_after = context.stop.reason() != StopSignal::Reason::kNone;
        return {};
      });
    }
    refused.set_value(last.error().problem);
    return good();
  };
  ASSERT_TRUE(one_.dispatch("job_1", 1, false, 1));
  EXPECT_EQ(refused.get_future().get(), "job-cancelled");
  EXPECT_FALSE(changed_after);
}

TEST_F(GuardedDiskTest, AnOrderlyStopNeverBeginsAChangedServerAgain) {
  std::promise<void> is_there;
  const auto run_until_stopped = [&](bool changing) {
    wipe_does = [&, changing](const JobContext& context, GuardedDisk& disk) -> Result<JobResult> {
      if (changing) RESCUE_TRY(mark(disk, "a"));
      is_there.set_value();
      while (context.stop.reason() == StopSignal::Reason::kNone) ::usleep(1'000);
      RESCUE_TRY(mark(disk, "b"));
      return good();
    };
  };
  run_until_stopped(false);
  ASSERT_TRUE(one_.dispatch("job_1"));
  is_there.get_future().wait();
  one_.pool.stop();
  EXPECT_EQ(one_.sent.all().back().type, "job.returned") << "it had changed nothing: it may begin again";
  is_there = {};
  run_until_stopped(true);
  Worker two(folder_, "w2");
  ASSERT_TRUE(two.dispatch("job_2"));
  is_there.get_future().wait();
  two.pool.stop();
  EXPECT_EQ(two.problem_of("job_2"), "worker-stopping");
  EXPECT_EQ(two.end_of("job_2")["begun"], true);
  EXPECT_EQ(changed(), "a\n");
}

TEST(JobKinds, TheOnesThatChangeAServerAreThoseThatWorkflowTakesForSuch) {
  for (const auto& kind : job_kinds()) {
    const auto* known = incident::find_job_kind(incident::job_kinds(), kind.name);
    ASSERT_NE(known, nullptr) << kind.name;
    const bool reads = kind.read != nullptr, changes = kind.change != nullptr, live = kind.live != nullptr;
    const bool only_looks = reads || kind.name == incident::kMailAbusePlanJob;
    EXPECT_EQ(known->destructive, !only_looks) << kind.name;
    EXPECT_EQ(int{reads} + int{changes} + int{live}, 1) << kind.name << " has one of the three runs";
  }
  for (const auto& kind : incident::job_kinds()) {
    EXPECT_NE(find_job_kind(job_kinds(), kind.name), nullptr) << kind.name;
  }
}

}  // namespace
}  // namespace rescue::worker
