#include "rescue/catalog/catalogue.hpp"

#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::sys_days;

template <class Row>
Result<const Row*> in_force(const Timeline<Row>& rows, sys_days day, std::string_view what) {
  const auto* row = rows.on(day);
  if (row == nullptr) {
    return fail(ErrorCode::kUnavailable, "annex-missing",
                "no version of the " + std::string(what) + " is in force on " + format_day(day));
  }
  return row;
}

Json surcharges_json(const Surcharges& surcharges) {
  Json net = Json::object();
  for (const auto& [item, yen] : surcharges.net) net[std::string(to_string(item))] = yen.amount;
  Json out = {
      {"version", surcharges.version}, {"title", to_json(surcharges.title)}, {"net_yen", std::move(net)}};
  if (surcharges.limits) out["limits"] = to_json(*surcharges.limits);
  return out;
}

Json item_json(const PriceList& prices, const Offer& offer) {
  Yen price;
  for (const auto& line : prices.lines_of(offer.work_item)) price += line.net;
  Json out = {{"work_item", to_string(offer.work_item)},
              {"title", to_json(offer.title)},
              {"price_yen", price.amount},
              {"available", !offer.unavailable_reason}};
  if (offer.unavailable_reason) out["unavailable_reason"] = to_json(*offer.unavailable_reason);
  return out;
}

}  // namespace

Result<Catalogue> Catalogue::on(AnnexSnapshot annexes, sys_days day) {
  Catalogue out;
  out.day_ = day;
  out.annexes_ = std::move(annexes);
  const auto& in = *out.annexes_;
  RESCUE_ASSIGN(out.prices_, in_force(*in.prices, day, "price list"));
  RESCUE_ASSIGN(out.out_of_hours_, in_force(*in.out_of_hours, day, "out-of-hours prices"));
  RESCUE_ASSIGN(out.special_work_, in_force(*in.special_work, day, "special work fees"));
  RESCUE_ASSIGN(out.terms_, in.documents->on(kTerms, day));
  RESCUE_ASSIGN(out.specification_, in.documents->on(kSpecification, day));
  return out;
}

Result<Catalogue> Catalogue::at(AnnexSnapshot annexes, Timestamp at) {
  return on(std::move(annexes), day_in_tokyo(at));
}

Json Catalogue::versions() const {
  return {{"prices", prices_->version},
          {"out_of_hours", out_of_hours_->version},
          {"special_work", special_work_->version},
          {"terms", terms_.version},
          {"specification", specification_.version}};
}

Result<Json> Catalogue::to_json() const {
  RESCUE_ASSIGN(const auto consents, annexes_->consents->on(day_));
  Json items = Json::array();
  for (const auto item : kWorkItems) items.push_back(item_json(*prices_, offer(item)));
  return Json{{"versions", versions()},
              {"currency", "JPY"},
              {"tax_percent", prices_->tax_percent},
              {"items", std::move(items)},
              {"out_of_hours", surcharges_json(*out_of_hours_)},
              {"special_work", surcharges_json(*special_work_)},
              {"consents", catalog::to_json(consents)}};
}

Json Catalogue::systems_json() const {
  const auto list = [this](const SupportedSystems& systems) {
    Json out = Json::array();
    for (const auto* system : systems.on(day_)) out.push_back(catalog::to_json(*system, day_));
    return out;
  };
  return {{"on", format_day(day_)},
          {"operating_systems", list(*annexes_->operating_systems)},
          {"packages", list(*annexes_->packages)}};
}

}  // namespace rescue::catalog
