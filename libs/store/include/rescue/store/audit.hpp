#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::store {

/// One row of the audit trail: who did what, when and why. Rows are chained: each hash covers the row and the
/// hash before it (one chain per database), so that a changed or removed row shows.
struct AuditRow {
  std::int64_t number = 0;
  std::int64_t at_us = 0;
  std::string incident_id;  ///< "" when it is about no incident
  std::string actor;        ///< "operator:k3", "customer:C-1001/…", "system"
  std::string action;       ///< fixed name, e.g. "incident.transition"
  std::string reason;
  Json details = Json::object();
  std::string hash;
};

class Audit {
 public:
  /// Appends `row` (number and hash are given here) in the caller's transaction.
  static Status append(Tx& tx, const AuditRow& row);
  /// Several, in their order; the chain's end is read and written once.
  static Status append_all(Tx& tx, std::span<const AuditRow* const> rows);
  /// Rows of one incident with number > `after`, at most `limit`.
  static Result<std::vector<AuditRow>> of_incident(Tx& tx, const std::string& incident_id, std::int64_t after,
                                                   std::size_t limit);
  /// Walks the whole chain: kCorrupt names the first row that does not fit. Returns the number of rows.
  static Result<std::int64_t> verify(Tx& tx);
};

}  // namespace rescue::store
