#include "attempt_pool.hpp"

#include <random>

#include "job_places.hpp"
#include "progress_board.hpp"
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
// After a failure of the database. By chance, so that tries do not keep step with what else writes every
// second.
constexpr milliseconds kRetryPause{500};
constexpr milliseconds kRetryPauseMax{2'000};

const std::vector<double> kDurationBucketsS{0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1'800, 3'600};

queue::Backoff retry_backoff() {
  return {kRetryPause, kRetryPauseMax, std::random_device{}()};
}

Json fields_of(const Attempt& attempt) {
  return {{"job_id", attempt.job_id},
          {"attempt", attempt.attempt},
          {"kind", attempt.kind},
          {"incident_id", attempt.incident_id},
          {"trace_id", attempt.trace().trace_id}};
}

/// An orderly stop may begin the attempt again, unless it has changed something.
bool may_begin_again(const JobEnd& end) {
  return !end.result && end.result.error().problem == "worker-stopping" && !end.begun;
}

JobEnd disk_failed() {
  return {.result =
              fail(ErrorCode::kUnavailable, "evidence-store-unavailable", "the disk failed at a failpoint")};
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
    for (auto& [job_id, run] : running_) run.signal->raise(StopSignal::Reason::kStopping);
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
  // All: one alone might be a thread that pauses after a failure, and goes on pausing.
  changed_.notify_all();
}

void AttemptPool::cancel(const std::string& job_id, std::int64_t attempt) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = running_.equal_range(job_id);
  for (auto at = first; at != last; ++at) {
    if (at->second.attempt <= attempt) at->second.signal->raise(StopSignal::Reason::kCancelled);
  }
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

/// False when the pool stops.
bool AttemptPool::pause(queue::Backoff& backoff) {
  const auto time = backoff.next();
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void AttemptPool::run_thread() {
  queue::Backoff backoff = retry_backoff();
  while (!stopping()) {
    const auto taken = parts_.database.write(
        [this](store::Tx& tx) { return parts_.journal.take(tx, to_us(parts_.clock.now())); });
    if (!taken) {
      parts_.log.error("journal.unavailable", {{"detail", taken.error().detail}});
      if (!pause(backoff)) return;
      continue;
    }
    backoff.reset();
    if (!*taken) {
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
  std::multimap<std::string, Running>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    place = running_.emplace(attempt.job_id, Running{attempt.attempt, signal});
    if (stopping_) signal->raise(StopSignal::Reason::kStopping);
  }
  // A cancellation that was committed between take() and the lines above found nobody to tell.
  heartbeat(attempt, nullptr);
  const auto begun = std::chrono::steady_clock::now();
  parts_.log.info("job.started", fields_of(attempt));
  auto end = failpoint("job.run.before") ? disk_failed() : run(attempt, *signal);
  if (failpoint("job.run.after")) end = disk_failed();
  {
    const std::lock_guard lock(mutex_);
    running_.erase(place);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  parts_.metrics
      .histogram("rescue_job_duration_seconds", "Time a job ran.", {{"kind", attempt.kind}},
                 kDurationBucketsS)
      .observe(took.count());
  conclude(attempt, end);
}

JobEnd AttemptPool::run(const Attempt& taken, const StopSignal& stop) {
  const Attempt attempt = in_force(taken, parts_.clock.now());
  const milliseconds tick = std::max(milliseconds(seconds(attempt.lease_s)) / 3, milliseconds(100));
  ProgressBoard board(std::chrono::steady_clock::now());
  std::optional<SealedAccess> access;
  if (attempt.access) {
    const Config& config = parts_.surroundings.config;
    access.emplace(config.sealing_keyring, *attempt.access, access_places(attempt, config));
  }
  const JobContext context{.attempt = attempt,
                           .evidence = parts_.surroundings.evidence,
                           .stop = stop,
                           .log = parts_.log,
                           .log_fields = fields_of(attempt),
                           .tick = tick,
                           .on_tick = [&] { heartbeat(attempt, board.latest()); },
                           .report_progress =
                               [&](const Progress& progress) {
                                 if (board.put(progress, std::chrono::steady_clock::now()))
                                   heartbeat(attempt, board.latest());
                               },
                           .access = access ? &*access : nullptr};
  return run_job(context, parts_.surroundings, parts_.clock.now());
}

void AttemptPool::heartbeat(const Attempt& attempt, const Json& progress) {
  const auto running = parts_.database.write(
      [&](store::Tx& tx) -> Result<bool> { return parts_.journal.heartbeat(tx, attempt, progress); });
  if (!running) {
    parts_.log.warn("job.heartbeat_failed", {{"job_id", attempt.job_id}, {"detail", running.error().detail}});
  } else if (!*running) {
    cancel(attempt.job_id, attempt.attempt);
  }
}

Status AttemptPool::record_end(const Attempt& attempt, const JobEnd& end) {
  const auto& result = end.result;
  const std::int64_t now_us = to_us(parts_.clock.now());
  const auto ended = parts_.database.write([&](store::Tx& tx) -> Result<bool> {
    if (result) return parts_.journal.succeed(tx, attempt, result->document_sha256, result->summary, now_us);
    if (!may_begin_again(end))
      return parts_.journal.fail_attempt(tx, attempt, result.error(), end.begun, now_us);
    RESCUE_TRY(parts_.journal.put_back(tx, attempt));
    return true;
  });
  if (!ended) return fail(ended.error());
  count(attempt, !*ended ? "cancelled" : result ? "succeeded" : may_begin_again(end) ? "put_back" : "failed");
  return {};
}

/// The end must not get lost: it is tried again while the database may come back. What stays unrecorded
/// counts as running: workflow sees its lease end, and the next start reports it.
void AttemptPool::conclude(const Attempt& attempt, const JobEnd& end) {
  const auto& result = end.result;
  queue::Backoff backoff = retry_backoff();
  while (true) {
    const auto recorded = record_end(attempt, end);
    if (recorded) break;
    parts_.log.error("journal.unavailable",
                     {{"job_id", attempt.job_id}, {"detail", recorded.error().detail}});
    if (retry_class(recorded.error().code) != RetryClass::kRetry || !pause(backoff)) return;
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
