#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::pricing {

/// A month in Asia/Tokyo as year × 100 + month: 202609.
using Month = std::int64_t;
Month month_of(Timestamp at);
/// "2026-09"; kInvalid ("bad-query").
Result<Month> parse_month(std::string_view text);
std::string format_month(Month month);

/// What one entry adds to the books. A credit note's amounts are negative.
struct LedgerEntry {
  std::string kind;  ///< "charge" or "credit_note"
  std::string entry_id;
  std::string charge_id;
  std::int64_t net_yen = 0, tax_percent = 0, tax_yen = 0, total_yen = 0;
  std::int64_t booked_us = 0;
};

/// One entry with all that a billing system wants to know of it.
struct LedgerRow {
  std::int64_t number = 0;
  LedgerEntry entry;
  std::string order_id, incident_id, customer, server_id, work_item, outcome;
  std::int64_t completed_us = 0;
  Json lines;
  std::int64_t credit_note_number = 0;  ///< 0: it is a charge
  std::string reason;                   ///< of the credit note
};

/// Count and sums of a month's entries of one kind at one tax rate.
struct LedgerSum {
  std::string kind;
  std::int64_t tax_percent = 0, count = 0, net_yen = 0, tax_yen = 0, total_yen = 0;
};

/// Charges and credit notes in the order of their booking. A month is the one of the booking: what a month
/// that is over holds never changes. Entries are added in the transaction of what they book.
class Ledger {
 public:
  static Status book(store::Tx& tx, const LedgerEntry& entry);
  /// Of that month with a number above `after`, in the order of their numbers.
  static Result<std::vector<LedgerRow>> page(store::Tx& tx, Month month, std::int64_t after,
                                             std::size_t limit);
  static Result<std::vector<LedgerSum>> sums(store::Tx& tx, Month month);
  /// The number of the month's last entry; 0: it has none.
  static Result<std::int64_t> last_number(store::Tx& tx, Month month);
};

}  // namespace rescue::pricing
