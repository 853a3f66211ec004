#include "quote_store.hpp"

namespace rescue::pricing {
namespace {

Status done(const Result<std::int64_t>& executed) {
  if (!executed) return fail(executed.error());
  return {};
}

}  // namespace

Status QuoteStore::insert(store::Tx& tx, const StoredQuote& q) {
  return done(tx.execute(
      "INSERT INTO quotes (quote_id, incident_id, server_id, customer, work_item, sha256, document, "
      "total_yen, issued_us, expires_us, issued_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {q.quote_id, q.incident_id, q.server_id, q.customer, q.work_item, q.sha256, dump_json(q.document),
       q.total_yen, q.issued_us, q.expires_us, q.issued_by}));
}

Result<StoredQuote> QuoteStore::get(store::Tx& tx, const std::string& quote_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT incident_id, server_id, customer, work_item, sha256, document, total_yen, "
                        "issued_us, expires_us, issued_by, used_by FROM quotes WHERE quote_id = ?",
                        {quote_id}));
  if (!row) return fail(ErrorCode::kNotFound, "quote-not-found", "there is no such quote");
  RESCUE_ASSIGN(auto document, parse_json(row->text(5)));
  return StoredQuote{.quote_id = quote_id,
                     .incident_id = row->text(0),
                     .server_id = row->text(1),
                     .customer = row->text(2),
                     .work_item = row->text(3),
                     .sha256 = row->text(4),
                     .document = std::move(document),
                     .total_yen = row->integer(6),
                     .issued_us = row->integer(7),
                     .expires_us = row->integer(8),
                     .issued_by = row->text(9),
                     .used_by = row->optional_text(10)};
}

Status QuoteStore::use(store::Tx& tx, const std::string& quote_id, const std::string& order_id,
                       std::int64_t now_us) {
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE quotes SET used_by = ?, used_us = ? "
                                               "WHERE quote_id = ? AND used_by IS NULL",
                                               {order_id, now_us, quote_id}));
  if (changed == 1) return {};
  return fail(ErrorCode::kConflict, "quote-used", "the quote was used by another order: ask for a new one",
              "/quote/id");
}

Result<bool> QuoteStore::give_back(store::Tx& tx, const std::string& quote_id, const std::string& order_id) {
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE quotes SET used_by = NULL, used_us = NULL "
                                               "WHERE quote_id = ? AND used_by = ?",
                                               {quote_id, order_id}));
  return changed == 1;
}

Result<std::optional<Redemption>> RedemptionStore::find(store::Tx& tx, const std::string& order_id) {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT quote_id, request, answer, at_us FROM redemptions WHERE order_id = ?", {order_id}));
  if (!row) return std::nullopt;
  RESCUE_ASSIGN(auto answer, parse_json(row->text(2)));
  return Redemption{.order_id = order_id,
                    .quote_id = row->text(0),
                    .request_sha256 = row->text(1),
                    .answer = std::move(answer),
                    .at_us = row->integer(3)};
}

Status RedemptionStore::insert(store::Tx& tx, const Redemption& r) {
  return done(tx.execute(
      "INSERT INTO redemptions (order_id, quote_id, request, answer, at_us) VALUES (?, ?, ?, ?, ?)",
      {r.order_id, r.quote_id, r.request_sha256, dump_json(r.answer), r.at_us}));
}

Status RedemptionStore::remove(store::Tx& tx, const std::string& order_id) {
  return done(tx.execute("DELETE FROM redemptions WHERE order_id = ?", {order_id}));
}

}  // namespace rescue::pricing
