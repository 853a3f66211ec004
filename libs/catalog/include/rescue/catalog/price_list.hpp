#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/yen.hpp"
#include "rescue/catalog/annex_text.hpp"
#include "rescue/catalog/local_text.hpp"
#include "rescue/catalog/timeline.hpp"
#include "rescue/catalog/work_item.hpp"

namespace rescue::catalog {

/// One line of a quote, the rule that made it, and what it costs without tax.
struct PriceLine {
  std::string code;  ///< a work item's name, "reinstall", "out_of_hours" or "special_work"
  std::string rule;  ///< "R21", "R19", "R11" or "R8"
  LocalText title;
  Yen net;
};

/// What may happen to the customer's data.
struct DataRisk {
  std::string level;  ///< "none", "low", "medium" or "high"
  LocalText text;
};

/// One of the four work items as it is offered.
struct Offer {
  WorkItem work_item = WorkItem::kInvestigation;
  LocalText title;
  /// None: it can be ordered.
  std::optional<LocalText> unavailable_reason;
  std::chrono::minutes start_within{};  ///< working time from the order (or the opening) to the beginning
  std::chrono::minutes work{};          ///< working time from the beginning to the report
  LocalText downtime;
  DataRisk data_risk;
};

/// What the customer is told about putting it right alone (R2).
struct SelfRemediation {
  LocalText title;
  LocalText downtime;
  DataRisk data_risk;
};

/// One version of the price list. Immutable.
struct PriceList {
  std::string version;
  Validity validity;
  int tax_percent = 0;
  std::map<std::string, PriceLine, std::less<>> lines;
  std::map<WorkItem, Offer> offers;
  SelfRemediation self_remediation;

  /// The lines that make up an item. Item 4 is item 3 and a reinstall line (R19).
  std::vector<PriceLine> lines_of(WorkItem item) const;
};

/// prices.yaml; the form stands in api/schemas/annex-prices.schema.json. kInvalid with the place in
/// `pointer`: every version has all lines and the four work items (R21), and nothing else.
Result<Timeline<PriceList>> read_price_lists(const Json& value);

}  // namespace rescue::catalog
