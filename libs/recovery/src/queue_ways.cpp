#include "rescue/recovery/queue_ways.hpp"

#include "rescue/evidence/safe_root.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostCriteria = 64;

/// Only what parse_queue_criteria() would take.
void add(Json& any, Json criterion) {
  if (any.size() < kMostCriteria && parse_queue_criteria({{"any", Json::array({criterion})}}))
    any.push_back(std::move(criterion));
}

Json script_criterion(const std::string& script, const std::string& root) {
  Json out{{"script", script}};
  const auto server = evidence::SafeRoot::open(root);
  if (!server) return out;
  if (const auto info = server->info(script, evidence::SafeRoot::LastLink::kFollow)) out["uid"] = info->uid;
  return out;
}

}  // namespace

Json queue_criteria_for(const std::vector<Way>& ways, const std::string& root) {
  Json any = Json::array();
  for (const auto& way : ways) {
    if (way.way == "abused_account" && !way.account.empty()) add(any, {{"account", way.account}});
    if (way.way == "abused_script" && !way.script.empty()) add(any, script_criterion(way.script, root));
    if (way.way != "open_relay") continue;
    for (const auto& address : way.addresses) add(any, {{"address", address}});
  }
  return {{"any", std::move(any)}};
}

}  // namespace rescue::recovery
