#include "comparison_store.hpp"

#include <chrono>

namespace rescue::pricing {
namespace {

/// A choice is judged by when it was made, not by when it is heard of.
constexpr std::chrono::microseconds kGrace = std::chrono::days(1);

/// More than the one that comes in: a backlog grows no further, and none is cleared in one long step.
constexpr std::int64_t kRemovedMax = 20;

Status make_room(store::Tx& tx, const StoredComparison& fresh, std::int64_t kept_max) {
  RESCUE_TRY(
      tx.execute("DELETE FROM comparisons WHERE comparison_id IN (SELECT comparison_id FROM "
                 "comparisons WHERE server_id = ? ORDER BY comparison_id DESC LIMIT ? OFFSET ?)",
                 {fresh.server_id, kRemovedMax, kept_max}));
  RESCUE_TRY(
      tx.execute("DELETE FROM comparisons WHERE comparison_id IN (SELECT comparison_id FROM "
                 "comparisons WHERE expires_us < ? ORDER BY expires_us, comparison_id LIMIT ?)",
                 {fresh.shown_us - kGrace.count(), kRemovedMax}));
  return {};
}

}  // namespace

Status ComparisonStore::insert(store::Tx& tx, const StoredComparison& c, std::int64_t kept_max) {
  RESCUE_TRY(tx.execute(
      "INSERT INTO comparisons (comparison_id, incident_id, server_id, customer, sha256, document, shown_us, "
      "expires_us, shown_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {c.comparison_id, store::maybe(c.incident_id), c.server_id, c.customer, c.sha256, dump_json(c.document),
       c.shown_us, c.expires_us, c.shown_to}));
  return make_room(tx, c, kept_max);
}

Result<StoredComparison> ComparisonStore::get(store::Tx& tx, const std::string& comparison_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT incident_id, server_id, customer, sha256, document, shown_us, expires_us, "
                        "shown_to FROM comparisons WHERE comparison_id = ?",
                        {comparison_id}));
  if (!row) return fail(ErrorCode::kNotFound, "comparison-not-found", "there is no such comparison any more");
  RESCUE_ASSIGN(auto document, parse_json(row->text(4)));
  return StoredComparison{.comparison_id = comparison_id,
                          .incident_id = row->optional_text(0),
                          .server_id = row->text(1),
                          .customer = row->text(2),
                          .sha256 = row->text(3),
                          .document = std::move(document),
                          .shown_us = row->integer(5),
                          .expires_us = row->integer(6),
                          .shown_to = row->text(7)};
}

}  // namespace rescue::pricing
