#include "rescue/store/outbox.hpp"

#include "rescue/base/broken_rule.hpp"

namespace rescue::store {
namespace {

/// Number of the last message handled of this sender about this incident; 0 when there was none.
Result<std::int64_t> last_handled(Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT last FROM inbox_sequence WHERE sender = ? AND incident_id = ?",
                        {message.from, message.incident_id}));
  return row ? row->integer(0) : 0;
}

/// False when a message with this id was recorded before.
Result<bool> record(Tx& tx, const Message& message, std::int64_t now_us) {
  RESCUE_TRY(
      tx.execute("INSERT INTO inbox_sequence (sender, incident_id, last) VALUES (?, ?, ?)"
                 " ON CONFLICT (sender, incident_id) DO UPDATE SET last = excluded.last",
                 {message.from, message.incident_id, message.sequence}));
  RESCUE_ASSIGN(
      const std::int64_t added,
      tx.execute("INSERT INTO inbox (id, sender, incident_id, sequence, accepted_us) VALUES (?, ?, ?, ?, ?)"
                 " ON CONFLICT (id) DO NOTHING",
                 {message.id, message.from, message.incident_id, message.sequence, now_us}));
  return added == 1;
}

Status park(Tx& tx, const Message& message, std::int64_t now_us) {
  RESCUE_TRY(
      tx.execute("INSERT INTO parked (sender, incident_id, sequence, encoded, parked_us)"
                 " VALUES (?, ?, ?, ?, ?) ON CONFLICT (sender, incident_id, sequence) DO NOTHING",
                 {message.from, message.incident_id, message.sequence, encode_message(message), now_us}));
  return {};
}

}  // namespace

Result<Inbox::Verdict> Inbox::accept(Tx& tx, const Message& message, std::int64_t now_us) {
  RESCUE_ASSIGN(const std::int64_t last, last_handled(tx, message));
  if (message.sequence <= last) {
    return broken("inbox-knows-duplicates") ? Verdict::kHandle : Verdict::kDuplicate;
  }
  if (message.sequence > last + 1 && !broken("inbox-keeps-order")) {
    RESCUE_TRY(park(tx, message, now_us));
    return Verdict::kParked;
  }
  // A re-sent message may still lie parked from its first arrival.
  RESCUE_TRY(tx.execute("DELETE FROM parked WHERE sender = ? AND incident_id = ? AND sequence = ?",
                        {message.from, message.incident_id, message.sequence}));
  RESCUE_ASSIGN(const bool is_new, record(tx, message, now_us));
  return is_new ? Verdict::kHandle : Verdict::kDuplicate;
}

Result<bool> Inbox::has_next_parked(Tx& tx, const Message& after) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT 1 FROM parked WHERE sender = ? AND incident_id = ? AND sequence = ?",
                        {after.from, after.incident_id, after.sequence + 1}));
  return row.has_value();
}

Result<std::optional<Message>> Inbox::next_parked(Tx& tx, const Message& after, std::int64_t now_us) {
  RESCUE_ASSIGN(const std::int64_t last, last_handled(tx, after));
  RESCUE_ASSIGN(const auto row, tx.find("DELETE FROM parked WHERE sender = ? AND incident_id = ?"
                                        " AND sequence = ? RETURNING encoded",
                                        {after.from, after.incident_id, last + 1}));
  if (!row) return std::optional<Message>();
  RESCUE_ASSIGN(Message message, decode_message(row->text(0)));
  RESCUE_ASSIGN(const bool is_new, record(tx, message, now_us));
  if (!is_new) return next_parked(tx, message, now_us);
  return std::optional<Message>(std::move(message));
}

Result<std::optional<Message>> Inbox::peek_parked(Tx& tx, const Message& after) {
  RESCUE_ASSIGN(const std::int64_t last, last_handled(tx, after));
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT encoded FROM parked WHERE sender = ? AND incident_id = ? AND sequence = ?",
                        {after.from, after.incident_id, last + 1}));
  if (!row) return std::optional<Message>();
  RESCUE_ASSIGN(Message message, decode_message(row->text(0)));
  return std::optional<Message>(std::move(message));
}

Result<std::vector<Message>> Inbox::predecessors_of_ready(Tx& tx, std::size_t limit) {
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT s.sender, s.incident_id, s.last FROM parked p JOIN inbox_sequence s"
               " ON s.sender = p.sender AND s.incident_id = p.incident_id AND s.last + 1 = p.sequence"
               " ORDER BY p.parked_us LIMIT ?",
               {static_cast<std::int64_t>(limit)}));
  std::vector<Message> out;
  for (const Row& row : rows) {
    Message message;
    message.from = row.text(0);
    message.incident_id = row.text(1);
    message.sequence = row.integer(2);
    out.push_back(std::move(message));
  }
  return out;
}

Result<std::int64_t> Inbox::parked_count(Tx& tx) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT COUNT(*) FROM parked"));
  return row->integer(0);
}

Result<std::int64_t> Inbox::forget_before(Tx& tx, std::int64_t before_us, std::size_t limit) {
  return tx.execute(
      "DELETE FROM inbox WHERE id IN"
      " (SELECT id FROM inbox WHERE accepted_us < ? ORDER BY accepted_us LIMIT ?)",
      {before_us, static_cast<std::int64_t>(limit)});
}

}  // namespace rescue::store
