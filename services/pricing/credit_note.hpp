#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "charge_store.hpp"

namespace rescue::pricing {

/// How much of a charge's line is credited. Lines count from 1, as the charge shows them.
struct CreditLine {
  std::int64_t line = 0;
  std::int64_t net_yen = 0;
};

/// What takes a charge back, in part or whole. Never changed once it was made; the charge stays as it is.
struct CreditNote {
  std::string credit_note_id;
  std::int64_t number = 0;  ///< 1, 2, 3 … over all charges, without gaps
  std::string charge_id;
  Json lines;  ///< [{line, code, title, net_yen}]
  std::int64_t net_yen = 0, tax_percent = 0, tax_yen = 0, total_yen = 0;
  std::string reason;
  std::string created_by;  ///< "operator:k3"
  std::int64_t created_us = 0;
};

/// The amounts of the next credit note on `charge`, after `earlier` ones: of `lines`, or of all that is left
/// of it. The tax that is left is always that of the net that is left, rounded down once, so that all credit
/// notes together never take back more than was charged, and a full one the last yen. kConflict
/// "charge-credited" (nothing is left) or "credit-too-large"; kInvalid names the line.
Result<CreditNote> compute_credit(const Charge& charge, const std::vector<CreditNote>& earlier,
                                  const std::optional<std::vector<CreditLine>>& lines);

/// {credit_note_id, number, charge_id, lines, net_yen, tax_percent, tax_yen, total_yen, reason, created_at};
/// `created_by` for staff only.
Json to_json(const CreditNote& note, bool for_staff);

class CreditNoteStore {
 public:
  /// Gives it its number, and its entry in the ledger.
  static Status insert(store::Tx& tx, CreditNote& note);
  /// Oldest first. A charge has at most kMax of them.
  static Result<std::vector<CreditNote>> of_charge(store::Tx& tx, const std::string& charge_id);
  static constexpr std::int64_t kMax = 200;
  /// What was taken back of the charges whose ids lie between the two, tax included.
  static Result<std::map<std::string, std::int64_t>> credited(store::Tx& tx, const std::string& first,
                                                              const std::string& last);
};

}  // namespace rescue::pricing
