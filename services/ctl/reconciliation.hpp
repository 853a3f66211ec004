#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::ctl {

/// One thing that does not match.
struct Mismatch {
  std::string order_id, incident_id, what;
};

/// One list of a month, and that list of the months before and after it: what one service did at the end of a
/// month the other may have done in the next.
struct AroundMonth {
  Json month = Json::array();
  Json beside = Json::array();
};

/// Holds workflow's fees that are due (GET /v1/fees) against pricing's charges (GET /v1/charges/export), both
/// ways: each fee of the month has its one charge, of the same incident, id and amount; each charge of the
/// month has its fee.
std::vector<Mismatch> compare(const AroundMonth& fees, const AroundMonth& charges);

/// "2026-08" and "2026-10" for "2026-09"; kInvalid unless it is such a month.
Result<std::vector<std::string>> months_beside(const std::string& month);

}  // namespace rescue::ctl
