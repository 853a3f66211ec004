#include "report_store.hpp"

#include "rescue/base/base64.hpp"

namespace rescue::intake {
namespace {

constexpr std::string_view kSelect =
    "SELECT incident_id, merged_into, state, source, category, server_id, customer, key_id, role, person, "
    "raw_sha256, seen_us, received_us, complaint, content_type, for_person, reference, of_report, report_id "
    "FROM reports ";

StoredReport from_row(const store::Row& row) {
  return StoredReport{.report_id = row.text(18),
                      .incident_id = row.text(0),
                      .merged_into = row.optional_text(1),
                      .state = row.text(2),
                      .source = row.text(3),
                      .category = row.text(4),
                      .server_id = row.text(5),
                      .customer = row.text(6),
                      .key_id = row.text(7),
                      .role = row.text(8),
                      .person = row.optional_text(9),
                      .complaint = row.optional_text(13),
                      .content_type = row.text(14),
                      .for_person = row.optional_text(15),
                      .reference = row.optional_text(16),
                      .of_report = row.optional_text(17),
                      .raw_body = {},
                      .raw_sha256 = row.text(10),
                      .seen_us = row.optional_integer(11),
                      .received_us = row.integer(12)};
}

Error not_found() {
  return {ErrorCode::kNotFound, "report-not-found", "there is no such report"};
}

/// Of two who read it at once, one makes a report of it.
Status take_from_person(store::Tx& tx, const StoredReport& made) {
  RESCUE_ASSIGN(
      const auto changed,
      tx.execute("UPDATE reports SET state = 'received' WHERE report_id = ? AND state = 'for_person'",
                 {*made.of_report}));
  if (changed == 1) return {};
  return fail(ErrorCode::kConflict, "task-done", "somebody has read this report meanwhile", "/of_report");
}

}  // namespace

Status ReportStore::insert(store::Tx& tx, const StoredReport& r) {
  if (r.of_report) RESCUE_TRY(take_from_person(tx, r));
  const bool mail = r.content_type == kMailType;
  RESCUE_TRY(tx.execute(
      "INSERT INTO reports (report_id, incident_id, state, source, category, server_id, customer, "
      "key_id, role, person, raw_body, raw_sha256, seen_us, received_us, complaint, content_type, "
      "for_person, reference, of_report) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {r.report_id, r.incident_id, r.state, r.source, r.category, r.server_id, r.customer, r.key_id, r.role,
       store::maybe(r.person), mail ? encode_base64(r.raw_body) : r.raw_body, r.raw_sha256,
       store::maybe(r.seen_us), r.received_us, store::maybe(r.complaint), r.content_type,
       store::maybe(r.for_person), store::maybe(r.reference), store::maybe(r.of_report)}));
  return {};
}

Result<StoredReport> ReportStore::get(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE report_id = ?", {report_id}));
  if (!row) return fail(not_found());
  return from_row(*row);
}

Result<std::optional<StoredReport>> ReportStore::made_of(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE of_report = ?", {report_id}));
  if (!row) return std::optional<StoredReport>();
  return std::optional<StoredReport>(from_row(*row));
}

Result<std::string> ReportStore::original(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT raw_body, content_type FROM reports WHERE report_id = ?", {report_id}));
  if (!row) return fail(not_found());
  if (row->text(1) != kMailType) return row->text(0);
  auto bytes = decode_base64(row->text(0));
  if (!bytes) return fail(ErrorCode::kCorrupt, "internal-error", "a mail's stored bytes are no base64");
  return *std::move(bytes);
}

Status ReportStore::mark_taken(store::Tx& tx, const std::string& report_id,
                               const std::optional<std::string>& merged_into, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE reports SET state = 'taken', merged_into = ?, "
                                               "taken_us = COALESCE(taken_us, ?) WHERE report_id = ?",
                                               {store::maybe(merged_into), now_us, report_id}));
  if (changed > 0) return {};
  return fail(not_found());
}

Status ReportStore::mark_closed(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto changed,
                tx.execute("UPDATE reports SET state = 'closed' WHERE report_id = ? AND state = 'for_person'",
                           {report_id}));
  if (changed > 0) return {};
  // An operator may have made a report of it meanwhile: that stands.
  if (const auto known = get(tx, report_id); !known) return fail(known.error());
  return {};
}

Status ReportStore::mark_over(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto changed,
                tx.execute("UPDATE reports SET state = 'closed' WHERE report_id = ?", {report_id}));
  if (changed > 0) return {};
  return fail(not_found());
}

}  // namespace rescue::intake
