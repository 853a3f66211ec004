#include "ledger.hpp"

#include <charconv>
#include <chrono>

#include "rescue/catalog/contracts.hpp"

namespace rescue::pricing {
namespace {

constexpr std::string_view kPage =
    "SELECT l.number, l.kind, l.entry_id, l.charge_id, l.net_yen, l.tax_percent, l.tax_yen, l.total_yen, "
    "l.booked_us, c.order_id, c.incident_id, c.customer, q.server_id, q.work_item, c.outcome, "
    "c.completed_us, COALESCE(n.lines, c.lines), COALESCE(n.number, 0), COALESCE(n.reason, '') "
    "FROM ledger l JOIN charges c ON c.charge_id = l.charge_id JOIN quotes q ON q.quote_id = c.quote_id "
    "LEFT JOIN credit_notes n ON n.credit_note_id = l.entry_id "
    "WHERE l.month = ? AND l.number > ? ORDER BY l.number LIMIT ?";

Result<LedgerRow> row_from(const store::Row& row) {
  LedgerRow out;
  out.number = row.integer(0);
  out.entry = {.kind = row.text(1),
               .entry_id = row.text(2),
               .charge_id = row.text(3),
               .net_yen = row.integer(4),
               .tax_percent = row.integer(5),
               .tax_yen = row.integer(6),
               .total_yen = row.integer(7),
               .booked_us = row.integer(8)};
  out.order_id = row.text(9);
  out.incident_id = row.text(10);
  out.customer = row.text(11);
  out.server_id = row.text(12);
  out.work_item = row.text(13);
  out.outcome = row.text(14);
  out.completed_us = row.integer(15);
  RESCUE_ASSIGN(out.lines, parse_json(row.text(16)));
  out.credit_note_number = row.integer(17);
  out.reason = row.text(18);
  return out;
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Month month_of(Timestamp at) {
  const std::chrono::year_month_day day(catalog::day_in_tokyo(at));
  return static_cast<int>(day.year()) * Month{100} + static_cast<unsigned>(day.month());
}

Result<Month> parse_month(std::string_view text) {
  const bool shaped = text.size() == 7 && text[4] == '-' && all_digits(text.substr(0, 4)) &&
                      all_digits(text.substr(5)) && text.substr(5) >= "01" && text.substr(5) <= "12";
  if (!shaped) {
    return fail(ErrorCode::kInvalid, "bad-query", "month must be a month in Asia/Tokyo as YYYY-MM: 2026-09");
  }
  Month year = 0;
  Month month = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  std::from_chars(text.data() + 5, text.data() + 7, month);
  return year * 100 + month;
}

std::string format_month(Month month) {
  std::string digits = std::to_string(month);
  digits.insert(0, 6 - std::min<std::size_t>(digits.size(), 6), '0');
  return digits.substr(0, 4) + "-" + digits.substr(4);
}

Status Ledger::book(store::Tx& tx, const LedgerEntry& entry) {
  // Writers take turns, so that nobody else has this number.
  RESCUE_ASSIGN(const auto last, tx.find("SELECT COALESCE(MAX(number), 0) FROM ledger"));
  RESCUE_TRY(tx.execute(
      "INSERT INTO ledger (number, kind, entry_id, charge_id, month, net_yen, tax_percent, tax_yen, "
      "total_yen, booked_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {last->integer(0) + 1, entry.kind, entry.entry_id, entry.charge_id, month_of(from_us(entry.booked_us)),
       entry.net_yen, entry.tax_percent, entry.tax_yen, entry.total_yen, entry.booked_us}));
  return {};
}

Result<std::vector<LedgerRow>> Ledger::page(store::Tx& tx, Month month, std::int64_t after,
                                            std::size_t limit) {
  RESCUE_ASSIGN(const auto rows, tx.query(kPage, {month, after, static_cast<std::int64_t>(limit)}));
  std::vector<LedgerRow> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(auto entry, row_from(row));
    out.push_back(std::move(entry));
  }
  return out;
}

Result<std::vector<LedgerSum>> Ledger::sums(store::Tx& tx, Month month) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT kind, tax_percent, COUNT(*), CAST(SUM(net_yen) AS BIGINT), "
                         "CAST(SUM(tax_yen) AS BIGINT), CAST(SUM(total_yen) AS BIGINT) FROM ledger "
                         "WHERE month = ? GROUP BY kind, tax_percent ORDER BY kind, tax_percent",
                         {month}));
  std::vector<LedgerSum> out;
  for (const auto& row : rows) {
    out.push_back({.kind = row.text(0),
                   .tax_percent = row.integer(1),
                   .count = row.integer(2),
                   .net_yen = row.integer(3),
                   .tax_yen = row.integer(4),
                   .total_yen = row.integer(5)});
  }
  return out;
}

Result<std::int64_t> Ledger::last_number(store::Tx& tx, Month month) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT COALESCE(MAX(number), 0) FROM ledger WHERE month = ?", {month}));
  return row->integer(0);
}

}  // namespace rescue::pricing
