#include "rescue/store/outbox.hpp"

#include "counter.hpp"
#include "rescue/base/id.hpp"

namespace rescue::store {
namespace {

Result<std::int64_t> next_sequence(Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto row,
                tx.find("INSERT INTO outbox_sequence (recipient, incident_id, last) VALUES (?, ?, 1)"
                        " ON CONFLICT (recipient, incident_id) DO UPDATE SET last = outbox_sequence.last + 1"
                        " RETURNING last",
                        {message.to, message.incident_id}));
  return row->integer(0);
}

}  // namespace

Status Outbox::put(Tx& tx, Message message, const std::string& relay) {
  if (message.from.empty() || message.to.empty() || message.type.empty() || message.incident_id.empty()) {
    return fail(ErrorCode::kInternal, "bad-message", "a message needs from, to, type and incident_id");
  }
  if (message.id.empty()) message.id = make_id("msg", from_us(message.created_us));
  RESCUE_ASSIGN(message.sequence, next_sequence(tx, message));
  RESCUE_ASSIGN(const std::int64_t number, next_number(tx, "outbox"));
  RESCUE_TRY(
      tx.execute("INSERT INTO outbox (number, id, recipient, incident_id, sequence, encoded, created_us,"
                 " relay, relay_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 {number, message.id, message.to, message.incident_id, message.sequence,
                  encode_message(message), message.created_us, relay, message.created_us}));
  return {};
}

Result<std::vector<Outbox::Pending>> Outbox::pending(Tx& tx, std::size_t limit, const std::string& relay,
                                                     std::int64_t after,
                                                     const std::set<std::string>& except) {
  // ",a,b,": names of services have no comma and nothing that LIKE reads otherwise.
  std::string others = ",";
  for (const auto& recipient : except) others += recipient + ",";
  RESCUE_ASSIGN(const auto rows, tx.query("SELECT number, recipient, encoded FROM outbox"
                                          " WHERE sent_us IS NULL AND relay = ? AND number > ?"
                                          " AND ? NOT LIKE '%,' || recipient || ',%' ORDER BY number LIMIT ?",
                                          {relay, after, others, static_cast<std::int64_t>(limit)}));
  std::vector<Pending> out;
  for (const Row& row : rows) out.push_back({row.integer(0), row.text(1), row.text(2)});
  return out;
}

Result<std::int64_t> Outbox::last_unsent(Tx& tx, const std::string& relay) {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT COALESCE(MAX(number), 0) FROM outbox WHERE sent_us IS NULL AND relay = ?", {relay}));
  return row->integer(0);
}

Result<bool> Outbox::has_strays(Tx& tx, const std::string& relay, std::int64_t before_us) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT 1 FROM outbox WHERE sent_us IS NULL AND relay <> ?"
                                        " AND relay_us < ? LIMIT 1",
                                        {relay, before_us}));
  return row.has_value();
}

Result<std::int64_t> Outbox::adopt_strays(Tx& tx, const std::string& relay, std::int64_t before_us,
                                          std::int64_t now_us) {
  return tx.execute(
      "UPDATE outbox SET relay = ?, relay_us = ? WHERE sent_us IS NULL AND relay <> ? AND relay_us < ?",
      {relay, now_us, relay, before_us});
}

Status Outbox::mark_sent(Tx& tx, std::span<const std::int64_t> rows, std::int64_t now_us) {
  for (const std::int64_t number : rows) {
    RESCUE_TRY(
        tx.execute("UPDATE outbox SET sent_us = ? WHERE number = ? AND sent_us IS NULL", {now_us, number}));
  }
  return {};
}

Result<Outbox::Depth> Outbox::depth(Tx& tx) {
  RESCUE_ASSIGN(const auto unsent, tx.find("SELECT COUNT(*), COALESCE(MIN(created_us), 0) FROM outbox"
                                           " WHERE sent_us IS NULL"));
  RESCUE_ASSIGN(const auto sent, tx.find("SELECT COUNT(*) FROM outbox WHERE sent_us IS NOT NULL"));
  return Depth{unsent->integer(0), unsent->integer(1), sent->integer(0)};
}

Status Outbox::take_receipts(Tx& tx, std::span<const std::string> ids) {
  for (const std::string& id : ids) RESCUE_TRY(tx.execute("DELETE FROM outbox WHERE id = ?", {id}));
  return {};
}

Result<std::int64_t> Outbox::resend_all(Tx& tx) {
  return tx.execute("UPDATE outbox SET sent_us = NULL WHERE sent_us IS NOT NULL");
}

Result<std::vector<std::string>> Outbox::owing_receipts(Tx& tx, std::int64_t before_us) {
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT DISTINCT recipient FROM outbox WHERE sent_us < ? ORDER BY recipient", {before_us}));
  std::vector<std::string> out;
  for (const Row& row : rows) out.push_back(row.text(0));
  return out;
}

Result<std::int64_t> Outbox::resend_to(Tx& tx, const std::string& recipient, std::int64_t before_us) {
  return tx.execute("UPDATE outbox SET sent_us = NULL WHERE sent_us < ? AND recipient = ?",
                    {before_us, recipient});
}

}  // namespace rescue::store
