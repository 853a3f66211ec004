#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "quote_store.hpp"

namespace rescue::pricing {

/// Incidents that belong together: one, and those that were opened to carry out a follow-up order on it or an
/// order beside its own. A case is named by the first of them.
class Cases {
 public:
  static Result<std::string> of_incident(store::Tx& tx, const std::string& incident_id);
  /// The quote was used for an order of this case.
  static Status add(store::Tx& tx, const std::string& quote_id, const std::string& case_id);
};

/// An incident may be ordered step by step, for the difference: where it was charged for a smaller item of
/// the same kind, `quote` becomes one for a follow-up order. It names the earlier orders, has a line that
/// takes off what they were charged (never more than what it is taken off from), and ends with the time for
/// follow-ups, `window` after the last report. The sum of all charges without tax is then that of the larger
/// item ordered at once. What credit notes took back is not charged again. kConflict: "work-item-covered",
/// "follow-up-too-late", "follow-up-not-possible".
Status follow_up_if_charged(store::Tx& tx, StoredQuote& quote, std::chrono::seconds window);

/// A quote holds only while what was charged for its case is what it was computed from: kConflict
/// ("quote-outdated").
Status check_follow_up(store::Tx& tx, const StoredQuote& quote, const std::string& case_id);

}  // namespace rescue::pricing
