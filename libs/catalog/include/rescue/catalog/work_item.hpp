#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::catalog {

/// The four things that can be ordered (R21).
enum class WorkItem {
  kMailAbuseResponse,
  kInvestigation,
  kInvestigationRecovery,
  kInvestigationRecoveryReinstall,
};

inline constexpr std::array kWorkItems = {WorkItem::kMailAbuseResponse, WorkItem::kInvestigation,
                                          WorkItem::kInvestigationRecovery,
                                          WorkItem::kInvestigationRecoveryReinstall};

/// The name used everywhere: "mail_abuse_response", "investigation", ….
std::string_view to_string(WorkItem item);
/// kInvalid ("not-allowed-value") lists the four names.
Result<WorkItem> parse_work_item(std::string_view text);
/// The four names, in order: what a JSON field of this kind may hold.
const std::vector<std::string>& work_item_names();

}  // namespace rescue::catalog
