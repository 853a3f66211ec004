#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::pricing {

/// A comparison as it was shown. It never changes.
struct StoredComparison {
  std::string comparison_id;
  std::optional<std::string> incident_id;  ///< nothing: it was shown for the server alone
  std::string server_id;
  std::string customer;
  std::string sha256;
  Json document;
  std::int64_t shown_us = 0;
  std::int64_t expires_us = 0;
  std::string shown_to;  ///< key id
};

class ComparisonStore {
 public:
  /// Keeps it, and makes room: of its server only the `kept_max` newest stay, and what expired more than a
  /// day before it was shown goes. A choice that waited for pricing that long finds its comparison no more.
  static Status insert(store::Tx& tx, const StoredComparison& comparison, std::int64_t kept_max);
  /// kNotFound ("comparison-not-found").
  static Result<StoredComparison> get(store::Tx& tx, const std::string& comparison_id);
};

}  // namespace rescue::pricing
