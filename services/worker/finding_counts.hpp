#pragma once

#include "rescue/base/json.hpp"

namespace rescue::worker {

/// What was found so far, by severity.
struct FindingCounts {
  std::int64_t critical = 0, high = 0, medium = 0, low = 0, info = 0;
};

inline Json to_json(const FindingCounts& counts) {
  return {{"critical", counts.critical},
          {"high", counts.high},
          {"medium", counts.medium},
          {"low", counts.low},
          {"info", counts.info}};
}

}  // namespace rescue::worker
