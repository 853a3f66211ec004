#pragma once

#include <optional>
#include <string>
#include <vector>

#include "credit_note.hpp"
#include "parts.hpp"
#include "rescue/base/trace.hpp"

namespace rescue::pricing {

/// What an operator wants credited, strictly read.
struct CreditWish {
  std::string reason;
  std::optional<std::vector<CreditLine>> lines;  ///< none: all that is left
  std::int64_t total_yen = 0;                    ///< said a second time
};
Result<CreditWish> read_credit_wish(const Json& body);

/// Who credits, and the second person where there is one: "operator:k3".
struct CreditedBy {
  std::string actor;
  std::string approved_by = {};
};

/// The note as it would be made now, without an id. Those of compute_credit; kConflict
/// "credit-amounts-differ" where another sum was confirmed.
Result<CreditNote> compute_wish(store::Tx& tx, const Charge& charge, const CreditWish& wish);
/// Makes it, with ledger and audit row.
Result<CreditNote> make_credit(Parts& parts, store::Tx& tx, const Charge& charge, const CreditWish& wish,
                               const CreditedBy& by, const Trace& trace);

}  // namespace rescue::pricing
