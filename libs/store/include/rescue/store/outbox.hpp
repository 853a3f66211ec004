#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/message.hpp"
#include "rescue/store/database.hpp"

namespace rescue::store {

/// Messages that a transaction sends: rows written with the state they tell of, published later by the relay.
/// A row goes when its recipient says that it has committed it, and not before. Where replicas share a
/// database each has a relay of its own name, which publishes what that replica has put; what one leaves
/// lying another adopts. "": there is only one.
class Outbox {
 public:
  struct Pending {
    std::int64_t row = 0;
    std::string to;
    std::string encoded;
  };
  /// A message in all but its number: made before the transaction, where it holds up nobody else.
  struct Letter {
    std::string id, to, incident_id;
    std::int64_t created_us = 0;
    std::string before_sequence, after_sequence;  ///< of its encoded form
  };
  /// Gives it an id where it has none. kInternal ("bad-message").
  static Result<Letter> prepare(Message message);
  /// Stores it, for `relay` to publish, and gives it its sequence number (per to and incident).
  static Status put(Tx& tx, const Letter& letter, const std::string& relay = "");
  /// Several, in their order, with one look at the numbers.
  static Status put_all(Tx& tx, std::span<const Letter* const> letters, const std::string& relay = "");
  static Status put(Tx& tx, Message message, const std::string& relay = "");
  /// The oldest unsent ones of `relay`, in order; only rows after `after`, and none to the recipients
  /// `except`.
  static Result<std::vector<Pending>> pending(Tx& tx, std::size_t limit, const std::string& relay = "",
                                              std::int64_t after = 0,
                                              const std::set<std::string>& except = {});
  /// The youngest unsent row of `relay`; 0 when there is none.
  static Result<std::int64_t> last_unsent(Tx& tx, const std::string& relay = "");
  /// True when something unsent has been another relay's since before `before_us`.
  static Result<bool> has_strays(Tx& tx, const std::string& relay, std::int64_t before_us);
  /// Makes those `relay`'s. Returns how many.
  static Result<std::int64_t> adopt_strays(Tx& tx, const std::string& relay, std::int64_t before_us,
                                           std::int64_t now_us);
  static Status mark_sent(Tx& tx, std::span<const std::int64_t> rows, std::int64_t now_us);
  struct Depth {
    std::int64_t waiting = 0;    ///< not yet given to Redis
    std::int64_t oldest_us = 0;  ///< creation time of the oldest waiting one; 0 when none
    std::int64_t sent = 0;       ///< given to Redis, no receipt yet
  };
  static Result<Depth> depth(Tx& tx);
  /// The recipients of these messages have committed them: they go. Ids that are not there are no error.
  static Status take_receipts(Tx& tx, std::span<const std::string> ids);
  /// Sends again all that has no receipt (Redis lost its data). Returns how many.
  static Result<std::int64_t> resend_all(Tx& tx);
  /// Those to whom something was sent before `before_us` that has no receipt.
  static Result<std::vector<std::string>> owing_receipts(Tx& tx, std::int64_t before_us);
  /// Sends again what `recipient` was sent before `before_us` and has no receipt. Returns how many.
  static Result<std::int64_t> resend_to(Tx& tx, const std::string& recipient, std::int64_t before_us);
};

/// What this service has handled: each message takes effect once, and those of one sender about one incident
/// in order.
class Inbox {
 public:
  enum class Verdict { kHandle, kDuplicate, kParked };
  /// Records `message`. kParked: it came early and is kept; ask `next_parked` after handling its predecessor.
  static Result<Verdict> accept(Tx& tx, const Message& message, std::int64_t now_us);
  /// The parked message that is next in order now, taken out and recorded as handled; nothing when there is
  /// none.
  static Result<std::optional<Message>> next_parked(Tx& tx, const Message& after, std::int64_t now_us);
  /// What `next_parked` would give, left where it is.
  static Result<std::optional<Message>> peek_parked(Tx& tx, const Message& after);
  /// True when `next_parked(after)` would give one, `after` being the last message handled.
  static Result<bool> has_next_parked(Tx& tx, const Message& after);
  /// Parked messages whose turn has come, named by their predecessors (only from, incident_id and sequence
  /// are set), to be given to `next_parked`: what a stop between the two left over.
  static Result<std::vector<Message>> predecessors_of_ready(Tx& tx, std::size_t limit);
  static Result<std::int64_t> parked_count(Tx& tx);
  /// Forgets the ids of at most `limit` messages handled before `before_us`; their sequence numbers still
  /// tell duplicates. Returns how many.
  static Result<std::int64_t> forget_before(Tx& tx, std::int64_t before_us, std::size_t limit);
};

/// Messages that could not be handled, with their story. They are counted as handled in order, so that others
/// go on.
class DeadLetters {
 public:
  struct Letter {
    std::int64_t number = 0;
    std::string message_id, type, incident_id, encoded, reason;
    std::int64_t failed_us = 0;
    std::string state;  ///< waiting, requeued
    std::string note;   ///< the reason given when it was requeued
  };
  static Status put(Tx& tx, const std::string& message_id, const std::string& type,
                    const std::string& incident_id, const std::string& encoded, const std::string& reason,
                    std::int64_t now_us);
  /// Those with number > `after`, at most `limit`.
  static Result<std::vector<Letter>> list(Tx& tx, std::int64_t after, std::size_t limit);
  /// Marks it requeued and returns it. kNotFound; kConflict when it was requeued already.
  static Result<Letter> requeue(Tx& tx, std::int64_t number, const std::string& reason);
  static Result<std::int64_t> waiting_count(Tx& tx);
};

}  // namespace rescue::store
