#pragma once

#include <string>
#include <vector>

#include "incidents.hpp"

namespace rescue::workflow {

/// The fee of one order, and what pricing says of its charge. It is due when the incident is complete, or
/// cancelled after the work had begun (R41); each has one charge (R42).
struct Fee {
  std::string order_id, incident_id, quote_id, work_item, customer, outcome;
  std::int64_t total_yen = 0, due_us = 0;
  std::optional<std::string> charge_id;
  std::optional<std::int64_t> charged_yen;

  /// "matched", "missing" (no charge yet) or "differs" (of another amount than was ordered).
  std::string_view state() const;
};

class Fees {
 public:
  /// In the transaction of the step that makes it due.
  static Status due(store::Tx& tx, const std::string& order_id, const std::string& outcome, Timestamp now);
  /// Pricing has charged the order.
  static Status charged(store::Tx& tx, const std::string& order_id, const std::string& charge_id,
                        std::int64_t total_yen);

  struct Filter {
    std::int64_t from_us = 0, to_us = INT64_MAX;  ///< due in [from, to)
    bool unmatched = false;
  };
  /// In the order of their orders' ids.
  static Result<std::vector<Fee>> list(store::Tx& tx, const Filter& filter, const std::string& after,
                                       std::size_t limit);
};

Json to_json(const Fee& fee);

}  // namespace rescue::workflow
