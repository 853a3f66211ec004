#include "commit_queue.hpp"

#include <chrono>

#include "connection_tx.hpp"
#include "rescue/base/failpoint.hpp"

namespace rescue::store {
namespace {

/// A commit's fsync costs about as much as running this many small works, so more would only add waiting.
constexpr std::size_t kWorksPerCommitMax = 256;
/// A batch that has run this long commits, so that slow works do not hold up those that are done.
constexpr std::chrono::milliseconds kBatchTimeMax{20};
const std::string kSavepoint = "work";

tl::unexpected<Error> disk_failed() {
  return fail(ErrorCode::kUnavailable, "database-unavailable", "the disk failed at a failpoint");
}

/// For all works of a transaction that ended before its commit. Whatever one of them did first, it is no
/// fault of the others.
Error ended_early(const Connection& connection) {
  Error error{ErrorCode::kUnavailable, "database-unavailable", "the transaction ended before its commit"};
  if (!connection.failure()) return error;
  if (is_of_the_back_end(*connection.failure())) return *connection.failure();
  error.detail += ", after: " + connection.failure()->detail;
  return error;
}

}  // namespace

CommitQueue::CommitQueue(std::unique_ptr<Connection> connection, Thread thread)
    : connection_(std::move(connection)) {
  if (thread == Thread::kOwn) thread_ = std::thread([this] { loop(); });
}

CommitQueue::~CommitQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

/// From inside a work.
bool CommitQueue::is_writing() const {
  return std::this_thread::get_id() == (thread_.joinable() ? thread_.get_id() : writes_now_);
}

void CommitQueue::run_here(Submission& submission) {
  writes_now_ = std::this_thread::get_id();
  try {
    commit_together(&submission);
  } catch (...) {  // a failpoint plays the end of the process
    writes_now_ = {};
    if (connection_->in_transaction()) connection_->rollback();
    throw;
  }
  writes_now_ = {};
}

std::vector<CommitQueue::Outcome> CommitQueue::run(std::span<const Database::Work> works,
                                                   std::chrono::milliseconds patience) {
  Submission submission;
  submission.due = std::chrono::steady_clock::now() + patience;
  for (const auto& work : works) submission.jobs.push_back({&work, {}, {}});
  if (is_writing()) {
    const Error nested{ErrorCode::kInternal, "nested-write", "a write inside a write would wait for itself"};
    revoke({&submission}, nested);
  } else if (!thread_.joinable()) {
    run_here(submission);
  } else {
    std::unique_lock lock(mutex_);
    (patience.count() > 0 ? patient_ : waiting_).push_back(&submission);
    arrived_.notify_one();
    submission.answered.wait(lock, [&] { return submission.done; });
  }
  std::vector<Outcome> outcomes;
  for (Job& job : submission.jobs) outcomes.push_back(std::move(job.outcome));
  return outcomes;
}

Status CommitQueue::read(const Database::Work& work) {
  if (is_writing())
    return fail(ErrorCode::kInternal, "nested-write", "a look inside a write by its connection");
  connection_->forget_failure();
  RESCUE_TRY(connection_->begin());
  Job look{&work, {}, {}};
  run_job(look);
  Status& status = look.outcome.status;
  if (status && !connection_->in_transaction()) status = fail(ended_early(*connection_));
  if (connection_->in_transaction()) connection_->rollback();
  if (look.outcome.thrown) std::rethrow_exception(look.outcome.thrown);
  if (status) {
    for (const auto& action : look.after_commit) action();
  }
  return status;
}

void CommitQueue::loop() {
  while (Submission* first = take_first()) commit_together(first);
}

CommitQueue::Submission* CommitQueue::take_first() {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !stopping_) {
    if (patient_.empty()) {
      arrived_.wait(lock);
    } else if (arrived_.wait_until(lock, patient_.front()->due) == std::cv_status::timeout) {
      break;
    }
  }
  return pop(waiting_.empty() ? patient_ : waiting_);
}

CommitQueue::Submission* CommitQueue::take_another() {
  const std::lock_guard lock(mutex_);
  return pop(waiting_.empty() ? patient_ : waiting_);
}

CommitQueue::Submission* CommitQueue::pop(std::deque<Submission*>& queue) {
  if (queue.empty()) return nullptr;
  Submission* next = queue.front();
  queue.pop_front();
  return next;
}

void CommitQueue::commit_together(Submission* first) {
  std::vector<Submission*> batch;
  std::size_t works = 0;
  Status status = connection_->begin();
  // From now: it may have waited for its turn, and meanwhile others came who can share this commit.
  const auto deadline = std::chrono::steady_clock::now() + kBatchTimeMax;
  for (Submission* next = first; next != nullptr;) {
    batch.push_back(next);
    works += next->jobs.size();
    for (Job& job : next->jobs) {
      if (status) run_job(job);
      if (status && !connection_->in_transaction()) status = fail(ended_early(*connection_));
    }
    const bool full = works >= kWorksPerCommitMax || std::chrono::steady_clock::now() >= deadline;
    next = status && !full ? take_another() : nullptr;
  }
  if (status) status = commit();
  if (status) {
    run_actions(batch);
  } else {
    if (connection_->in_transaction()) connection_->rollback();
    revoke(batch, status.error());
  }
  answer(batch);
}

Status CommitQueue::commit() {
  if (failpoint("store.commit.before")) return disk_failed();
  RESCUE_TRY(connection_->commit());
  // Durable, and nobody is told so: what a lost connection leaves in doubt.
  if (failpoint("store.commit.after")) return disk_failed();
  return {};
}

void CommitQueue::run_job(Job& job) {
  connection_->forget_failure();
  Status& status = job.outcome.status;
  status = connection_->savepoint(kSavepoint);
  if (!status) return connection_->rollback();  // no work can be told from the next any more
  ConnectionTx tx(*connection_, job.after_commit);
  try {
    status = (*job.work)(tx);
  } catch (...) {
    job.outcome.thrown = std::current_exception();
    status = fail(ErrorCode::kInternal, "exception", "an exception ended the transaction");
  }
  // A work that overlooked a failure must not be committed half.
  if (status && connection_->failure()) status = fail(*connection_->failure());
  if (!connection_->in_transaction()) return;
  const Status ended = status ? connection_->release(kSavepoint) : connection_->rollback_to(kSavepoint);
  // What of it still stands cannot be told: all that would be committed with it goes back.
  if (!ended && connection_->in_transaction()) connection_->rollback();
}

void CommitQueue::revoke(const std::vector<Submission*>& batch, const Error& error) {
  for (Submission* submission : batch) {
    for (Job& job : submission->jobs) {
      if (job.outcome.status) job.outcome.status = fail(error);
    }
  }
}

void CommitQueue::run_actions(const std::vector<Submission*>& batch) noexcept {
  for (Submission* submission : batch) {
    for (const Job& job : submission->jobs) {
      if (!job.outcome.status) continue;
      for (const auto& action : job.after_commit) action();
    }
  }
}

void CommitQueue::answer(const std::vector<Submission*>& batch) {
  const std::lock_guard lock(mutex_);
  for (Submission* submission : batch) {
    submission->done = true;
    // Under the lock: the waiting thread destroys the submission as soon as it sees `done`.
    submission->answered.notify_one();
  }
}

}  // namespace rescue::store
