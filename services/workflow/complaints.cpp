#include "complaints.hpp"

#include <algorithm>

namespace rescue::workflow {
namespace {

constexpr std::size_t kComplaintsMax = 5;
constexpr std::chrono::hours kAddressesHold{24 * 7};

}  // namespace

Result<Json> outside_of(store::Tx& tx, const std::string& incident_id, Timestamp now) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT body, received_us FROM reports WHERE incident_id = ? ORDER BY "
                         "received_us DESC, report_id DESC LIMIT 50",
                         {incident_id}));
  Json addresses = Json::array(), of_contract = Json::array();
  Json complaints = Json::array();
  for (const auto& row : rows) {
    const Json body = parse_json(row.text(0)).value_or(Json::object());
    const bool newest = &row == &rows.front();
    if (newest) of_contract = body.value("addresses", of_contract);
    if (newest && now - from_us(row.integer(1)) <= kAddressesHold) addresses = of_contract;
    const Json complaint = body.value("complaint", Json());
    const bool fresh = complaint.is_object() &&
                       std::find(complaints.begin(), complaints.end(), complaint) == complaints.end();
    if (fresh && complaints.size() < kComplaintsMax) complaints.push_back(complaint);
  }
  return Json{{"addresses", std::move(addresses)},
              {"contract_addresses", std::move(of_contract)},
              {"complaints", std::move(complaints)}};
}

}  // namespace rescue::workflow
