#pragma once

#include <optional>

#include "condition.hpp"
#include "rescue/base/json.hpp"

namespace rescue::sigma {

struct ReadDetection {
  Detection detection;
  std::optional<Aggregation> aggregation;
};

/// The part `detection` of a rule. kInvalid with the reason.
Result<ReadDetection> read_detection(const Json& text);

}  // namespace rescue::sigma
