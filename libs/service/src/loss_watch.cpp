#include "loss_watch.hpp"

namespace rescue::service {
namespace {

/// Time for a receipt to come back, and for the clocks of Redis and ours to differ. What is sent again
/// without need is only dropped.
constexpr std::int64_t kAllowanceUs = 60'000'000;

}  // namespace

Result<queue::Sender::Standing> LossWatch::standing_of(queue::Sender& sender) const {
  RESCUE_ASSIGN(auto standing, sender.standing(sender_));
  if (standing.policy == "noeviction") return standing;
  return fail(ErrorCode::kUnavailable, "redis-evicts",
              "Redis may throw messages away: its maxmemory-policy is " + standing.policy +
                  " and must be noeviction");
}

Result<std::int64_t> LossWatch::check_mark(queue::Sender& sender, store::Database& database) {
  RESCUE_ASSIGN(const auto standing, standing_of(sender));
  if (standing.mark == standing.run_id) return 0;
  RESCUE_ASSIGN(const std::int64_t resent,
                database.write([](store::Tx& tx) { return store::Outbox::resend_all(tx); }));
  // Refused when Redis was emptied in between: the next check sees that.
  RESCUE_TRY(sender.set_mark(sender_, standing.mark, standing.run_id));
  return resent;
}

Result<std::int64_t> LossWatch::check_receipts(queue::Sender& sender, store::Database& database,
                                               std::int64_t now_us) {
  const std::int64_t before_us = now_us - kAllowanceUs;
  RESCUE_ASSIGN(const auto owing,
                database.read([&](store::Tx& tx) { return store::Outbox::owing_receipts(tx, before_us); }));
  std::int64_t resent = 0;
  for (const auto& recipient : owing) {
    // What a busy or absent recipient has still before it is not lost.
    RESCUE_ASSIGN(const auto stream, sender.depth(recipient, now_us));
    const std::int64_t passed_us = before_us - stream.oldest_age_ms * 1'000;
    RESCUE_ASSIGN(const std::int64_t some, database.write([&](store::Tx& tx) {
      return store::Outbox::resend_to(tx, recipient, passed_us);
    }));
    resent += some;
  }
  return resent;
}

}  // namespace rescue::service
