#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detection.hpp"
#include "rescue/base/result.hpp"

namespace rescue::sigma {

/// What stands behind the `|` of an old rule: "count(field) by group > 5".
struct Aggregation {
  std::string field;  ///< "": the events themselves are counted, else its different values
  std::vector<std::string> group_by;
  std::string way;  ///< gt, gte, lt, lte or eq
  double number = 0;
};

struct Condition {
  Node node;
  std::optional<Aggregation> aggregation;
};

/// A condition over the selections of these names (Sigma specification 2.1, "Condition"). kInvalid names the
/// word that is wrong. Size and nesting are bounded.
Result<Condition> parse_condition(std::string_view text, const std::vector<std::string>& names);

}  // namespace rescue::sigma
