#include "report_store.hpp"

namespace rescue::intake {

Status ReportStore::insert(store::Tx& tx, const StoredReport& r) {
  const auto inserted = tx.execute(
      "INSERT INTO reports (report_id, incident_id, state, source, category, server_id, customer, "
      "key_id, role, person, raw_body, raw_sha256, seen_us, received_us, complaint) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {r.report_id, r.incident_id, r.state, r.source, r.category, r.server_id, r.customer, r.key_id, r.role,
       store::maybe(r.person), r.raw_body, r.raw_sha256, store::maybe(r.seen_us), r.received_us,
       store::maybe(r.complaint)});
  if (!inserted) return fail(inserted.error());
  return {};
}

Result<StoredReport> ReportStore::get(store::Tx& tx, const std::string& report_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT incident_id, merged_into, state, source, category, server_id, customer, "
                        "key_id, role, person, raw_sha256, seen_us, received_us, complaint "
                        "FROM reports WHERE report_id = ?",
                        {report_id}));
  if (!row) return fail(ErrorCode::kNotFound, "report-not-found", "there is no such report");
  return StoredReport{.report_id = report_id,
                      .incident_id = row->text(0),
                      .merged_into = row->optional_text(1),
                      .state = row->text(2),
                      .source = row->text(3),
                      .category = row->text(4),
                      .server_id = row->text(5),
                      .customer = row->text(6),
                      .key_id = row->text(7),
                      .role = row->text(8),
                      .person = row->optional_text(9),
                      .complaint = row->optional_text(13),
                      .raw_body = {},
                      .raw_sha256 = row->text(10),
                      .seen_us = row->optional_integer(11),
                      .received_us = row->integer(12)};
}

Status ReportStore::mark_taken(store::Tx& tx, const std::string& report_id,
                               const std::optional<std::string>& merged_into, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE reports SET state = 'taken', merged_into = ?, "
                                               "taken_us = COALESCE(taken_us, ?) WHERE report_id = ?",
                                               {store::maybe(merged_into), now_us, report_id}));
  if (changed > 0) return {};
  if (auto known = get(tx, report_id); !known) return fail(known.error());
  return {};
}

}  // namespace rescue::intake
