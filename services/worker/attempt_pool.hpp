#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "jobs/job_run.hpp"
#include "journal.hpp"
#include "rescue/base/clock.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/queue/backoff.hpp"
#include "rescue/telemetry/metrics.hpp"

namespace rescue::worker {

/// A fixed number of threads that take queued attempts out of the journal and run them, one each at a time.
/// No job runs inside a transaction. Thread-safe.
class AttemptPool {
 public:
  /// All of it is borrowed and must outlive the pool.
  struct Parts {
    store::Database& database;
    Journal& journal;
    const JobSurroundings& surroundings;
    const log::Logger& log;
    telemetry::Metrics& metrics;
    const Clock& clock;
  };
  AttemptPool(Parts parts, std::size_t threads);
  ~AttemptPool();
  AttemptPool(const AttemptPool&) = delete;
  AttemptPool& operator=(const AttemptPool&) = delete;

  void start();
  /// Ends running jobs and puts their attempts back into the queue. Idempotent.
  void stop();
  /// There may be something in the queue.
  void wake();
  /// Ends what runs of this job, but no attempt later than `attempt`: that one was wanted after the end of
  /// those before it.
  void cancel(const std::string& job_id, std::int64_t attempt);

 private:
  struct Running {
    std::int64_t attempt;
    std::shared_ptr<StopSignal> signal;
  };
  void run_thread();
  void run_attempt(const Attempt& attempt);
  JobEnd run(const Attempt& taken, const StopSignal& stop);
  void conclude(const Attempt& attempt, const JobEnd& end);
  Status record_end(const Attempt& attempt, const JobEnd& end);
  void heartbeat(const Attempt& attempt, const Json& progress);
  void count(const Attempt& attempt, const char* outcome);
  bool wait_for_work();
  bool stopping();
  bool pause(queue::Backoff& backoff);

  Parts parts_;
  std::size_t thread_count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool woken_ = true;                            ///< the queue may hold something from before the start
  std::multimap<std::string, Running> running_;  ///< by job
  std::vector<std::thread> threads_;
};

}  // namespace rescue::worker
