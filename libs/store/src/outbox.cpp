#include "rescue/store/outbox.hpp"

#include "counter.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/base/id.hpp"

namespace rescue::store {
namespace {

constexpr std::string_view kSequence = "\"sequence\":";

/// Mostly an incident's first message to that recipient.
Result<std::int64_t> next_sequence(Tx& tx, const Outbox::Letter& letter) {
  RESCUE_ASSIGN(const std::int64_t added,
                tx.execute("INSERT INTO outbox_sequence (recipient, incident_id, last) VALUES (?, ?, 1)"
                           " ON CONFLICT (recipient, incident_id) DO NOTHING",
                           {letter.to, letter.incident_id}));
  if (added == 1) return 1;
  RESCUE_ASSIGN(const auto row, tx.find("UPDATE outbox_sequence SET last = last + 1"
                                        " WHERE recipient = ? AND incident_id = ? RETURNING last",
                                        {letter.to, letter.incident_id}));
  return row->integer(0);
}

Status insert(Tx& tx, const Outbox::Letter& letter, std::int64_t number, const std::string& relay) {
  RESCUE_ASSIGN(const std::int64_t sequence, next_sequence(tx, letter));
  RESCUE_TRY(
      tx.execute("INSERT INTO outbox (number, id, recipient, incident_id, sequence, encoded, created_us, "
                 "relay, relay_us)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 {number, letter.id, letter.to, letter.incident_id, sequence,
                  letter.before_sequence + std::to_string(sequence) + letter.after_sequence,
                  letter.created_us, relay, letter.created_us}));
  return {};
}

}  // namespace

Result<Outbox::Letter> Outbox::prepare(Message message) {
  if (message.from.empty() || message.to.empty() || message.type.empty() || message.incident_id.empty()) {
    return fail(ErrorCode::kInternal, "bad-message", "a message needs from, to, type and incident_id");
  }
  if (message.id.empty()) message.id = make_id("msg", from_us(message.created_us));
  message.sequence = 0;
  std::string encoded = encode_message(message);
  // The last one: members after it are names and texts of ours, and a quote inside a text is escaped.
  const std::size_t number = encoded.rfind(kSequence) + kSequence.size();
  std::string rest = encoded.substr(number + 1);
  encoded.resize(number);
  return Letter{std::move(message.id), std::move(message.to), std::move(message.incident_id),
                message.created_us,    std::move(encoded),    std::move(rest)};
}

Status Outbox::put_all(Tx& tx, std::span<const Letter* const> letters, const std::string& relay) {
  if (letters.empty()) return {};
  RESCUE_ASSIGN(std::int64_t number, next_numbers(tx, "outbox", static_cast<std::int64_t>(letters.size())));
  for (const Letter* letter : letters) RESCUE_TRY(insert(tx, *letter, number++, relay));
  return {};
}

Status Outbox::put(Tx& tx, const Letter& letter, const std::string& relay) {
  const Letter* one = &letter;
  return put_all(tx, {&one, 1}, relay);
}

Status Outbox::put(Tx& tx, Message message, const std::string& relay) {
  RESCUE_ASSIGN(const Letter letter, prepare(std::move(message)));
  return put(tx, letter, relay);
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
  // A statement for each unbroken row of numbers; mostly there is one.
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
    if (broken("outbox-until-receipt")) {
      RESCUE_TRY(tx.execute("DELETE FROM outbox WHERE number BETWEEN ? AND ?", {rows[begin], rows[end - 1]}));
    }
    RESCUE_TRY(tx.execute("UPDATE outbox SET sent_us = ? WHERE number BETWEEN ? AND ? AND sent_us IS NULL",
                          {now_us, rows[begin], rows[end - 1]}));
    begin = end;
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
