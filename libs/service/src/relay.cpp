#include "relay.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace rescue::service {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t kBatchMax = 256;
/// Without a wake the outbox is looked at this often, and Redis asked whether it is there and has lost
/// nothing.
constexpr milliseconds kIdle{1'000};
/// A living relay publishes within milliseconds, unless Redis is away for all of them.
constexpr std::chrono::seconds kStrayAfter{3};
constexpr std::chrono::seconds kMeasureEvery{5};
/// What is left after it is sent at the next start, or by another replica: under load each leaves strays, and
/// one that takes them over would never end.
constexpr std::chrono::seconds kLastRoundMax{5};
constexpr std::chrono::seconds kCheckReceiptsEvery{15};

double seconds_since(std::int64_t then_us, std::int64_t now_us) {
  return then_us == 0 || then_us > now_us ? 0.0 : static_cast<double>(now_us - then_us) / 1e6;
}

}  // namespace

Relay::Relay(store::Database& database, const Clock& clock, const log::Logger& log,
             telemetry::Metrics& metrics, const ServiceConfig& config, queue::Transport& transport,
             DependencyState& redis)
    : database_(database),
      clock_(clock),
      log_(log),
      config_(config),
      name_(database.shared() ? config.consumer_name : ""),
      redis_(redis),
      sender_(transport.sender()),
      backoff_(milliseconds(50), milliseconds(5'000), std::random_device{}()),
      losses_(config.name),
      sent_(metrics.counter("rescue_outbox_sent_total", "Messages given to Redis.")),
      resent_(metrics.counter("rescue_outbox_resent_total", "Messages sent again after Redis lost data.")),
      outbox_waiting_(metrics.gauge("rescue_outbox_waiting", "Messages not yet given to Redis.")),
      outbox_unreceipted_(
          metrics.gauge("rescue_outbox_unreceipted",
                        "Messages given to Redis whose recipient has not yet committed them.")),
      outbox_max_(metrics.gauge("rescue_outbox_max", "With so many in the outbox nothing new is taken.")),
      outbox_oldest_s_(metrics.gauge("rescue_outbox_oldest_seconds", "Age of the oldest waiting message.")),
      queue_depth_(
          metrics.gauge("rescue_queue_depth", "Messages in this service's stream, not yet handled.")),
      queue_oldest_s_(metrics.gauge("rescue_queue_oldest_seconds", "Age of the oldest of them.")),
      parked_(metrics.gauge("rescue_inbox_parked", "Messages that wait for their predecessor.")),
      dead_letters_(metrics.gauge("rescue_dead_letters_waiting", "Messages that wait for an operator.")) {
  outbox_max_.set(static_cast<double>(config.outbox_max));
}

void Relay::refuse_evicting_redis() {
  const auto standing = losses_.standing_of(*sender_);
  if (!standing && standing.error().problem == "redis-evicts")
    throw std::runtime_error(standing.error().detail);
}

void Relay::start() {
  thread_ = std::thread([this] { loop(); });
}

void Relay::stop() {
  signal_.stop();
  if (thread_.joinable()) thread_.join();
}

void Relay::loop() {
  bool running = true;
  while (running) {
    if (turn()) {
      backoff_.reset();
      running = signal_.wait_for(kIdle);
    } else {
      running = signal_.pause_for(backoff_.next());
    }
  }
  // What was committed until now by parts that have stopped before.
  if (const auto last = send_waiting(clock_.passed() + kLastRoundMax); !last) {
    log_.warn("relay.left_unsent", {{"detail", last.error().detail}});
  }
}

Status Relay::turn() {
  Status status;
  if (clock_.passed() >= next_look_) {
    status = look_for_losses();
    if (status) status = look_for_room();
    if (status) next_look_ = clock_.passed() + kIdle;
  }
  if (status) status = send_waiting(clock_.passed() + kIdle);
  note_redis(status);
  if (!status) next_look_ = {};
  if (clock_.passed() >= next_measure_) {
    measure();
    next_measure_ = clock_.passed() + (held() < config_.outbox_max ? kMeasureEvery : kIdle);
  }
  return status;
}

Status Relay::send_waiting(microseconds until) {
  RESCUE_TRY(mark_published());
  while (clock_.passed() < until) {
    RESCUE_ASSIGN(const auto batch, next_batch());
    if (!batch.empty()) {
      RESCUE_TRY(send_batch(batch));
      if (!full_.empty()) passed_ = batch.back().row;
      continue;
    }
    RESCUE_ASSIGN(const bool adopted, adopt_strays());
    if (!adopted) return {};
  }
  signal_.wake();  // there may be more
  return {};
}

Result<bool> Relay::adopt_strays() {
  // With a full stream it cannot be sent anyway, and replicas would hand it to and fro.
  if (!database_.shared() || !full_.empty()) return false;
  const auto now = clock_.now();
  const std::int64_t before_us = to_us(now - kStrayAfter);
  RESCUE_ASSIGN(const bool some, database_.read([&](store::Tx& tx) {
    return store::Outbox::has_strays(tx, name_, before_us);
  }));
  if (!some) return false;
  RESCUE_ASSIGN(const std::int64_t adopted, database_.write([&](store::Tx& tx) {
    return store::Outbox::adopt_strays(tx, name_, before_us, to_us(now));
  }));
  if (adopted > 0) log_.info("outbox.adopted", {{"messages", adopted}});
  passed_ = 0;  // what was another's may stand before ours
  return adopted > 0;
}

Result<std::vector<store::Outbox::Pending>> Relay::next_batch() {
  using Batch = std::vector<store::Outbox::Pending>;
  return database_.read([this](store::Tx& tx) -> Result<Batch> {
    RESCUE_ASSIGN(Batch batch, store::Outbox::pending(tx, kBatchMax, name_, passed_, full_));
    // What is left may be a lot: the next look begins behind it.
    if (batch.empty() && !full_.empty()) {
      RESCUE_ASSIGN(passed_, store::Outbox::last_unsent(tx, name_));
    }
    return batch;
  });
}

Status Relay::look_for_room() {
  if (full_.empty()) return {};
  const std::vector<std::string> recipients(full_.begin(), full_.end());
  RESCUE_ASSIGN(const auto lengths, sender_->lengths(recipients));
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    if (lengths[i] > config_.stream_max / 2) continue;
    full_.erase(recipients[i]);
    passed_ = 0;
    log_.info("relay.stream_has_room", {{"recipient", recipients[i]}, {"length", lengths[i]}});
  }
  return {};
}

Status Relay::note_full(const std::vector<store::Outbox::Pending>& batch) {
  std::vector<std::string> recipients;
  for (const auto& pending : batch) {
    if (std::find(recipients.begin(), recipients.end(), pending.to) == recipients.end()) {
      recipients.push_back(pending.to);
    }
  }
  RESCUE_ASSIGN(const auto lengths, sender_->lengths(recipients));
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    if (lengths[i] < config_.stream_max) continue;
    full_.insert(recipients[i]);
    log_.warn("relay.stream_is_full", {{"recipient", recipients[i]}, {"length", lengths[i]}});
  }
  return {};
}

Status Relay::look_for_losses() {
  RESCUE_ASSIGN(std::int64_t lost, losses_.check_mark(*sender_, database_));
  if (clock_.passed() >= next_receipt_check_) {
    RESCUE_ASSIGN(const std::int64_t unreceipted,
                  losses_.check_receipts(*sender_, database_, to_us(clock_.now())));
    lost += unreceipted;
    passed_ = 0;  // another relay of ours may have given rows back
    next_receipt_check_ = clock_.passed() + kCheckReceiptsEvery;
  }
  if (lost == 0) return {};
  passed_ = 0;
  log_.warn("redis.lost_data", {{"messages_sent_again", lost}});
  resent_.add(static_cast<double>(lost));
  return {};
}

Status Relay::send_batch(const std::vector<store::Outbox::Pending>& batch) {
  RESCUE_TRY(note_full(batch));
  std::vector<queue::Outgoing> messages;
  std::vector<std::int64_t> rows;
  for (const auto& pending : batch) {
    if (full_.contains(pending.to)) continue;
    messages.push_back({pending.to, pending.encoded});
    rows.push_back(pending.row);
  }
  if (rows.empty()) return {};
  RESCUE_TRY(sender_->publish(messages));
  sent_.add(static_cast<double>(rows.size()));
  published_.insert(published_.end(), rows.begin(), rows.end());
  return mark_published();
}

Status Relay::mark_published() {
  if (published_.empty()) return {};
  // With the commits of what is taken meanwhile: of their own these would delay it.
  RESCUE_TRY(database_.write_along([&](store::Tx& tx) -> Status {
    return store::Outbox::mark_sent(tx, published_, to_us(clock_.now()));
  }));
  published_.clear();
  return {};
}

void Relay::note_redis(const Status& status) {
  const bool redis_failed = !status && status.error().problem.starts_with("redis-");
  if (!status && !redis_failed) {
    log_.error("relay.failed", {{"problem", status.error().problem}, {"detail", status.error().detail}});
    return;
  }
  if (redis_failed) published_.clear();  // it may be another Redis that answers next
  const auto fault = redis_failed ? std::optional(status.error().detail) : std::nullopt;
  if (!redis_.set(fault)) return;
  if (fault) {
    log_.warn("redis.lost", {{"detail", *fault}});
  } else {
    log_.info("redis.reached");
  }
}

void Relay::measure() {
  const std::int64_t now_us = to_us(clock_.now());
  const Status measured = database_.read([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(const auto outbox, store::Outbox::depth(tx));
    outbox_waiting_.set(static_cast<double>(outbox.waiting));
    outbox_unreceipted_.set(static_cast<double>(outbox.sent));
    held_ = outbox.waiting + outbox.sent;
    outbox_oldest_s_.set(seconds_since(outbox.oldest_us, now_us));
    RESCUE_ASSIGN(const auto parked, store::Inbox::parked_count(tx));
    parked_.set(static_cast<double>(parked));
    RESCUE_ASSIGN(const auto letters, store::DeadLetters::waiting_count(tx));
    dead_letters_.set(static_cast<double>(letters));
    return {};
  });
  if (!measured) log_.error("relay.not_measured", {{"detail", measured.error().detail}});
  if (redis_.fault()) return;
  const auto depth = sender_->depth(config_.name, now_us);
  if (!depth) return;  // the next round notes that Redis is away
  queue_depth_.set(static_cast<double>(depth->length));
  queue_oldest_s_.set(static_cast<double>(depth->oldest_age_ms) / 1e3);
}

}  // namespace rescue::service
