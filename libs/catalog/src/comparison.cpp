#include "rescue/catalog/comparison.hpp"

namespace rescue::catalog {
namespace {

using calendar::BusinessCalendar;

Json price_json(const Price& price) {
  return {{"lines", to_json(price.lines)},
          {"net_yen", price.net.amount},
          {"tax_percent", price.tax_percent},
          {"tax_yen", price.tax.amount},
          {"total_yen", price.total.amount}};
}

Json timing_json(const Timing& timing) {
  return {{"out_of_hours", timing.out_of_hours},
          {"earliest_start", format_rfc3339(timing.earliest_start)},
          {"promised_finish", format_rfc3339(timing.promised_finish)},
          {"price", price_json(timing.price)}};
}

Json risk_json(const DataRisk& risk) {
  return {{"level", risk.level}, {"text", to_json(risk.text)}};
}

Json item_json(const ComparedItem& item) {
  const auto& offer = *item.offer;
  Json out = {{"work_item", to_string(offer.work_item)},
              {"title", to_json(offer.title)},
              {"available", !offer.unavailable_reason},
              {"downtime", to_json(offer.downtime)},
              {"data_risk", risk_json(offer.data_risk)},
              {"now", timing_json(item.now)},
              {"wait_until_opening", timing_json(item.wait_until_opening)},
              {"saving_yen", item.saving.amount}};
  if (offer.unavailable_reason) out["unavailable_reason"] = to_json(*offer.unavailable_reason);
  return out;
}

/// R2: nothing is charged, the customer begins at once, and nobody promises an end.
Json self_remediation_json(const SelfRemediation& self, const Comparison& comparison, int tax_percent) {
  Price nothing;
  nothing.tax_percent = tax_percent;
  return {{"title", to_json(self.title)},
          {"price", price_json(nothing)},
          {"earliest_start", format_rfc3339(comparison.at)},
          {"promised_finish", nullptr},
          {"downtime", to_json(self.downtime)},
          {"data_risk", risk_json(self.data_risk)}};
}

ComparedItem compared(const Catalogue& catalogue, const BusinessCalendar& calendar, const Offer& offer,
                      const Comparison& about) {
  const auto choose = [&](bool out_of_hours) {
    auto timing = timing_of(calendar, offer, about.at, out_of_hours);
    timing.price = price_of(catalogue, offer.work_item, out_of_hours, about.system.in_support);
    return timing;
  };
  ComparedItem out;
  out.offer = &offer;
  out.now = choose(!about.open_now);
  out.wait_until_opening = choose(false);
  out.saving = out.now.price.total - out.wait_until_opening.price.total;
  return out;
}

}  // namespace

Timing timing_of(const BusinessCalendar& calendar, const Offer& offer, Timestamp at, bool out_of_hours) {
  Timing out;
  out.out_of_hours = out_of_hours;
  const auto begin = calendar.work_start(at, out_of_hours);
  if (out_of_hours) {
    out.earliest_start = begin + offer.start_within;
    out.promised_finish = out.earliest_start + offer.work;
  } else {
    // The end of a day's business time is nobody's beginning.
    out.earliest_start = calendar.next_opening(calendar.add(begin, offer.start_within));
    out.promised_finish = calendar.add(out.earliest_start, offer.work);
  }
  if (offer.work_item == WorkItem::kInvestigationRecoveryReinstall) {
    out.promised_finish = std::max(out.promised_finish, calendar.closing_of(calendar.reinstall_day(at)));
  }
  return out;
}

Result<Comparison> compare(const Catalogue& catalogue, const BusinessCalendar& calendar,
                           std::string server_id, const std::string& os, Timestamp at) {
  Comparison out;
  out.server_id = std::move(server_id);
  out.at = at;
  out.open_now = calendar.is_open(at);
  RESCUE_ASSIGN(out.system, standing_of(catalogue, os));
  for (const auto item : kWorkItems) {
    out.items.push_back(compared(catalogue, calendar, catalogue.offer(item), out));
  }
  return out;
}

Json to_json(const Comparison& comparison, const Catalogue& catalogue) {
  Json items = Json::array();
  for (const auto& item : comparison.items) items.push_back(item_json(item));
  const auto& prices = catalogue.prices();
  Json out = {
      {"server_id", comparison.server_id},
      {"at", format_rfc3339(comparison.at)},
      {"open_now", comparison.open_now},
      {"operating_system", to_json(comparison.system)},
      {"annex_versions", catalogue.versions()},
      {"self_remediation", self_remediation_json(prices.self_remediation, comparison, prices.tax_percent)},
      {"items", std::move(items)}};
  const auto& limits = catalogue.special_work().limits;
  if (!comparison.system.in_support && limits) out["limited_work"] = to_json(*limits);
  return out;
}

}  // namespace rescue::catalog
