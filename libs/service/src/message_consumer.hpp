#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "dependency_state.hpp"
#include "handlers.hpp"
#include "inbound.hpp"
#include "rescue/queue/backoff.hpp"
#include "wake_signal.hpp"

namespace rescue::service {

/// Reads the service's stream and lets every message take effect once, in order: recording it as handled and
/// its handler's writing are one transaction; it is acknowledged after the commit. A failed one is tried
/// again while others go on, and becomes a dead letter in the end. One thread.
class MessageConsumer {
 public:
  MessageConsumer(store::Database& database, const Clock& clock, const log::Logger& log,
                  telemetry::Metrics& metrics, const ServiceConfig& config, queue::Transport& transport,
                  const Handlers& handlers);
  ~MessageConsumer() { stop(); }
  MessageConsumer(const MessageConsumer&) = delete;
  MessageConsumer& operator=(const MessageConsumer&) = delete;

  void start();
  /// Without `start`: one round in the caller's thread, which waits for nothing: what is due, or what has
  /// come.
  void turn();
  /// Finishes the messages at hand; others stay in the stream.
  void stop();
  /// Parked messages may have got their turn by another's hand: look for them. Thread-safe.
  void look_for_parked();
  /// See Service::caught_up_since(). Thread-safe.
  std::optional<Timestamp> caught_up_since() const;

 private:
  void loop();
  /// What is due, or what comes within `block`. Whether the queue could be read.
  Status round(std::chrono::milliseconds block);
  /// What an end of the process has left, of this one or of another replica: parked messages whose turn had
  /// come, messages it was busy with.
  void recover();
  bool time_to_recover() const;
  void take_due(std::vector<Inbound>& out);
  Status receive(std::vector<Inbound>& out, std::chrono::milliseconds block);
  void note_caught_up(bool read_to_the_end);
  std::chrono::milliseconds block_time() const;
  /// Suspects one by one, each noted before; all others in one commit.
  void process(std::vector<Inbound> items);
  void handle_alone(Inbound item);
  void leave_to_another(Inbound item);
  void handle_together(std::vector<Inbound> items);
  /// What becomes of an item whose transaction failed.
  void postpone(Inbound item, const Error& error);
  void come_back(Inbound& item);
  void report(const Inbound& item);
  /// Ids of handled messages, by sender.
  using Receipts = std::map<std::string, std::vector<std::string>>;
  static void note_receipt(const Inbound& item, Receipts& receipts);
  void acknowledge(const std::vector<std::string>& entries, const Receipts& receipts);

  store::Database& database_;
  const Clock& clock_;
  const log::Logger& log_;
  telemetry::Metrics& metrics_;
  const Handlers& handlers_;
  std::string service_;
  const std::string process_;  ///< tells this process from all others, before and beside it
  ServiceConfig::Retry retry_;
  /// In a sender's stream, beside what it is sent: what finds no room is asked for by the messages coming
  /// again.
  std::int64_t receipts_max_;
  std::unique_ptr<queue::Receiver> receiver_;
  queue::Backoff redis_backoff_;
  std::deque<Inbound> postponed_;
  std::set<std::string> at_hand_;        ///< entry ids in `postponed_`: Redis may deliver them again
  std::set<std::string> suspects_;       ///< ids of messages that ended a process, or may have
  std::atomic<bool> recovered_ = false;  ///< the parked messages whose turn has come are at hand
  std::chrono::microseconds next_recovery_{};
  std::atomic<std::int64_t> caught_up_since_us_ = kBehind;
  static constexpr std::int64_t kBehind = -1;
  std::atomic<std::chrono::microseconds> last_read_{};
  WakeSignal signal_;
  std::thread thread_;
};

}  // namespace rescue::service
