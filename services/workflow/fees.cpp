// R41, R42: which fees are due, and whether each has its one charge.
#include "fees.hpp"

namespace rescue::workflow {
namespace {

constexpr std::string_view kSelect =
    "SELECT o.order_id, o.incident_id, o.quote_id, o.work_item, i.customer, o.fee_outcome, o.total_yen, "
    "o.fee_due_us, o.charge_id, o.charged_yen FROM orders o JOIN incidents i ON i.incident_id = "
    "o.incident_id "
    "WHERE o.fee_due_us IS NOT NULL AND o.fee_due_us >= ? AND o.fee_due_us < ? AND o.order_id > ?";
/// As the index orders_unmatched has it.
constexpr std::string_view kUnmatched = " AND (o.charge_id IS NULL OR o.charged_yen <> o.total_yen)";

Fee from_row(const store::Row& row) {
  return {.order_id = row.text(0),
          .incident_id = row.text(1),
          .quote_id = row.text(2),
          .work_item = row.text(3),
          .customer = row.text(4),
          .outcome = row.text(5),
          .total_yen = row.integer(6),
          .due_us = row.integer(7),
          .charge_id = row.optional_text(8),
          .charged_yen = row.optional_integer(9)};
}

}  // namespace

std::string_view Fee::state() const {
  if (!charge_id) return "missing";
  return charged_yen == total_yen ? "matched" : "differs";
}

Status Fees::due(store::Tx& tx, const std::string& order_id, const std::string& outcome, Timestamp now) {
  RESCUE_TRY(tx.execute("UPDATE orders SET fee_due_us = ?, fee_outcome = ? WHERE order_id = ?",
                        {to_us(now), outcome, order_id}));
  return {};
}

Status Fees::charged(store::Tx& tx, const std::string& order_id, const std::string& charge_id,
                     std::int64_t total_yen) {
  RESCUE_TRY(tx.execute("UPDATE orders SET charge_id = ?, charged_yen = ? WHERE order_id = ?",
                        {charge_id, total_yen, order_id}));
  return {};
}

Result<std::vector<Fee>> Fees::list(store::Tx& tx, const Filter& filter, const std::string& after,
                                    std::size_t limit) {
  const auto sql =
      std::string(kSelect) + std::string(filter.unmatched ? kUnmatched : "") + " ORDER BY o.order_id LIMIT ?";
  RESCUE_ASSIGN(const auto rows,
                tx.query(sql, {filter.from_us, filter.to_us, after, static_cast<std::int64_t>(limit)}));
  std::vector<Fee> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const Fee& fee) {
  return {{"order_id", fee.order_id},
          {"incident_id", fee.incident_id},
          {"quote_id", fee.quote_id},
          {"work_item", fee.work_item},
          {"customer", fee.customer},
          {"outcome", fee.outcome},
          {"total_yen", fee.total_yen},
          {"due_at", format_rfc3339(from_us(fee.due_us))},
          {"charge_id", fee.charge_id ? Json(*fee.charge_id) : Json()},
          {"charged_yen", fee.charged_yen ? Json(*fee.charged_yen) : Json()},
          {"state", fee.state()}};
}

}  // namespace rescue::workflow
