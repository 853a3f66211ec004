#include "housekeeping.hpp"

#include "rescue/store/outbox.hpp"
#include "rescue/store/tries.hpp"

namespace rescue::service {
namespace {

using std::chrono::hours;

constexpr std::size_t kAtOnce = 500;
constexpr hours kInboxKept{30 * 24};
constexpr hours kAnswersKept{7 * 24};

Result<std::int64_t> forget_answers(store::Tx& tx, std::int64_t before_us) {
  return tx.execute(
      "DELETE FROM idempotency WHERE (caller, key) IN (SELECT caller, key FROM idempotency"
      " WHERE created_us < ? ORDER BY created_us LIMIT ?)",
      {before_us, static_cast<std::int64_t>(kAtOnce)});
}

template <class F>
Status until_done(store::Database& database, F&& remove_some) {
  while (true) {
    RESCUE_ASSIGN(const std::int64_t removed, database.write(remove_some));
    if (removed < static_cast<std::int64_t>(kAtOnce)) return {};
  }
}

}  // namespace

Status keep_house(store::Database& database, Timestamp now) {
  RESCUE_TRY(database.write([](store::Tx& tx) -> Status { return store::Tries::forget_handled(tx); }));
  RESCUE_TRY(until_done(database, [&](store::Tx& tx) {
    return store::Inbox::forget_before(tx, to_us(now - kInboxKept), kAtOnce);
  }));
  return until_done(database, [&](store::Tx& tx) { return forget_answers(tx, to_us(now - kAnswersKept)); });
}

}  // namespace rescue::service
