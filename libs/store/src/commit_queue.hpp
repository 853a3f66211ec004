#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "connection.hpp"

namespace rescue::store {

/// The writer: one thread that runs waiting works, each in a savepoint, and commits them together. Whoever
/// waits is answered after the commit. Thread-safe; where the callers' threads write, there may be one only.
class CommitQueue {
 public:
  enum class Thread { kOwn, kCallers };
  explicit CommitQueue(std::unique_ptr<Connection> connection, Thread thread = Thread::kOwn);
  /// Finishes what is queued.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  struct Outcome {
    Status status;
    std::exception_ptr thrown;  ///< set with a failed status when the work threw
  };
  /// Returns when all of `works` are durable or rolled back. For `patience` they wait for the commit of
  /// others before they have one of their own.
  std::vector<Outcome> run(std::span<const Database::Work> works, std::chrono::milliseconds patience = {});
  /// Where callers write: a look by the writer's connection, whose pages are in memory. Whatever `work`
  /// writes is taken back.
  Status read(const Database::Work& work);

 private:
  struct Job {
    const Database::Work* work = nullptr;
    Outcome outcome;
    std::vector<std::function<void()>> after_commit;
  };
  using Time = std::chrono::steady_clock::time_point;
  struct Submission {
    std::vector<Job> jobs;
    Time due;  ///< of a patient one
    bool done = false;
    std::condition_variable answered;
  };

  bool is_writing() const;
  void run_here(Submission& submission);
  void loop();
  /// The next submission that begins a commit; waits for one. nullptr: the end.
  Submission* take_first();
  /// The next one that joins a commit; nullptr: none.
  Submission* take_another();
  Submission* pop(std::deque<Submission*>& queue);
  void commit_together(Submission* first);
  Status commit();
  void run_job(Job& job);
  /// Gives `error` to every job of `batch` that had succeeded: its effect is gone.
  static void revoke(const std::vector<Submission*>& batch, const Error& error);
  static void run_actions(const std::vector<Submission*>& batch) noexcept;
  void answer(const std::vector<Submission*>& batch);

  std::unique_ptr<Connection> connection_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Submission*> waiting_;
  std::deque<Submission*> patient_;
  bool stopping_ = false;
  std::thread thread_;            ///< none where callers write
  std::thread::id writes_now_{};  ///< a caller that writes
};

}  // namespace rescue::store
