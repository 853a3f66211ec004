#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// The criteria of queue_criteria.hpp for these ways: an abused account by its name; an abused script by its
/// name and the owner of the file, as long as it lies under `root` (PHP names both); an open relay by the
/// addresses of those who used it. {"any": []} where nothing narrow enough is known: then nothing may be
/// purged by machine.
Json queue_criteria_for(const std::vector<Way>& ways, const std::string& root);

}  // namespace rescue::recovery
