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
  ParallelReading(const SafeRoot& root, const std::vector<const LogTask*>& tasks, const TimeZone& zone,
                  const LogReading& how, std::size_t jobs)
      : root_(root), tasks_(tasks), zone_(zone), how_(how), queues_(tasks.size()) {
    const auto count = std::min(jobs, tasks.size());
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
  std::size_t size() const { return tasks_.size(); }

 private:
  void work() {
    for (auto i = next_++; i < tasks_.size(); i = next_++) {
      LogTaskResult result;
      std::exception_ptr failure;
      try {
        result = parse_log_file(root_, *tasks_[i], zone_, how_,
                                [&](EventBatch& batch) { return queues_[i].push(std::move(batch)); });
      } catch (...) {
        failure = std::current_exception();  // thrown again on the calling thread
      }
      queues_[i].end(std::move(result), std::move(failure));
    }
  }

  const SafeRoot& root_;
  const std::vector<const LogTask*>& tasks_;
  const TimeZone& zone_;
  const LogReading& how_;
  std::deque<BatchQueue> queues_;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;
};

using Keep = std::function<void(LogTaskResult)>;

/// The events of some files one after the other, as their threads have them ready.
class EventCursor {
 public:
  EventCursor(ParallelReading& reading, const Keep& keep) : reading_(reading), keep_(keep) {}
  /// The next event, null at the end. What was taken before dies.
  const Event* peek() {
    while (place_ == batch_.events.size()) {
      if (file_ == reading_.size()) return nullptr;
      place_ = 0;
      auto batch = reading_.queue(file_).pop();
      if (batch) {
        batch_ = *std::move(batch);
      } else {
        batch_ = EventBatch{};
        keep_(reading_.queue(file_++).take_result());
      }
    }
    return &batch_.events[place_];
  }
  /// The next event, and those behind it that are not later than `until`. After a peek() that gave one.
  std::span<const Event> take(Timestamp until) {
    const auto from = place_++;
    while (place_ < batch_.events.size() && batch_.events[place_].time <= until) ++place_;
    return std::span<const Event>(batch_.events).subspan(from, place_ - from);
  }

 private:
  ParallelReading& reading_;
  const Keep& keep_;
  EventBatch batch_;
  std::size_t place_ = 0, file_ = 0;
};

/// Hands out the events of both by time; those of `a` first where they are of one moment.
void merge(EventCursor a, EventCursor b, const EventSink& sink) {
  for (;;) {
    const auto *x = a.peek(), *y = b.peek();
    if (x == nullptr && y == nullptr) return;
    if (y == nullptr || (x != nullptr && x->time <= y->time)) {
      sink(a.take(y == nullptr ? Timestamp::max() : y->time));
    } else {
      sink(b.take(x == nullptr ? Timestamp::max() : x->time));
    }
  }
}

/// The log-ins as text logs have them, as the system's journal has them, and everything else.
struct Lanes {
  std::vector<const LogTask*> text, journal, rest;

  explicit Lanes(const std::vector<LogTask>& tasks) {
    for (const auto& task : tasks) {
      const auto name = std::string_view(task.file->path).substr(task.file->path.rfind('/') + 1);
      const bool system = task.role == LogRole::kJournal && name.starts_with("system");
      (task.role == LogRole::kAuth ? text : system ? journal : rest).push_back(&task);
    }
    if (!text.empty() && !journal.empty()) return;
    text.clear();
    journal.clear();
    rest.clear();
    for (const auto& task : tasks) rest.push_back(&task);
  }
};

/// What comes of each file, in the order of the files whatever is read first.
class Results {
 public:
  explicit Results(std::size_t files) : results_(files) {}
  /// Takes the results of this lane as they come.
  Keep keeper(const std::vector<const LogTask*>& lane) {
    return [this, &lane, next = std::size_t{0}](LogTaskResult result) mutable {
      results_[lane[next++]->index] = std::move(result);
    };
  }
  std::vector<LogFileSummary> take(Gaps& gaps) {
    std::vector<LogFileSummary> summaries;
    for (auto& result : results_) {
      gaps.append(result.gaps);
      summaries.push_back(std::move(result.summary));
    }
    return summaries;
  }

 private:
  std::vector<LogTaskResult> results_;
};

/// The lanes that are merged have threads of their own each, so that neither waits for the other's.
void read_merged(const SafeRoot& root, const Lanes& lanes, const TimeZone& zone, const LogReading& how,
                 const EventSink& sink, Results& results) {
  const auto jobs = std::max(how.jobs, 2U) / 2;
  const auto keep_text = results.keeper(lanes.text), keep_journal = results.keeper(lanes.journal);
  ParallelReading text(root, lanes.text, zone, how, jobs), journal(root, lanes.journal, zone, how, jobs);
  merge({text, keep_text}, {journal, keep_journal}, sink);
}

void read_in_turn(const SafeRoot& root, const Lanes& lanes, const TimeZone& zone, const LogReading& how,
                  const EventSink& sink, Results& results) {
  const auto keep = results.keeper(lanes.rest);
  if (how.jobs <= 1) {
    for (const auto* task : lanes.rest) {
      keep(parse_log_file(root, *task, zone, how, [&](EventBatch& batch) {
        sink(batch.events);
        return true;
      }));
    }
    return;
  }
  ParallelReading reading(root, lanes.rest, zone, how, how.jobs);
  for (std::size_t i = 0; i < lanes.rest.size(); ++i) {
    while (const auto batch = reading.queue(i).pop()) sink(batch->events);
    keep(reading.queue(i).take_result());
  }
}

}  // namespace

std::vector<LogFileSummary> read_logs(const SafeRoot& root, const std::vector<LogGroup>& groups,
                                      const TimeZone& zone, const LogReading& how, const EventSink& sink,
                                      Gaps& gaps) {
  std::deque<GroupYears> years;  // not to be moved: each holds a lock
  for (const auto& group : groups) years.emplace_back(root, group, [&how] { return how.time_is_up(); });
  const auto tasks = make_tasks(groups, years);
  const Lanes lanes(tasks);
  Results results(tasks.size());
  if (!lanes.text.empty()) read_merged(root, lanes, zone, how, sink, results);
  read_in_turn(root, lanes, zone, how, sink, results);
  return results.take(gaps);
}

}  // namespace rescue::evidence
