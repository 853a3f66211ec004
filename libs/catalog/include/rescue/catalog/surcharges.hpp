#pragma once

#include <map>
#include <optional>
#include <string>

#include "rescue/base/yen.hpp"
#include "rescue/catalog/local_text.hpp"
#include "rescue/catalog/timeline.hpp"
#include "rescue/catalog/work_item.hpp"

namespace rescue::catalog {

/// One version of a list of what comes on top of each work item's price: for work out of business hours
/// (R11), or for an operating system past its support (R8). Immutable.
struct Surcharges {
  std::string version;
  Validity validity;
  LocalText title;
  std::optional<LocalText> limits;  ///< what the work then does not cover (R8)
  std::map<WorkItem, Yen> net;
};

/// out_of_hours.yaml and special_work.yaml (api/schemas/annex-surcharges.schema.json): a price for each of
/// the four work items. `with_limits`: "limits" must stand there, otherwise it must not.
Result<Timeline<Surcharges>> read_surcharges(const Json& value, bool with_limits);

}  // namespace rescue::catalog
