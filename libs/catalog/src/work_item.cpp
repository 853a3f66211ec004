#include "rescue/catalog/work_item.hpp"

namespace rescue::catalog {

std::string_view to_string(WorkItem item) {
  switch (item) {
    case WorkItem::kMailAbuseResponse:
      return "mail_abuse_response";
    case WorkItem::kInvestigation:
      return "investigation";
    case WorkItem::kInvestigationRecovery:
      return "investigation_recovery";
    case WorkItem::kInvestigationRecoveryReinstall:
      return "investigation_recovery_reinstall";
  }
  return "";
}

const std::vector<std::string>& work_item_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto item : kWorkItems) out.emplace_back(to_string(item));
    return out;
  }();
  return names;
}

Result<WorkItem> parse_work_item(std::string_view text) {
  for (const auto item : kWorkItems) {
    if (to_string(item) == text) return item;
  }
  std::string list;
  for (const auto& name : work_item_names()) list += (list.empty() ? "" : ", ") + name;
  return fail(ErrorCode::kInvalid, "not-allowed-value", "must be one of: " + list);
}

}  // namespace rescue::catalog
