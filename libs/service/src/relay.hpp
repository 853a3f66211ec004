#pragma once

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "dependency_state.hpp"
#include "loss_watch.hpp"
#include "rescue/queue/backoff.hpp"
#include "rescue/service/service.hpp"
#include "wake_signal.hpp"

namespace rescue::service {

/// Publishes what stands in the outbox, in order, from one thread: a message is marked as sent after Redis
/// has it, so that it may be sent twice but is never lost. Of several replicas each publishes what it has put
/// there itself, and what another has left lying.
class Relay {
 public:
  Relay(store::Database& database, const Clock& clock, const log::Logger& log, telemetry::Metrics& metrics,
        const ServiceConfig& config, queue::Transport& transport, DependencyState& redis);
  ~Relay() { stop(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Throws std::runtime_error when Redis is there and may throw messages away. One that comes later is
  /// waited out: nothing is sent to it, and readiness says why.
  void refuse_evicting_redis();
  void start();
  /// Without `start`: one round in the caller's thread: looks for losses when it is time to, sends what
  /// waits.
  Status turn();
  /// What its rows in the outbox are marked with.
  const std::string& name() const { return name_; }
  /// Messages were committed to the outbox. Does not block.
  void added(std::size_t messages = 1) {
    held_ += static_cast<std::int64_t>(messages);
    signal_.wake();
  }
  /// About how many messages stand in the outbox; rather more than fewer. Thread-safe.
  std::int64_t held() const { return held_; }
  /// Sends what is left, if Redis is there and it is done in some seconds, and ends.
  void stop();

 private:
  void loop();
  /// Sends until nothing is left but what is for full streams, or `until` has passed: under a steady load
  /// there is always more, and losses must be looked for all the same.
  Status send_waiting(std::chrono::microseconds until);
  Result<std::vector<store::Outbox::Pending>> next_batch();
  /// Takes over what another replica has left lying. False when there is nothing.
  Result<bool> adopt_strays();
  Status send_batch(const std::vector<store::Outbox::Pending>& batch);
  /// Marks as sent what Redis has.
  Status mark_published();
  /// Notes which of its recipients' streams are full.
  Status note_full(const std::vector<store::Outbox::Pending>& batch);
  /// Sends again what Redis has lost.
  Status look_for_losses();
  /// Lets those have messages again whose streams are half empty.
  Status look_for_room();
  void measure();
  void note_redis(const Status& status);

  store::Database& database_;
  const Clock& clock_;
  const log::Logger& log_;
  const ServiceConfig& config_;
  std::string name_;
  DependencyState& redis_;
  std::unique_ptr<queue::Sender> sender_;
  queue::Backoff backoff_;
  LossWatch losses_;
  std::set<std::string> full_;  ///< recipients that get nothing for now
  std::int64_t passed_ = 0;     ///< unsent rows up to this one are for them only
  telemetry::Counter sent_, resent_;
  telemetry::Gauge outbox_waiting_, outbox_unreceipted_, outbox_max_, outbox_oldest_s_, queue_depth_,
      queue_oldest_s_, parked_, dead_letters_;
  // In passing time of the clock.
  std::chrono::microseconds next_look_{}, next_measure_{}, next_receipt_check_{};
  std::atomic<std::int64_t> held_ = 0;
  /// Rows that Redis has and that are not yet marked: on a full disk they must not be sent again and again.
  std::vector<std::int64_t> published_;
  WakeSignal signal_;
  std::thread thread_;
};

}  // namespace rescue::service
