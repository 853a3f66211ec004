#include "counter.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::store {
namespace {

const std::string kColumns = "number, message_id, type, incident_id, encoded, reason, failed_us, state, note";

DeadLetters::Letter letter_from(const Row& row) {
  DeadLetters::Letter letter;
  letter.number = row.integer(0);
  letter.message_id = row.text(1);
  letter.type = row.text(2);
  letter.incident_id = row.text(3);
  letter.encoded = row.text(4);
  letter.reason = row.text(5);
  letter.failed_us = row.integer(6);
  letter.state = row.text(7);
  letter.note = row.text(8);
  return letter;
}

}  // namespace

Status DeadLetters::put(Tx& tx, const std::string& message_id, const std::string& type,
                        const std::string& incident_id, const std::string& encoded, const std::string& reason,
                        std::int64_t now_us) {
  RESCUE_ASSIGN(const std::int64_t number, next_number(tx, "dead_letters"));
  RESCUE_TRY(
      tx.execute("INSERT INTO dead_letters (" + kColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', '')",
                 {number, message_id, type, incident_id, encoded, reason, now_us}));
  return {};
}

Result<std::vector<DeadLetters::Letter>> DeadLetters::list(Tx& tx, std::int64_t after, std::size_t limit) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT " + kColumns + " FROM dead_letters WHERE number > ? ORDER BY number LIMIT ?",
                         {after, static_cast<std::int64_t>(limit)}));
  std::vector<Letter> out;
  for (const Row& row : rows) out.push_back(letter_from(row));
  return out;
}

Result<DeadLetters::Letter> DeadLetters::requeue(Tx& tx, std::int64_t number, const std::string& reason) {
  const std::string sql =
      "UPDATE dead_letters SET state = 'requeued', note = ? WHERE number = ? AND state = 'waiting' "
      "RETURNING " +
      kColumns;
  RESCUE_ASSIGN(const auto taken, tx.find(sql, {reason, number}));
  if (taken) return letter_from(*taken);
  RESCUE_ASSIGN(const auto known, tx.find("SELECT 1 FROM dead_letters WHERE number = ?", {number}));
  if (!known) {
    return fail(ErrorCode::kNotFound, "dead-letter-not-found",
                "no dead letter has the number " + std::to_string(number));
  }
  return fail(ErrorCode::kConflict, "already-requeued",
              "the dead letter " + std::to_string(number) + " was requeued before");
}

Result<std::int64_t> DeadLetters::waiting_count(Tx& tx) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT COUNT(*) FROM dead_letters WHERE state = 'waiting'"));
  return row->integer(0);
}

}  // namespace rescue::store
