// Our queue as the services use it, for `tests/prove/queue`: sealed jobs in batches of 100, results in the
// acknowledgement's script call. `jobs` and `pickup` each print one JSON line.
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "rescue/base/json.hpp"
#include "rescue/queue/redis.hpp"

namespace rescue {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 100;
constexpr std::chrono::seconds kBlock{1};

[[noreturn]] void stop_with(const Error& error) {
  throw std::runtime_error(error.problem + ": " + error.detail);
}

Json example_job() {
  std::string text;
  for (std::string line; std::getline(std::cin, line);) text += line;
  auto job = parse_json(text);
  if (!job) stop_with(job.error());
  return *job;
}

queue::RedisOptions options(int port) {
  queue::RedisOptions out;
  out.port = port;
  out.secrets = {std::string(64, 's')};
  return out;
}

void enqueue(int port, Json job, std::size_t count) {
  queue::Producer producer(options(port));
  for (std::size_t sent = 0; sent < count;) {
    std::vector<queue::Outgoing> batch;
    for (; batch.size() < kBatch && sent < count; ++sent) {
      job["number"] = sent;
      batch.push_back({"worker", dump_json(job)});
    }
    if (const auto done = producer.publish(batch); !done) stop_with(done.error());
  }
}

/// The work: as little as a job can be, but it reads what it is given and says what became of it.
queue::Outgoing result_of(const queue::Delivery& delivery) {
  const auto job = parse_json(delivery.payload);
  if (!job || !delivery.authentic) throw std::runtime_error("a job is damaged");
  return {"workflow", dump_json({{"job_id", job->at("job_id")},
                                 {"number", job->at("number")},
                                 {"attempt", job->at("attempt")},
                                 {"outcome", "succeeded"}})};
}

/// Works until `count` jobs are acknowledged. Every number must come once.
void work(int port, std::size_t count) {
  queue::Consumer consumer(options(port), "worker", "worker");
  for (std::size_t done = 0; done < count;) {
    const auto deliveries = consumer.read(kBatch, kBlock);
    if (!deliveries) stop_with(deliveries.error());
    std::vector<std::string> entries;
    std::vector<queue::Outgoing> results;
    for (const auto& delivery : *deliveries) {
      entries.push_back(delivery.entry_id);
      results.push_back(result_of(delivery));
    }
    if (const auto told = consumer.acknowledge(entries, results); !told) stop_with(told.error());
    done += entries.size();
  }
}

Json run_jobs(int port, std::size_t count) {
  const Json job = example_job();
  const auto begun = Clock::now();
  std::thread enqueuing([&] { enqueue(port, job, count); });
  work(port, count);
  const std::chrono::duration<double> took = Clock::now() - begun;
  enqueuing.join();
  return {{"jobs", count}, {"seconds", took.count()}};
}

/// One job at a time on an idle queue.
class Pickup {
 public:
  Pickup(int port, std::size_t samples) : port_(port), samples_(samples) {}

  Json run() {
    Json job = example_job();
    std::thread picking([this] { pick_up(); });
    queue::Producer producer(options(port_));
    for (std::size_t i = 0; i < samples_; ++i) {
      wait_until_it_waits(i);
      job["number"] = i;
      const queue::Outgoing outgoing{"worker", dump_json(job)};
      sent_ = Clock::now();
      if (const auto done = producer.publish({&outgoing, 1}); !done) stop_with(done.error());
    }
    picking.join();
    std::sort(took_ms_.begin(), took_ms_.end());
    return {{"samples", took_ms_.size()},
            {"p50_ms", took_ms_[took_ms_.size() / 2]},
            {"p99_ms", took_ms_[took_ms_.size() * 99 / 100]}};
  }

 private:
  void pick_up() {
    queue::Consumer consumer(options(port_), "worker", "worker");
    if (const auto first = consumer.read(kBatch, std::chrono::milliseconds(1)); !first)
      stop_with(first.error());
    say_done();
    while (took_ms_.size() < samples_) {
      const auto deliveries = consumer.read(kBatch, kBlock);
      if (!deliveries) stop_with(deliveries.error());
      for (const auto& delivery : *deliveries) {
        took_ms_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent_).count());
        const std::vector<queue::Outgoing> results{result_of(delivery)};
        const std::vector<std::string> entries{delivery.entry_id};
        if (const auto told = consumer.acknowledge(entries, results); !told) stop_with(told.error());
        say_done();
      }
    }
  }
  void say_done() {
    const std::lock_guard lock(mutex_);
    ++done_;
    changed_.notify_all();
  }
  /// The one before is acknowledged, and then so long that the consumer has gone to sleep in its read.
  void wait_until_it_waits(std::size_t before) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ == before + 1; });
    changed_.wait_for(lock, std::chrono::milliseconds(3), [] { return false; });
  }

  int port_;
  std::size_t samples_;
  Clock::time_point sent_;  ///< handed over by Redis and `done_`
  std::vector<double> took_ms_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t done_ = 0;
};

int run(int count, char** words) {
  if (count != 4) throw std::runtime_error("usage: rescue-queue-bench jobs|pickup PORT COUNT < job.json");
  const int port = std::atoi(words[2]);
  const auto number = static_cast<std::size_t>(std::atoll(words[3]));
  const bool jobs = std::string_view(words[1]) == "jobs";
  std::cout << dump_json(jobs ? run_jobs(port, number) : Pickup(port, number).run()) << "\n";
  return 0;
}

}  // namespace
}  // namespace rescue

int main(int count, char** words) {
  try {
    return rescue::run(count, words);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
