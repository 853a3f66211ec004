#include "inbound.hpp"

#include <algorithm>

#include "receipt.hpp"

namespace rescue::service {
namespace {

/// What is kept of an entry that somebody else has put into our stream.
constexpr std::size_t kForeignBytesMax = 4'096;
/// With so many dead letters waiting none of those is kept: who reaches Redis must not fill our disk.
constexpr std::int64_t kForeignLettersMax = 1'000;

std::string text_of(const store::Tries::Story& story) {
  return std::string(kEndsProcess) + ": " + std::to_string(story.tries) +
         " processes ended while they handled it, the first at " + format_rfc3339(from_us(story.first_us)) +
         ", the last at " + format_rfc3339(from_us(story.last_us)) + " (" + story.process + ")";
}

}  // namespace

std::string to_string(Inbound::Outcome outcome) {
  switch (outcome) {
    case Inbound::Outcome::kHandled:
      return "handled";
    case Inbound::Outcome::kDuplicate:
      return "duplicate";
    case Inbound::Outcome::kParked:
      return "parked";
    case Inbound::Outcome::kDeadLetter:
      return "dead_letter";
    case Inbound::Outcome::kReceipt:
      return "receipt";
  }
  return "handled";
}

Inbound Inbound::from(queue::Delivery delivery, const std::string& service) {
  Inbound item;
  item.entry_id = std::move(delivery.entry_id);
  item.payload = std::move(delivery.payload);
  item.authentic = delivery.authentic;
  if (!item.authentic) {
    item.give_up = std::string(kNotAuthentic) + ": its seal is missing or wrong";
    item.message = fail(ErrorCode::kForbidden, std::string(kNotAuthentic), *item.give_up);
    item.payload.resize(std::min(item.payload.size(), kForeignBytesMax));
    return item;
  }
  item.receipt = decode_receipt(item.payload);
  if (item.receipt) return item;
  item.message = decode_message(item.payload);
  if (item.message && item.message->to != service) {
    item.message = fail(ErrorCode::kCorrupt, "wrong-recipient", "it is addressed to " + item.message->to);
  }
  if (item.message) item.handled = *item.message;
  item.suspect = delivery.redelivered && item.message.has_value();
  if (!item.message) item.give_up = item.message.error().problem + ": " + item.message.error().detail;
  return item;
}

Inbound Inbound::after(Message predecessor) {
  Inbound item;
  item.message = std::move(predecessor);
  return item;
}

Status Inbound::begin(store::Tx& tx, const std::string& process, const store::Tries::Limits& limits,
                      std::int64_t now_us) {
  std::string id = message->id;
  if (!entry_id) {
    RESCUE_ASSIGN(const auto parked, store::Inbox::peek_parked(tx, *message));
    if (!parked) return {};
    id = parked->id;
  }
  RESCUE_ASSIGN(const auto found, store::Tries::begin(tx, id, process, limits, now_us));
  switch (found.verdict) {
    case store::Tries::Verdict::kAtWork:
      return fail(ErrorCode::kUnavailable, std::string(kAtWork), "another process has begun to handle it");
    case store::Tries::Verdict::kSetAside:
      give_up = text_of(found.story);
      break;
    case store::Tries::Verdict::kHandle:
      break;
  }
  begun = std::move(id);
  return {};
}

Status Inbound::run(store::Tx& tx, const Handlers& handlers, std::int64_t now_us) {
  RESCUE_TRY(take_effect(tx, handlers, now_us));
  if (begun.empty()) return {};
  return store::Tries::forget(tx, begun);
}

Status Inbound::take_effect(store::Tx& tx, const Handlers& handlers, std::int64_t now_us) {
  outcome = Outcome::kHandled;
  successor_waits = false;
  const auto started = std::chrono::steady_clock::now();
  if (receipt) {
    outcome = Outcome::kReceipt;
    return store::Outbox::take_receipts(tx, *receipt);
  }
  if (!message) return bury(tx, now_us);
  RESCUE_ASSIGN(const bool its_turn, admit(tx, now_us));
  if (!its_turn) return {};
  if (give_up) {
    RESCUE_TRY(bury(tx, now_us));
  } else {
    RESCUE_TRY(handlers.handle(tx, handled));
  }
  RESCUE_ASSIGN(successor_waits, store::Inbox::has_next_parked(tx, handled));
  duration = std::chrono::steady_clock::now() - started;
  return {};
}

Result<bool> Inbound::admit(store::Tx& tx, std::int64_t now_us) {
  if (entry_id) {
    handled = *message;
    RESCUE_ASSIGN(const auto verdict, store::Inbox::accept(tx, handled, now_us));
    if (verdict == store::Inbox::Verdict::kHandle) return true;
    outcome = verdict == store::Inbox::Verdict::kParked ? Outcome::kParked : Outcome::kDuplicate;
    return false;
  }
  RESCUE_ASSIGN(auto parked, store::Inbox::next_parked(tx, *message, now_us));
  outcome = Outcome::kDuplicate;  // it came by the stream meanwhile
  if (!parked) return false;
  outcome = Outcome::kHandled;
  handled = std::move(*parked);
  payload = encode_message(handled);
  return true;
}

Status Inbound::bury(store::Tx& tx, std::int64_t now_us) {
  outcome = Outcome::kDeadLetter;
  if (!authentic) {
    RESCUE_ASSIGN(const std::int64_t waiting, store::DeadLetters::waiting_count(tx));
    if (waiting >= kForeignLettersMax) return {};
  }
  return store::DeadLetters::put(tx, handled.id, handled.type, handled.incident_id, payload,
                                 give_up.value_or("unknown"), now_us);
}

}  // namespace rescue::service
