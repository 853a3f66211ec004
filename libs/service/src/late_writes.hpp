#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "rescue/service/service.hpp"

namespace rescue::service {

/// Transactions whose callers do not wait for them: all that have come while the last ones were being
/// committed go together, in one commit, and each is told of its end. Thread-safe.
class LateWrites {
 public:
  /// Told of the end of a work: durable, or why not. Must not block or throw.
  using Done = std::function<void(const Status&)>;
  /// More than a listener has connections, so that only clients that break off and come again while the
  /// database hangs ever get there.
  static constexpr std::size_t kWaitingMax = 4'096;

  /// `on_letters` is called after a commit that has put so many messages into the outbox, as `relay`'s. What
  /// the ends log to `log` is written together.
  LateWrites(store::Database& database, const log::Logger& log, std::string relay,
             std::function<void(std::size_t)> on_letters)
      : database_(database), log_(log), relay_(std::move(relay)), on_letters_(std::move(on_letters)) {}
  ~LateWrites() { stop(); }
  LateWrites(const LateWrites&) = delete;
  LateWrites& operator=(const LateWrites&) = delete;

  /// `work` may be run a second time after the first was rolled back. After `stop`, and while kWaitingMax
  /// wait, `done` is told kUnavailable at once.
  void write(Service::LateWork work, Done done);
  void start() {
    thread_ = std::thread([this] { loop(); });
  }
  /// Without `start`: does what was given until now, in the caller's thread.
  void turn();
  /// Finishes what was given.
  void stop();

 private:
  /// Waits for some; false at the end.
  bool take(std::vector<Service::LateWork>& works, std::vector<Done>& dones);
  void run_and_tell(std::span<const Service::LateWork> works, std::span<const Done> dones);
  std::vector<Status> run(std::span<const Service::LateWork> works);
  Status run_all(store::Tx& tx, std::span<const Service::LateWork> works);
  Status run_gathered(store::Tx& tx, std::span<const Service::LateWork> works);
  void loop();

  store::Database& database_;
  const log::Logger& log_;
  std::string relay_;
  std::function<void(std::size_t)> on_letters_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Service::LateWork> works_;
  std::vector<Done> dones_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rescue::service
