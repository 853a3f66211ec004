#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

struct QueueWays {
  Json criteria = {};  ///< {"any": [...]}, of queue_criteria.hpp; empty: nothing may be purged by machine
  Json left = {};      ///< sentences: what no narrow criterion was found for
};

/// The criteria for these ways: an abused account by its name; an abused script by its name and the owner of
/// the file, as long as it lies under `root` (PHP names both), nothing else that is served has both and its
/// name is not one that many sites have;
/// an open relay by the addresses of those who used it.
QueueWays queue_criteria_for(const std::vector<Way>& ways, const std::string& root);

}  // namespace rescue::recovery
