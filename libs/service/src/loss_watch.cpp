#include "loss_watch.hpp"

#include <algorithm>
#include <charconv>

namespace rescue::service {
namespace {

/// Redis dates entries by its own clock, the outbox by ours. What is sent again without need is only dropped.
constexpr std::int64_t kClockSkewAllowanceUs = 60'000'000;

}  // namespace

std::optional<LossWatch::Mark> LossWatch::Mark::parse(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  Mark mark;
  mark.run_id = text.substr(0, space);
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + space + 1, end, mark.safe_us);
  if (error != std::errc() || rest != end) return std::nullopt;
  return mark;
}

Status LossWatch::load_recipients(store::Database& database) {
  if (loaded_) return {};
  RESCUE_ASSIGN(const auto known, database.read([](store::Tx& tx) { return store::Outbox::recipients(tx); }));
  recipients_.insert(known.begin(), known.end());
  loaded_ = true;
  return {};
}

Result<std::int64_t> LossWatch::check(queue::Producer& producer, store::Database& database,
                                      std::int64_t now_us) {
  RESCUE_TRY(load_recipients(database));
  RESCUE_ASSIGN(const auto standing, producer.standing(sender_, {recipients_.begin(), recipients_.end()}));
  const auto mark = Mark::parse(standing.mark);
  if (mark) safe_us_ = std::max(safe_us_, mark->safe_us);
  std::int64_t resent = 0;
  if (!mark || mark->run_id != standing.run_id) {
    RESCUE_ASSIGN(resent,
                  database.write([&](store::Tx& tx) { return store::Outbox::resend_since(tx, safe_us_); }));
  } else {
    const std::int64_t oldest_us = standing.oldest_ms == 0 ? now_us : standing.oldest_ms * 1'000;
    safe_us_ = std::max(safe_us_, std::min(oldest_us, now_us) - kClockSkewAllowanceUs);
  }
  // Refused when Redis was emptied in between: the next check sees that.
  RESCUE_TRY(producer.set_mark(sender_, standing.mark, Mark{standing.run_id, safe_us_}.text()));
  return resent;
}

}  // namespace rescue::service
