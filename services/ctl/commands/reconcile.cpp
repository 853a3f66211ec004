#include "reconciliation.hpp"

#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

constexpr std::size_t kItemsMax = 1'000'000;

Result<AroundMonth> fetch(Session& session, const std::string& path, const std::string& month,
                          const std::vector<std::string>& beside) {
  AroundMonth out;
  RESCUE_ASSIGN(auto list, session.api.get_all(path, {{"month", month}}, kItemsMax));
  out.month = std::move(list["items"]);
  for (const auto& other : beside) {
    RESCUE_ASSIGN(auto more, session.api.get_all(path, {{"month", other}}, kItemsMax));
    for (auto& item : more["items"]) out.beside.push_back(std::move(item));
  }
  return out;
}

Json to_json(const std::vector<Mismatch>& mismatches) {
  Json out = Json::array();
  for (const auto& one : mismatches) {
    out.push_back({{"order_id", one.order_id}, {"incident_id", one.incident_id}, {"what", one.what}});
  }
  return out;
}

std::string result_text(const Json& result) {
  if (result["mismatches"].empty()) {
    return escaped(field(result, "month") + ": " + field(result, "fees") +
                   " fees, each with its one charge.") +
           "\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : result["mismatches"]) {
    rows.push_back({field(one, "order_id"), field(one, "incident_id"), field(one, "what")});
  }
  return table({"ORDER", "INCIDENT", "WHAT"}, rows);
}

}  // namespace

Status reconcile(Session& session, const Arguments& given) {
  const auto& month = given.words.at(0);
  RESCUE_ASSIGN(const auto beside, months_beside(month));
  RESCUE_ASSIGN(const auto fees, fetch(session, "/v1/fees", month, beside));
  RESCUE_ASSIGN(const auto charges, fetch(session, "/v1/charges/export", month, beside));
  const auto mismatches = compare(fees, charges);
  const Json result{{"month", month}, {"fees", fees.month.size()}, {"mismatches", to_json(mismatches)}};
  RESCUE_TRY(session.show(result, result_text));
  if (mismatches.empty()) return {};
  return fail(ErrorCode::kConflict, "missing-item",
              std::to_string(mismatches.size()) + " of " + month + " do not match");
}

}  // namespace rescue::ctl
