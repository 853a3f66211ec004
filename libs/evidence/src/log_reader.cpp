#include "rescue/evidence/log_reader.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "group_years.hpp"
#include "log_file_parser.hpp"

namespace rescue::evidence {
namespace {

std::vector<LogTask> make_tasks(const std::vector<LogGroup>& groups, std::deque<GroupYears>& years) {
  std::vector<LogTask> tasks;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& group = groups[g];
    for (std::size_t i = 0; i < group.files.size(); ++i) {
      tasks.push_back({.file = &group.files[i],
                       .role = group.role,
                       .format = group.format,
                       .index = static_cast<std::uint32_t>(tasks.size()),
                       .years = &years[g],
                       .place = i});
    }
  }
  return tasks;
}

/// What one reading thread has ready of one file, and waits with when the sink is behind.
class BatchQueue {
 public:
  bool push(EventBatch&& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return batches_.size() < kMostWaiting || abandoned_; });
    if (abandoned_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  void end(LogTaskResult result, std::exception_ptr failure) {
    const std::scoped_lock lock(mutex_);
    result_ = std::move(result);
    failure_ = std::move(failure);
    ended_ = true;
    changed_.notify_all();
  }
  /// Nothing when the file is done.
  std::optional<EventBatch> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !batches_.empty() || ended_; });
    if (batches_.empty()) return std::nullopt;
    auto batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  LogTaskResult take_result() {
    const std::scoped_lock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return std::move(result_);
  }
  void abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t kMostWaiting = 8;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EventBatch> batches_;
  LogTaskResult result_;
  std::exception_ptr failure_;
  bool ended_ = false;
  bool abandoned_ = false;
};

/// Threads take the files in order, so the file the sink waits for always has a thread.
class ParallelReading {
 public:
  ParallelReading(const SafeRoot& root, const std::vector<LogTask>& tasks, const TimeZone& zone,
                  const LogReading& how)
      : root_(root), tasks_(tasks), zone_(zone), how_(how), queues_(tasks.size()) {
    const auto count = std::min<std::size_t>(how.jobs, tasks.size());
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ParallelReading(const ParallelReading&) = delete;
  ParallelReading& operator=(const ParallelReading&) = delete;
  ~ParallelReading() {
    next_ = tasks_.size();
    for (auto& queue : queues_) queue.abandon();
    for (auto& thread : threads_) thread.join();
  }
  BatchQueue& queue(std::size_t task) { return queues_[task]; }

 private:
  void work() {
    for (auto i = next_++; i < tasks_.size(); i = next_++) {
      LogTaskResult result;
      std::exception_ptr failure;
      try {
        result = parse_log_file(root_, tasks_[i], zone_, how_,
                                [&](EventBatch&& batch) { return queues_[i].push(std::move(batch)); });
      } catch (...) {
        failure = std::current_exception();  // thrown again on the calling thread
      }
      queues_[i].end(std::move(result), std::move(failure));
    }
  }

  const SafeRoot& root_;
  const std::vector<LogTask>& tasks_;
  const TimeZone& zone_;
  const LogReading& how_;
  std::deque<BatchQueue> queues_;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;
};

}  // namespace

std::vector<LogFileSummary> read_logs(const SafeRoot& root, const std::vector<LogGroup>& groups,
                                      const TimeZone& zone, const LogReading& how, const EventSink& sink,
                                      Gaps& gaps) {
  std::deque<GroupYears> years;  // not to be moved: each holds a lock
  for (const auto& group : groups) years.emplace_back(root, group, [&how] { return how.time_is_up(); });
  const auto tasks = make_tasks(groups, years);
  std::vector<LogFileSummary> summaries;
  const auto keep = [&](LogTaskResult result) {
    gaps.append(result.gaps);
    summaries.push_back(std::move(result.summary));
  };
  if (how.jobs <= 1) {
    for (const auto& task : tasks) {
      keep(parse_log_file(root, task, zone, how, [&](EventBatch&& batch) {
        sink(batch);
        return true;
      }));
    }
    return summaries;
  }
  ParallelReading reading(root, tasks, zone, how);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    while (const auto batch = reading.queue(i).pop()) sink(*batch);
    keep(reading.queue(i).take_result());
  }
  return summaries;
}

}  // namespace rescue::evidence
