#include "charge_store.hpp"

#include "rescue/base/clock.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::pricing {
namespace {

constexpr std::string_view kSelect =
    "SELECT charge_id, order_id, quote_id, incident_id, customer, outcome, lines, net_yen, tax_percent, "
    "tax_yen, total_yen, completed_us, created_us, annex_versions FROM charges ";

Result<Charge> charge_from(const store::Row& row) {
  RESCUE_ASSIGN(auto lines, parse_json(row.text(6)));
  RESCUE_ASSIGN(auto versions, parse_json(row.text(13)));
  return Charge{.charge_id = row.text(0),
                .order_id = row.text(1),
                .quote_id = row.text(2),
                .incident_id = row.text(3),
                .customer = row.text(4),
                .outcome = row.text(5),
                .lines = std::move(lines),
                .annex_versions = std::move(versions),
                .net_yen = row.integer(7),
                .tax_percent = row.integer(8),
                .tax_yen = row.integer(9),
                .total_yen = row.integer(10),
                .completed_us = row.integer(11),
                .created_us = row.integer(12)};
}

std::string select_where(std::string_view condition) {
  return std::string(kSelect) + std::string(condition);
}

}  // namespace

Json to_json(const Charge& c) {
  return {{"charge_id", c.charge_id},
          {"order_id", c.order_id},
          {"incident_id", c.incident_id},
          {"quote_id", c.quote_id},
          {"lines", c.lines},
          {"annex_versions", c.annex_versions},
          {"net_yen", c.net_yen},
          {"tax_percent", c.tax_percent},
          {"tax_yen", c.tax_yen},
          {"total_yen", c.total_yen},
          {"outcome", c.outcome},
          {"created_at", format_rfc3339(from_us(c.created_us))}};
}

Status ChargeStore::insert(store::Tx& tx, const Charge& c) {
  const auto inserted = tx.execute(
      "INSERT INTO charges (charge_id, order_id, quote_id, incident_id, customer, outcome, lines, "
      "net_yen, tax_percent, tax_yen, total_yen, completed_us, created_us, annex_versions) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {c.charge_id, c.order_id, c.quote_id, c.incident_id, c.customer, c.outcome, dump_json(c.lines),
       c.net_yen, c.tax_percent, c.tax_yen, c.total_yen, c.completed_us, c.created_us,
       dump_json(c.annex_versions)});
  if (!inserted) return fail(inserted.error());
  return {};
}

Result<std::optional<Charge>> ChargeStore::of_order(store::Tx& tx, const std::string& order_id) {
  RESCUE_ASSIGN(const auto row, tx.find(select_where("WHERE order_id = ?"), {order_id}));
  if (!row) return std::nullopt;
  RESCUE_ASSIGN(auto charge, charge_from(*row));
  return charge;
}

Result<Charge> ChargeStore::get(store::Tx& tx, const std::string& charge_id) {
  RESCUE_ASSIGN(const auto row, tx.find(select_where("WHERE charge_id = ?"), {charge_id}));
  if (!row) return fail(ErrorCode::kNotFound, "charge-not-found", "there is no such charge");
  return charge_from(*row);
}

Result<std::vector<Charge>> ChargeStore::list(store::Tx& tx, const Filter& filter) {
  const auto incident_id = filter.incident_id.value_or("");
  const auto customer = filter.customer.value_or("");
  const auto where = "WHERE charge_id > ? AND " + store::narrowed("incident_id", incident_id) + " AND " +
                     store::narrowed("customer", customer) + " ORDER BY charge_id LIMIT ?";
  RESCUE_ASSIGN(const auto rows, tx.query(select_where(where), {filter.after, incident_id, customer,
                                                                static_cast<std::int64_t>(filter.limit)}));
  std::vector<Charge> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(auto charge, charge_from(row));
    out.push_back(std::move(charge));
  }
  return out;
}

}  // namespace rescue::pricing
