#include "rescue/store/audit.hpp"

#include <algorithm>

#include "rescue/base/broken_rule.hpp"
#include "rescue/base/json_text.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::store {
namespace {

constexpr std::int64_t kVerifyPage = 1'000;
const std::string kColumns = "number, at_us, incident_id, actor, action, reason, details, hash";

/// A row as it is stored: its texts hold what JSON can hold, its details are canonical JSON.
struct Stored {
  std::int64_t number = 0;
  std::int64_t at_us = 0;
  std::string incident_id, actor, action, reason, details, hash;
};

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Bytes that JSON cannot hold are replaced in the row as in its hash.
Result<std::string> readable(const std::string& text) {
  if (is_ascii(text)) return text;
  RESCUE_ASSIGN(const Json clean, parse_json(dump_json(Json(text))));
  return clean.get<std::string>();
}

Result<std::string> readable_json(const Json& value) {
  std::string text = dump_json(value);
  if (is_ascii(text)) return text;
  RESCUE_ASSIGN(const Json clean, parse_json(text));
  return dump_json(clean);
}

Result<Stored> to_store(const AuditRow& row) {
  Stored out;
  out.at_us = row.at_us;
  RESCUE_ASSIGN(out.incident_id, readable(row.incident_id));
  RESCUE_ASSIGN(out.actor, readable(row.actor));
  RESCUE_ASSIGN(out.action, readable(row.action));
  RESCUE_ASSIGN(out.reason, readable(row.reason));
  RESCUE_ASSIGN(out.details, readable_json(row.details));
  return out;
}

Stored stored_from(const Row& columns) {
  return {columns.integer(0), columns.integer(1), columns.text(2), columns.text(3),
          columns.text(4),    columns.text(5),    columns.text(6), columns.text(7)};
}

/// Sorted keys, compact.
std::string canonical(const Stored& row) {
  JsonObjectText out;
  out.text("action", row.action)
      .text("actor", row.actor)
      .integer("at_us", row.at_us)
      .json("details", row.details)
      .text("incident_id", row.incident_id)
      .integer("number", row.number)
      .text("reason", row.reason);
  return out.done();
}

/// Of the hash before, a line feed, the row as canonical JSON.
std::string chained(const std::string& previous, const Stored& row) {
  return sha256_hex(previous + "\n" + canonical(row));
}

Result<AuditRow> row_from(const Row& columns) {
  AuditRow row;
  row.number = columns.integer(0);
  row.at_us = columns.integer(1);
  row.incident_id = columns.text(2);
  row.actor = columns.text(3);
  row.action = columns.text(4);
  row.reason = columns.text(5);
  auto details = parse_json(columns.text(6));
  if (!details) {
    return fail(ErrorCode::kCorrupt, "audit-chain-broken",
                "audit row " + std::to_string(row.number) + " has unreadable details");
  }
  row.details = std::move(*details);
  row.hash = columns.text(7);
  return row;
}

Status insert(Tx& tx, const Stored& row, const std::string& hash) {
  RESCUE_TRY(tx.execute(
      "INSERT INTO audit (" + kColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {row.number, row.at_us, row.incident_id, row.actor, row.action, row.reason, row.details, hash}));
  return {};
}

struct Head {
  std::int64_t number = 0;
  std::string hash;
};

tl::unexpected<Error> no_head() {
  return fail(ErrorCode::kCorrupt, "audit-chain-broken", "the end of the audit chain is missing");
}

Result<Head> read_head(Tx& tx) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT number, hash FROM audit_head WHERE id = 1"));
  if (!row) return no_head();
  return Head{row->integer(0), row->text(1)};
}

tl::unexpected<Error> broken_at(std::int64_t number) {
  return fail(ErrorCode::kCorrupt, "audit-chain-broken",
              "audit row " + std::to_string(number) + " is missing or was changed");
}

}  // namespace

Status Audit::append(Tx& tx, const AuditRow& row) {
  const AuditRow* one = &row;
  return append_all(tx, {&one, 1});
}

Status Audit::append_all(Tx& tx, std::span<const AuditRow* const> rows) {
  if (rows.empty()) return {};
  // The update comes first: it makes other writers of the chain wait on back ends with several of them.
  const auto count = static_cast<std::int64_t>(rows.size());
  RESCUE_ASSIGN(const auto head, tx.find("UPDATE audit_head SET number = number + ? WHERE id = 1"
                                         " RETURNING number, hash",
                                         {count}));
  if (!head) return no_head();
  std::int64_t number = head->integer(0) - count;
  std::string hash = broken("audit-chain") ? std::string(64, '0') : head->text(1);
  for (const AuditRow* row : rows) {
    RESCUE_ASSIGN(Stored stored, to_store(*row));
    stored.number = ++number;
    hash = chained(hash, stored);
    RESCUE_TRY(insert(tx, stored, hash));
  }
  RESCUE_TRY(tx.execute("UPDATE audit_head SET hash = ? WHERE id = 1", {hash}));
  return {};
}

Result<std::vector<AuditRow>> Audit::of_incident(Tx& tx, const std::string& incident_id, std::int64_t after,
                                                 std::size_t limit) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT " + kColumns +
                             " FROM audit WHERE incident_id = ? AND number > ? ORDER BY number LIMIT ?",
                         {incident_id, after, static_cast<std::int64_t>(limit)}));
  std::vector<AuditRow> out;
  for (const Row& columns : rows) {
    RESCUE_ASSIGN(AuditRow row, row_from(columns));
    out.push_back(std::move(row));
  }
  return out;
}

Result<std::int64_t> Audit::verify(Tx& tx) {
  RESCUE_ASSIGN(const Head head, read_head(tx));
  std::int64_t checked = 0;
  std::string hash(64, '0');
  while (true) {
    RESCUE_ASSIGN(const auto rows,
                  tx.query("SELECT " + kColumns + " FROM audit WHERE number > ? ORDER BY number LIMIT ?",
                           {checked, kVerifyPage}));
    for (const Row& columns : rows) {
      const Stored row = stored_from(columns);
      hash = chained(hash, row);
      if (row.number != checked + 1 || row.hash != hash) return broken_at(checked + 1);
      checked = row.number;
    }
    if (rows.empty()) break;
  }
  if (checked != head.number || hash != head.hash) return broken_at(checked + 1);
  return checked;
}

}  // namespace rescue::store
