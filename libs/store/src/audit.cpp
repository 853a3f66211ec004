#include "rescue/store/audit.hpp"

#include "rescue/base/sha256.hpp"

namespace rescue::store {
namespace {

constexpr std::int64_t kVerifyPage = 1'000;
const std::string kColumns = "number, at_us, incident_id, actor, action, reason, details, hash";

Json without_hash(const AuditRow& row) {
  return {{"number", row.number},  {"at_us", row.at_us},   {"incident_id", row.incident_id},
          {"actor", row.actor},    {"action", row.action}, {"reason", row.reason},
          {"details", row.details}};
}

/// The hash before, a line feed, the row as canonical JSON (sorted keys, compact).
std::string chained(const std::string& previous, const std::string& canonical) {
  return sha256_hex(previous + "\n" + canonical);
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

struct Head {
  std::int64_t number = 0;
  std::string hash;
};

Result<Head> read_head(Tx& tx) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT number, hash FROM audit_head WHERE id = 1"));
  if (!row) return fail(ErrorCode::kCorrupt, "audit-chain-broken", "the end of the audit chain is missing");
  return Head{row->integer(0), row->text(1)};
}

tl::unexpected<Error> broken_at(std::int64_t number) {
  return fail(ErrorCode::kCorrupt, "audit-chain-broken",
              "audit row " + std::to_string(number) + " is missing or was changed");
}

}  // namespace

Status Audit::append(Tx& tx, AuditRow row) {
  // The update comes first: it makes other writers of the chain wait on back ends with several of them.
  RESCUE_TRY(tx.execute("UPDATE audit_head SET number = number + 1 WHERE id = 1"));
  RESCUE_ASSIGN(const Head head, read_head(tx));
  row.number = head.number;
  const std::string canonical = dump_json(without_hash(row));
  row.hash = chained(head.hash, canonical);
  // Stored as read back, so that bytes which JSON cannot hold are replaced in the row as in its hash.
  RESCUE_ASSIGN(const Json clean, parse_json(canonical));
  RESCUE_TRY(tx.execute("INSERT INTO audit (" + kColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        {row.number, row.at_us, clean["incident_id"].get<std::string>(),
                         clean["actor"].get<std::string>(), clean["action"].get<std::string>(),
                         clean["reason"].get<std::string>(), dump_json(clean["details"]), row.hash}));
  RESCUE_TRY(tx.execute("UPDATE audit_head SET hash = ? WHERE id = 1", {row.hash}));
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
      RESCUE_ASSIGN(const AuditRow row, row_from(columns));
      hash = chained(hash, dump_json(without_hash(row)));
      if (row.number != checked + 1 || row.hash != hash) return broken_at(checked + 1);
      checked = row.number;
    }
    if (rows.empty()) break;
  }
  if (checked != head.number || hash != head.hash) return broken_at(checked + 1);
  return checked;
}

}  // namespace rescue::store
