#include "attempt_pool.hpp"

#include <exception>

#include "rescue/base/failpoint.hpp"

namespace rescue::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Wake-ups come with each dispatched job; this only bounds how long a failed read of the queue goes
// unnoticed.
constexpr seconds kLookAgain{5};
// Where workers share the journal, another one may have been told of a job and be busy.
constexpr seconds kLookAgainShared{1};
constexpr seconds kRetryPause{1};

const std::vector<double> kDurationBucketsS{0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1'800, 3'600};

Json fields_of(const Attempt& attempt) {
  return {{"job_id", attempt.job_id},
          {"attempt", attempt.attempt},
          {"kind", attempt.kind},
          {"incident_id", attempt.incident_id},
          {"trace_id", attempt.trace().trace_id}};
}

bool was_stopped(const Result<JobResult>& result) {
  return !result && result.error().problem == "worker-stopping";
}

}  // namespace

AttemptPool::AttemptPool(Parts parts, std::size_t threads) : parts_(parts), thread_count_(threads) {}

AttemptPool::~AttemptPool() {
  stop();
}

void AttemptPool::start() {
  for (std::size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { run_thread(); });
}

void AttemptPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [job_id, signal] : running_) signal->raise(StopSignal::Reason::kStopping);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void AttemptPool::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void AttemptPool::cancel(const std::string& job_id) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = running_.equal_range(job_id);
  for (auto at = first; at != last; ++at) at->second->raise(StopSignal::Reason::kCancelled);
}

bool AttemptPool::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

/// False when the pool stops.
bool AttemptPool::wait_for_work() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, parts_.database.shared() ? kLookAgainShared : kLookAgain,
                    [this] { return woken_ || stopping_; });
  woken_ = false;
  return !stopping_;
}

/// After a failure of the database. False when the pool stops.
bool AttemptPool::pause() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, kRetryPause, [this] { return stopping_; });
}

void AttemptPool::run_thread() {
  while (!stopping()) {
    const auto taken = parts_.database.write(
        [this](store::Tx& tx) { return parts_.journal.take(tx, to_us(parts_.clock.now())); });
    if (!taken) {
      parts_.log.error("journal.unavailable", {{"detail", taken.error().detail}});
      if (!pause()) return;
    } else if (!*taken) {
      if (!wait_for_work()) return;
    } else {
      // There may be more than one: another thread looks too.
      wake();
      run_attempt(**taken);
    }
  }
}

void AttemptPool::run_attempt(const Attempt& attempt) {
  const auto signal = std::make_shared<StopSignal>();
  std::multimap<std::string, std::shared_ptr<StopSignal>>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    place = running_.emplace(attempt.job_id, signal);
    if (stopping_) signal->raise(StopSignal::Reason::kStopping);
  }
  // A cancellation that was committed between take() and the lines above found nobody to tell.
  heartbeat(attempt);
  const auto begun = std::chrono::steady_clock::now();
  parts_.log.info("job.started", fields_of(attempt));
  failpoint("job.run.before");
  const auto result = run_job(attempt, *signal);
  failpoint("job.run.after");
  {
    const std::lock_guard lock(mutex_);
    running_.erase(place);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  parts_.metrics
      .histogram("rescue_job_duration_seconds", "Time a job ran.", {{"kind", attempt.kind}},
                 kDurationBucketsS)
      .observe(took.count());
  conclude(attempt, result);
}

/// One of the three places where exceptions end: a bug in one job must not end the others.
Result<JobResult> AttemptPool::run_job(const Attempt& attempt, const StopSignal& stop) {
  const JobKind* kind = find_job_kind(attempt.kind);
  if (kind == nullptr) {
    return fail(ErrorCode::kInvalid, "unknown-job-kind",
                "this worker knows no job of the kind " + attempt.kind);
  }
  const milliseconds tick = std::max(milliseconds(seconds(attempt.lease_s)) / 3, milliseconds(100));
  try {
    return kind->run(JobContext{.attempt = attempt,
                                .surroundings = parts_.surroundings,
                                .stop = stop,
                                .log = parts_.log,
                                .log_fields = fields_of(attempt),
                                .tick = tick,
                                .on_tick = [&] { heartbeat(attempt); }});
  } catch (const std::exception& bug) {
    parts_.log.error("job.exception", {{"job_id", attempt.job_id}, {"what", bug.what()}});
  } catch (...) {
    parts_.log.error("job.exception", {{"job_id", attempt.job_id}, {"what", "not a std::exception"}});
  }
  return fail(ErrorCode::kInternal, "internal-error", "the job ended by an internal error");
}

void AttemptPool::heartbeat(const Attempt& attempt) {
  const auto running = parts_.database.write(
      [&](store::Tx& tx) -> Result<bool> { return parts_.journal.heartbeat(tx, attempt); });
  if (!running) {
    parts_.log.warn("job.heartbeat_failed", {{"job_id", attempt.job_id}, {"detail", running.error().detail}});
  } else if (!*running) {
    cancel(attempt.job_id);
  }
}

Status AttemptPool::record_end(const Attempt& attempt, const Result<JobResult>& result) {
  const std::int64_t now_us = to_us(parts_.clock.now());
  const auto ended = parts_.database.write([&](store::Tx& tx) -> Result<bool> {
    if (result) return parts_.journal.succeed(tx, attempt, result->document_sha256, result->summary, now_us);
    if (!was_stopped(result)) return parts_.journal.fail_attempt(tx, attempt, result.error(), now_us);
    RESCUE_TRY(parts_.journal.put_back(tx, attempt));
    return true;
  });
  if (!ended) return fail(ended.error());
  count(attempt, !*ended ? "cancelled" : result ? "succeeded" : was_stopped(result) ? "put_back" : "failed");
  return {};
}

/// The end must not get lost: it is tried again while the database may come back. What stays unrecorded
/// counts as running: workflow sees its lease end, and the next start reports it.
void AttemptPool::conclude(const Attempt& attempt, const Result<JobResult>& result) {
  while (true) {
    const auto recorded = record_end(attempt, result);
    if (recorded) break;
    parts_.log.error("journal.unavailable",
                     {{"job_id", attempt.job_id}, {"detail", recorded.error().detail}});
    if (retry_class(recorded.error().code) != RetryClass::kRetry || !pause()) return;
  }
  Json fields = fields_of(attempt);
  if (!result) {
    fields["problem"] = result.error().problem;
    fields["detail"] = result.error().detail;
    parts_.log.warn("job.failed", fields);
    return;
  }
  fields["document_sha256"] = result->document_sha256;
  parts_.log.info("job.succeeded", fields);
}

void AttemptPool::count(const Attempt& attempt, const char* outcome) {
  parts_.metrics
      .counter("rescue_jobs_total", "Jobs this worker ran to an end.",
               {{"kind", attempt.kind}, {"outcome", outcome}})
      .add();
}

}  // namespace rescue::worker
