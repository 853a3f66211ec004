#include "reconciliation.hpp"

#include <charconv>
#include <chrono>
#include <map>

namespace rescue::ctl {
namespace {

std::string text(const Json& object, const char* key) {
  return object.contains(key) && object.at(key).is_string() ? object.at(key).get<std::string>() : "";
}

std::int64_t yen(const Json& object, const char* key) {
  return object.contains(key) && object.at(key).is_number_integer() ? object.at(key).get<std::int64_t>() : 0;
}

using ByOrder = std::multimap<std::string, const Json*>;

ByOrder by_order(const AroundMonth& list) {
  ByOrder out;
  for (const auto* part : {&list.month, &list.beside}) {
    for (const auto& item : *part) {
      if (item.contains("kind") && item.at("kind") != "charge") continue;
      out.emplace(text(item, "order_id"), &item);
    }
  }
  return out;
}

/// What is wrong between a fee and its one charge; "" when they match.
std::string difference(const Json& fee, const Json& charge) {
  if (text(fee, "incident_id") != text(charge, "incident_id")) {
    return "charged to the incident " + text(charge, "incident_id");
  }
  if (yen(fee, "total_yen") != yen(charge, "total_yen")) {
    return "ordered for " + std::to_string(yen(fee, "total_yen")) + " yen, charged " +
           std::to_string(yen(charge, "total_yen"));
  }
  if (text(fee, "charge_id").empty())
    return "charged as " + text(charge, "charge_id") + ", which workflow was not told";
  if (text(fee, "charge_id") != text(charge, "charge_id")) {
    return "charged as " + text(charge, "charge_id") + ", not as " + text(fee, "charge_id");
  }
  return "";
}

}  // namespace

std::vector<Mismatch> compare(const AroundMonth& fees, const AroundMonth& charges) {
  std::vector<Mismatch> out;
  const auto charged = by_order(charges);
  const auto due = by_order(fees);
  for (const auto& fee : fees.month) {
    const auto order_id = text(fee, "order_id");
    const auto [first, last] = charged.equal_range(order_id);
    std::string what = first == last ? "due, but not charged" : difference(fee, *first->second);
    if (first != last && std::next(first) != last) what = "charged more than once";
    if (!what.empty()) out.push_back({order_id, text(fee, "incident_id"), what});
  }
  for (const auto& charge : charges.month) {
    if (charge.contains("kind") && charge.at("kind") != "charge") continue;
    const auto order_id = text(charge, "order_id");
    if (due.contains(order_id)) continue;
    out.push_back({order_id, text(charge, "incident_id"),
                   "charged as " + text(charge, "charge_id") + ", but nothing is due"});
  }
  return out;
}

Result<std::vector<std::string>> months_beside(const std::string& month) {
  int year = 0;
  unsigned number = 0;
  const bool shaped =
      month.size() == 7 && month[4] == '-' && month.find_first_not_of("0123456789-") == std::string::npos;
  const auto* text = month.data();
  const bool read = shaped && std::from_chars(text, text + 4, year).ptr == text + 4 &&
                    std::from_chars(text + 5, text + 7, number).ptr == text + 7;
  const std::chrono::year_month_day first(std::chrono::year(year), std::chrono::month(number),
                                          std::chrono::day(1));
  if (!read || !first.ok() || year < 1) {
    return fail(ErrorCode::kInvalid, "bad-option", "a month is written as YYYY-MM: 2026-09");
  }
  std::vector<std::string> out;
  for (const auto& one : {first - std::chrono::months(1), first + std::chrono::months(1)}) {
    const auto digits = std::to_string(10'000 + static_cast<int>(one.year())).substr(1);
    out.push_back(digits + "-" + std::to_string(100 + static_cast<unsigned>(one.month())).substr(1));
  }
  return out;
}

}  // namespace rescue::ctl
