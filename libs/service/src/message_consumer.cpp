#include "message_consumer.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "receipt.hpp"
#include "rescue/base/id.hpp"
#include "watched_database.hpp"

namespace rescue::service {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadMax = 100;
/// Reading ends earlier when something comes, a failed one is due, or somebody wakes it.
constexpr milliseconds kBlock{1'000};
/// Reading comes round at least so often, unless the process or its database stood still. What was said
/// meanwhile is then still unread.
constexpr milliseconds kReadEvery = 3 * kBlock;
/// With so many failed ones at hand no new ones are taken: they would only fill the memory.
constexpr std::size_t kPostponedMax = 1'000;
/// Our own database fails for all of them alike: no hurry, and no flood of log lines.
constexpr milliseconds kStorePause{1'000};
constexpr std::size_t kRecoverMax = 1'000;
/// Where replicas share the database: what a dead one left is taken over after so long. From a living one
/// that is slow it is taken too, which costs duplicates only.
constexpr milliseconds kClaimIdleShared{5'000};
constexpr milliseconds kClaimIdleAlone{60'000};
constexpr milliseconds kRecoverEveryShared{3'000};

milliseconds retry_delay(const ServiceConfig::Retry& retry, int failures) {
  return std::min(retry.first * (1 << std::clamp(failures - 1, 0, 16)), retry.longest);
}

bool may_pass(const Error& error) {
  return retry_class(error.code) == RetryClass::kRetry || error.problem == "exception";
}

/// "process 123 on web1, run 0f…": for people, and no other process has the same.
std::string name_of_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'?'};
  return "process " + std::to_string(::getpid()) + " on " + host.data() + ", run " + random_hex(4);
}

std::string trace_id_of(const Message& message) {
  const auto trace = Trace::parse(message.traceparent);
  return trace ? trace->trace_id : std::string();
}

}  // namespace

MessageConsumer::MessageConsumer(store::Database& database, const Clock& clock, const log::Logger& log,
                                 telemetry::Metrics& metrics, const ServiceConfig& config,
                                 queue::Transport& transport, const Handlers& handlers)
    : database_(database),
      clock_(clock),
      log_(log),
      metrics_(metrics),
      handlers_(handlers),
      service_(config.name),
      process_(name_of_process()),
      retry_(config.retry),
      receipts_max_(config.stream_max * 2),
      receiver_(transport.receiver(config.name,
                                   config.consumer_name.empty() ? config.name : config.consumer_name,
                                   database.shared() ? kClaimIdleShared : kClaimIdleAlone)),
      redis_backoff_(milliseconds(50), milliseconds(2'000), std::random_device{}()) {}

void MessageConsumer::start() {
  thread_ = std::thread([this] { loop(); });
}

void MessageConsumer::stop() {
  signal_.stop();
  receiver_->stop();
  if (thread_.joinable()) thread_.join();
}

void MessageConsumer::loop() {
  while (!signal_.stopping()) {
    if (round(block_time())) {
      redis_backoff_.reset();
    } else {
      signal_.pause_for(std::min(redis_backoff_.next(), block_time()));
    }
  }
  receiver_->hang_up();
}

void MessageConsumer::turn() {
  (void)round(milliseconds(0));  // while the queue is away the relay says so
}

Status MessageConsumer::round(milliseconds block) {
  if (postponed_.empty() && time_to_recover()) recover();
  std::vector<Inbound> items;
  take_due(items);
  Status received;
  if (items.empty()) {
    if (postponed_.size() < kPostponedMax) {
      received = receive(items, block);
    } else {
      note_caught_up(false);
      signal_.pause_for(block);
    }
  }
  process(std::move(items));
  return received;
}

bool MessageConsumer::time_to_recover() const {
  return !recovered_ || (database_.shared() && clock_.passed() >= next_recovery_);
}

void MessageConsumer::recover() {
  next_recovery_ = clock_.passed() + kRecoverEveryShared;
  recovered_ = true;  // before the look: what is parked during it asks for another
  std::vector<Message> ready;
  const Status found = database_.read([&](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(ready, store::Inbox::predecessors_of_ready(tx, kRecoverMax));
    RESCUE_ASSIGN(const auto begun, store::Tries::begun(tx, kRecoverMax));
    suspects_ = {begun.begin(), begun.end()};  // the others have been handled
    return {};
  });
  if (!found) {
    log_.error("inbox.not_recovered", {{"detail", found.error().detail}});
    recovered_ = false;
    signal_.pause_for(kStorePause);
    return;
  }
  for (Message& predecessor : ready) {
    postponed_.push_back(Inbound::after(std::move(predecessor)));
    postponed_.back().suspect = true;
  }
  // More than a page: what these leave is asked for again.
  if (ready.size() == kRecoverMax) recovered_ = false;
}

void MessageConsumer::take_due(std::vector<Inbound>& out) {
  const auto now = clock_.passed();
  for (auto it = postponed_.begin(); it != postponed_.end() && out.size() < kReadMax;) {
    if (it->due > now) {
      ++it;
      continue;
    }
    if (it->entry_id) at_hand_.erase(*it->entry_id);
    out.push_back(std::move(*it));
    it = postponed_.erase(it);
  }
}

milliseconds MessageConsumer::block_time() const {
  auto wait = kBlock;
  for (const Inbound& item : postponed_) {
    const auto left = std::chrono::ceil<milliseconds>(item.due - clock_.passed());
    wait = std::clamp(left, milliseconds(1), wait);
  }
  return wait;
}

Status MessageConsumer::receive(std::vector<Inbound>& out, milliseconds block) {
  auto read = receiver_->read(kReadMax, block);
  note_caught_up(read && receiver_->at_end());
  RESCUE_ASSIGN(auto deliveries, std::move(read));
  for (queue::Delivery& delivery : deliveries) {
    if (at_hand_.contains(delivery.entry_id)) continue;
    out.push_back(Inbound::from(std::move(delivery), service_));
    if (suspects_.contains(out.back().handled.id)) out.back().suspect = true;  // sent again, not redelivered
  }
  return {};
}

void MessageConsumer::note_caught_up(bool read_to_the_end) {
  const auto now = clock_.passed();
  const bool stood_still = now - last_read_.exchange(now) > kReadEvery;
  if (!read_to_the_end) {
    caught_up_since_us_ = kBehind;
  } else if (stood_still || caught_up_since_us_ == kBehind) {
    caught_up_since_us_ = to_us(clock_.now());
  }
}

std::optional<Timestamp> MessageConsumer::caught_up_since() const {
  const std::int64_t since_us = caught_up_since_us_;
  if (since_us == kBehind || clock_.passed() - last_read_.load() > kReadEvery) return std::nullopt;
  return from_us(since_us);
}

void MessageConsumer::look_for_parked() {
  recovered_ = false;
  receiver_->wake();
}

void MessageConsumer::process(std::vector<Inbound> items) {
  std::vector<Inbound> together;
  for (Inbound& item : items) {
    if (item.suspect) {
      handle_alone(std::move(item));
    } else {
      together.push_back(std::move(item));
    }
  }
  if (!together.empty()) handle_together(std::move(together));
}

void MessageConsumer::handle_alone(Inbound item) {
  const store::Tries::Limits limits{
      .tries_max = retry_.crashes_max,
      .alive_us = database_.shared() ? std::chrono::microseconds(retry_.at_work).count() : 0};
  const Status begun = database_.write(
      [&](store::Tx& tx) -> Status { return item.begin(tx, process_, limits, to_us(clock_.now())); });
  if (!begun && begun.error().problem == kAtWork) return leave_to_another(std::move(item));
  if (!begun) return postpone(std::move(item), begun.error());
  std::vector<Inbound> alone;
  alone.push_back(std::move(item));
  handle_together(std::move(alone));
}

/// Asked for again after a while; it is handled by then, or the other one has ended.
void MessageConsumer::leave_to_another(Inbound item) {
  item.due = clock_.passed() + kStorePause;
  if (item.entry_id) at_hand_.insert(*item.entry_id);
  postponed_.push_back(std::move(item));
}

void MessageConsumer::handle_together(std::vector<Inbound> items) {
  std::vector<store::Database::Work> works;
  for (Inbound& item : items) {
    works.push_back([this, &item](store::Tx& tx) { return item.run(tx, handlers_, to_us(clock_.now())); });
  }
  const auto statuses = database_.write_each(works);
  std::vector<std::string> done;
  Receipts receipts;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!statuses[i]) {
      postpone(std::move(items[i]), statuses[i].error());
      continue;
    }
    report(items[i]);
    if (items[i].entry_id) {
      done.push_back(*items[i].entry_id);
      note_receipt(items[i], receipts);
    }
    if (items[i].successor_waits) postponed_.push_back(Inbound::after(std::move(items[i].handled)));
  }
  acknowledge(done, receipts);
}

/// Whatever became of it, it stands in our database now: its sender need not keep it.
void MessageConsumer::note_receipt(const Inbound& item, Receipts& receipts) {
  if (item.receipt || !item.authentic) return;
  auto owed = item.message ? Owed{item.message->from, item.message->id}
                           : receipt_owed_for(item.payload).value_or(Owed());
  if (!owed.sender.empty()) receipts[owed.sender].push_back(std::move(owed.message_id));
}

void MessageConsumer::postpone(Inbound item, const Error& error) {
  const bool counts = !is_of_the_store(error);
  if (counts && !item.begun.empty()) come_back(item);
  if (counts) ++item.failures;
  const bool again = !counts || item.give_up || (may_pass(error) && item.failures < retry_.tries_max);
  const auto delay = counts ? retry_delay(retry_, item.failures) : kStorePause;
  item.due = clock_.passed() + (again ? delay : milliseconds(0));
  if (!again) item.give_up = error.problem + ": " + error.detail;
  log_.warn("message.failed", {{"type", item.handled.type},
                               {"incident_id", item.handled.incident_id},
                               {"message_id", item.handled.id},
                               {"trace_id", trace_id_of(item.handled)},
                               {"failures", item.failures},
                               {"again", again},
                               {"problem", error.problem},
                               {"detail", error.detail}});
  if (item.entry_id) at_hand_.insert(*item.entry_id);
  postponed_.push_back(std::move(item));
}

/// It has failed, but not ended the process. Where this cannot be noted the next try is this one still.
void MessageConsumer::come_back(Inbound& item) {
  (void)database_.write(
      [&](store::Tx& tx) -> Status { return store::Tries::come_back(tx, item.begun, process_); });
  item.begun.clear();
}

void MessageConsumer::report(const Inbound& item) {
  if (item.receipt) return;
  const Message& message = item.handled;
  const std::string type = handlers_.label(message.type);
  const std::string outcome = to_string(item.outcome);
  metrics_.counter("rescue_messages_total", "Messages taken in.", {{"type", type}, {"outcome", outcome}})
      .add();
  if (item.outcome == Inbound::Outcome::kHandled) {
    metrics_.histogram("rescue_message_seconds", "Time to handle a message.", {{"type", type}})
        .observe(item.duration.count());
  }
  Json fields = {{"type", message.type},
                 {"incident_id", message.incident_id},
                 {"message_id", message.id},
                 {"from", message.from},
                 {"trace_id", trace_id_of(message)},
                 {"duration_ms", item.duration.count() * 1e3},
                 {"outcome", outcome}};
  if (item.outcome == Inbound::Outcome::kDeadLetter) {
    fields["reason"] = item.give_up.value_or("");
    log_.error("message.handled", fields);
  } else {
    log_.info("message.handled", fields);
  }
}

void MessageConsumer::acknowledge(const std::vector<std::string>& entries, const Receipts& receipts) {
  if (entries.empty()) return;
  std::vector<queue::Outgoing> outgoing;
  for (const auto& [sender, ids] : receipts) outgoing.push_back({sender, encode_receipt(ids)});
  auto status = receiver_->acknowledge(entries, outgoing, receipts_max_);
  if (!status && status.error().problem == "redis-error") {
    // A sender to whom we may not speak must not hold up the others.
    for (const auto& receipt : outgoing) {
      const auto told = receiver_->acknowledge({}, {&receipt, 1}, receipts_max_);
      if (!told)
        log_.warn("message.no_receipt", {{"sender", receipt.stream}, {"detail", told.error().detail}});
    }
    status = receiver_->acknowledge(entries);
  }
  // Not repeated when Redis is away: what stays unacknowledged comes again and is known as a duplicate then.
  if (!status) {
    log_.warn("message.not_acknowledged", {{"count", entries.size()}, {"detail", status.error().detail}});
  }
}

}  // namespace rescue::service
