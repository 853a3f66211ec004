#include "complaints.hpp"

#include <algorithm>

namespace rescue::workflow {
namespace {

using Word = Standing::Word;

constexpr std::size_t kComplaintsMax = 5;
/// More than a server has; the worker takes 256.
constexpr std::size_t kAddressesMax = 64;
constexpr std::chrono::hours kAddressesHold{24 * 7};

struct Known {
  std::vector<std::string> addresses;
  std::int64_t as_of_us = 0;
};

struct Told {
  Json complaints = Json::array();
  Known newest;  ///< what the newest report came with
};

Result<Told> told_by_reports(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT body, received_us FROM reports WHERE incident_id = ? ORDER BY "
                         "received_us DESC, report_id DESC LIMIT 50",
                         {incident_id}));
  Told out;
  for (const auto& row : rows) {
    const Json body = parse_json(row.text(0)).value_or(Json::object());
    if (&row == &rows.front()) {
      out.newest = {body.value("addresses", std::vector<std::string>()), row.integer(1)};
    }
    const Json complaint = body.value("complaint", Json());
    const bool fresh = complaint.is_object() && std::find(out.complaints.begin(), out.complaints.end(),
                                                          complaint) == out.complaints.end();
    if (fresh && out.complaints.size() < kComplaintsMax) out.complaints.push_back(complaint);
  }
  return out;
}

/// The one that was complained about first.
std::vector<std::string> with_in_front(std::vector<std::string> addresses, const Known& reported) {
  if (!reported.addresses.empty()) {
    const auto named = std::find(addresses.begin(), addresses.end(), reported.addresses.front());
    if (named != addresses.end()) std::rotate(addresses.begin(), named, named + 1);
  }
  if (addresses.size() > kAddressesMax) addresses.resize(kAddressesMax);
  return addresses;
}

Status keep(store::Tx& tx, const std::string& incident_id, const Known& known) {
  RESCUE_TRY(
      tx.execute("INSERT INTO contract_addresses (incident_id, addresses, asked_us) VALUES (?, ?, ?) ON "
                 "CONFLICT (incident_id) DO UPDATE SET addresses = excluded.addresses, asked_us = "
                 "excluded.asked_us",
                 {incident_id, dump_json(Json(known.addresses)), known.as_of_us}));
  return {};
}

/// What the directory said last, or what the newest report brought if that is newer.
Result<Known> last_known(store::Tx& tx, const std::string& incident_id, const Known& reported) {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT addresses, asked_us FROM contract_addresses WHERE incident_id = ?", {incident_id}));
  if (!row || row->integer(1) < reported.as_of_us) return reported;
  const Json kept = parse_json(row->text(0)).value_or(Json::array());
  return Known{with_in_front(kept.get<std::vector<std::string>>(), reported), row->integer(1)};
}

}  // namespace

Result<Json> outside_of(store::Tx& tx, const std::string& incident_id, const Standing& standing,
                        Timestamp now) {
  RESCUE_ASSIGN(auto told, told_by_reports(tx, incident_id));
  Json out{{"addresses", Json::array()},
           {"contract_addresses", Json::array()},
           {"complaints", std::move(told.complaints)},
           {"contract", "over"},
           {"given_us", to_us(now)}};
  if (standing.word == Word::kOver) return out;
  Known known{with_in_front(standing.addresses, told.newest), to_us(now)};
  if (standing.word == Word::kTheirs) {
    RESCUE_TRY(keep(tx, incident_id, known));
  } else {
    RESCUE_ASSIGN(known, last_known(tx, incident_id, told.newest));
  }
  out["contract"] = standing.word == Word::kTheirs ? "theirs" : "not_asked";
  out["contract_addresses"] = known.addresses;
  if (now - from_us(known.as_of_us) <= kAddressesHold) out["addresses"] = known.addresses;
  return out;
}

}  // namespace rescue::workflow
