#include "rescue/catalog/price_list.hpp"

#include <array>

#include "annex_fields.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::minutes;

constexpr std::string_view kReinstallLine = "reinstall";
constexpr std::int64_t kNetYenMax = 100'000'000;
constexpr std::int64_t kMinutesMax = 60L * 24 * 365;

/// What each line is made by: its own work item (R21), or a reinstall in the fourth (R19).
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLines = {
    {{"mail_abuse_response", "R21"},
     {"investigation", "R21"},
     {"investigation_recovery", "R21"},
     {kReinstallLine, "R19"}}};

std::vector<std::string> line_codes() {
  std::vector<std::string> out;
  for (const auto& [code, rule] : kLines) out.emplace_back(code);
  return out;
}

Result<DataRisk> read_risk(JsonReader in) {
  DataRisk risk;
  risk.level = in.one_of("level", {"none", "low", "medium", "high"});
  auto text = in.object("text");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(risk.text, read_text(std::move(text)));
  return risk;
}

Status read_line(PriceList& list, const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  PriceLine line;
  line.code = in.one_of("code", line_codes());
  line.net.amount = in.integer("net_yen", 0, kNetYenMax);
  auto title = in.object("title");
  RESCUE_TRY(in.done());
  for (const auto& [code, rule] : kLines) {
    if (code == line.code) line.rule = rule;
  }
  RESCUE_ASSIGN(line.title, read_text(std::move(title)));
  const std::string code = line.code;
  if (!list.lines.emplace(code, std::move(line)).second) return twice(code, pointer);
  return {};
}

Status read_offer(PriceList& list, const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  Offer offer;
  const auto item = parse_work_item(in.one_of("work_item", work_item_names()));
  const bool available = in.boolean("available", true);
  auto reason = in.optional_object("unavailable_reason");
  if (available == reason.has_value()) {
    in.fault("unavailable_reason", "missing-field", "must stand where, and only where, available is false");
  }
  offer.start_within = minutes(in.integer("start_within_minutes", 0, kMinutesMax));
  offer.work = minutes(in.integer("work_minutes", 1, kMinutesMax));
  auto title = in.object("title");
  auto downtime = in.object("downtime");
  auto risk = in.object("data_risk");
  RESCUE_TRY(in.done());
  offer.work_item = *item;
  RESCUE_ASSIGN(offer.title, read_text(std::move(title)));
  RESCUE_ASSIGN(offer.downtime, read_text(std::move(downtime)));
  RESCUE_ASSIGN(offer.data_risk, read_risk(std::move(risk)));
  if (reason) {
    RESCUE_ASSIGN(offer.unavailable_reason, read_text(std::move(*reason)));
  }
  if (!list.offers.emplace(*item, std::move(offer)).second) return twice(to_string(*item), pointer);
  return {};
}

Result<SelfRemediation> read_self_remediation(JsonReader in) {
  SelfRemediation out;
  auto title = in.object("title");
  auto downtime = in.object("downtime");
  auto risk = in.object("data_risk");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(out.title, read_text(std::move(title)));
  RESCUE_ASSIGN(out.downtime, read_text(std::move(downtime)));
  RESCUE_ASSIGN(out.data_risk, read_risk(std::move(risk)));
  return out;
}

Status check_whole(const PriceList& list, const std::string& pointer) {
  for (const auto& [code, rule] : kLines) {
    if (!list.lines.contains(code)) return missing(code, pointer + "/lines");
  }
  for (const auto item : kWorkItems) {
    if (!list.offers.contains(item)) return missing(to_string(item), pointer + "/items");
  }
  return {};
}

Result<PriceList> read_price_list(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  PriceList list;
  list.version = in.text("version", {.max_bytes = 64});
  list.validity = read_validity(in);
  list.tax_percent = static_cast<int>(in.integer("tax_percent", 0, 100));
  const Json* lines = in.raw("lines");
  const Json* items = in.raw("items");
  auto self_remediation = in.object("self_remediation");
  RESCUE_TRY(in.done());
  RESCUE_TRY(each_entry(lines, pointer + "/lines", [&](const Json& line, const std::string& place) {
    return read_line(list, line, place);
  }));
  RESCUE_TRY(each_entry(items, pointer + "/items", [&](const Json& item, const std::string& place) {
    return read_offer(list, item, place);
  }));
  RESCUE_ASSIGN(list.self_remediation, read_self_remediation(std::move(self_remediation)));
  RESCUE_TRY(check_whole(list, pointer));
  return list;
}

}  // namespace

std::vector<PriceLine> PriceList::lines_of(WorkItem item) const {
  if (item == WorkItem::kInvestigationRecoveryReinstall) {
    auto out = lines_of(WorkItem::kInvestigationRecovery);
    out.push_back(lines.find(kReinstallLine)->second);
    return out;
  }
  return {lines.find(to_string(item))->second};
}

Result<Timeline<PriceList>> read_price_lists(const Json& value) {
  JsonReader in(value);
  in.one_of("currency", {"JPY"});
  const Json* versions = in.raw("versions");
  RESCUE_TRY(in.done());
  Timeline<PriceList> out;
  TimelineCheck check;
  RESCUE_TRY(each_entry(versions, "/versions", [&](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto list, read_price_list(entry, pointer));
    RESCUE_TRY(check.add("the price list", list.validity, pointer));
    out.add(std::move(list));
    return {};
  }));
  return out;
}

}  // namespace rescue::catalog
