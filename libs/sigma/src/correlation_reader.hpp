#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "condition.hpp"
#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/sigma/rule.hpp"

namespace rescue::sigma {

/// A correlation whose rules have not been looked up yet.
struct Untied {
  Correlation correlation;
  std::vector<std::string> names;                                     ///< ids or names of its rules
  std::map<std::string, std::map<std::string, std::string>> aliases;  ///< alias → rule → field
  bool generate = false;                                              ///< its rules tell what they find, too
};

/// "15s", "30m", "24h", "7d" (Sigma specification 2.1, "Timespan") in microseconds.
std::optional<std::int64_t> parse_span(std::string_view text);

/// The part `correlation` of a document. kInvalid with the reason.
Result<Untied> read_correlation(const About& about, const Json& text);

/// What an old rule's condition counts, as a correlation over that rule alone.
Result<Correlation> counting_of(const About& about, const Aggregation& aggregation, const Json& timeframe);

}  // namespace rescue::sigma
