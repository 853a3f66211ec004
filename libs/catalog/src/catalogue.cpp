#include "rescue/catalog/catalogue.hpp"

#include <functional>

#include "annex_file.hpp"

namespace rescue::catalog {
namespace {

constexpr std::string_view kReinstallLine = "reinstall";
constexpr std::size_t kTextBytesMax = 4'000;

/// The rules that an order must accept one by one: the disclaimers and cautions, R33–R45.
constexpr std::array kConsentRules = {"R33", "R34", "R35", "R36", "R37", "R38", "R39",
                                      "R40", "R41", "R42", "R43", "R44", "R45"};
constexpr std::array kLineCodes = {std::string_view("mail_abuse_response"), std::string_view("investigation"),
                                   std::string_view("investigation_recovery"), kReinstallLine};

std::string consent_id(std::string_view rule) {
  return "consent-r" + std::string(rule.substr(1));
}

Result<LocalText> read_text(JsonReader in) {
  LocalText out;
  out.ja = in.text("ja", {.max_bytes = kTextBytesMax});
  out.en = in.text("en", {.max_bytes = kTextBytesMax});
  RESCUE_TRY(in.done());
  return out;
}

Result<PriceLine> read_line(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  PriceLine line;
  line.code = in.one_of("code", {kLineCodes.begin(), kLineCodes.end()});
  line.net.amount = in.integer("net_yen", 0, 100'000'000);
  auto title = in.object("title");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(line.title, read_text(std::move(title)));
  return line;
}

Result<Offer> read_offer(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  Offer offer;
  const auto item = parse_work_item(in.one_of("work_item", work_item_names()));
  const bool available = in.boolean("available", true);
  auto reason = in.optional_object("unavailable_reason");
  if (available == reason.has_value()) {
    in.fault("unavailable_reason", "missing-field", "must stand where, and only where, available is false");
  }
  auto title = in.object("title");
  RESCUE_TRY(in.done());
  offer.work_item = *item;
  RESCUE_ASSIGN(offer.title, read_text(std::move(title)));
  if (reason) {
    RESCUE_ASSIGN(offer.unavailable_reason, read_text(std::move(*reason)));
  }
  return offer;
}

Result<Consent> read_consent(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  Consent consent;
  consent.rule = in.one_of("rule", {kConsentRules.begin(), kConsentRules.end()});
  consent.id = in.text("id");
  if (!consent.rule.empty() && consent.id != consent_id(consent.rule)) {
    in.fault("id", "not-allowed-value", "must be " + consent_id(consent.rule));
  }
  consent.version = in.text("version", {.max_bytes = 64});
  auto text = in.object("text");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(consent.text, read_text(std::move(text)));
  return consent;
}

/// Calls `read` for each entry of the list `key` with its place.
Status each_entry(JsonReader& in, const std::string& key,
                  const std::function<Status(const Json&, const std::string&)>& read) {
  const Json* list = in.raw(key);
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::kInvalid, "wrong-type", "must be a list", "/" + key);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    RESCUE_TRY(read((*list)[i], "/" + key + "/" + std::to_string(i)));
  }
  return {};
}

tl::unexpected<Error> twice(std::string_view what, const std::string& pointer) {
  return fail(ErrorCode::kInvalid, "duplicate-item", std::string(what) + " stands twice", pointer);
}
tl::unexpected<Error> missing(std::string_view what, const std::string& pointer) {
  return fail(ErrorCode::kInvalid, "missing-field", std::string(what) + " is missing", pointer);
}

}  // namespace

Json to_json(const LocalText& text) {
  return {{"ja", text.ja}, {"en", text.en}};
}

Status Catalogue::read_lines(JsonReader& in) {
  RESCUE_TRY(each_entry(in, "lines", [this](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto line, read_line(entry, pointer));
    const std::string code = line.code;
    if (!lines_.emplace(code, std::move(line)).second) return twice(code, pointer);
    return {};
  }));
  for (const auto code : kLineCodes) {
    if (!lines_.contains(code)) return missing(code, "/lines");
  }
  return {};
}

Status Catalogue::read_offers(JsonReader& in) {
  RESCUE_TRY(each_entry(in, "items", [this](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto offer, read_offer(entry, pointer));
    const WorkItem item = offer.work_item;
    if (!offers_.emplace(item, std::move(offer)).second) return twice(to_string(item), pointer);
    return {};
  }));
  for (const auto item : kWorkItems) {
    if (!offers_.contains(item)) return missing(to_string(item), "/items");
  }
  return {};
}

Status Catalogue::read_consents(JsonReader& in) {
  std::map<std::string, Consent, std::less<>> by_rule;
  RESCUE_TRY(each_entry(in, "consents", [&](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto consent, read_consent(entry, pointer));
    const std::string rule = consent.rule;
    if (!by_rule.emplace(rule, std::move(consent)).second) return twice(rule, pointer);
    return {};
  }));
  for (const auto* rule : kConsentRules) {
    const auto it = by_rule.find(rule);
    if (it == by_rule.end()) return missing(rule, "/consents");
    consents_.push_back(std::move(it->second));
  }
  return {};
}

Result<Catalogue> Catalogue::parse(const Json& file) {
  JsonReader in(file);
  Catalogue out;
  out.version_ = in.text("version", {.max_bytes = 64});
  in.one_of("currency", {"JPY"});
  out.tax_percent_ = static_cast<int>(in.integer("tax_percent", 0, 100));
  for (const auto* key : {"lines", "items", "consents"}) in.raw(key);
  RESCUE_TRY(in.done());
  RESCUE_TRY(out.read_lines(in));
  RESCUE_TRY(out.read_offers(in));
  RESCUE_TRY(out.read_consents(in));
  return out;
}

Result<Catalogue> Catalogue::load(const std::string& path) {
  RESCUE_ASSIGN(const auto file, read_annex(path));
  auto catalogue = parse(file);
  if (!catalogue) return fail(in_file(path, catalogue.error()));
  return catalogue;
}

const Offer& Catalogue::offer(WorkItem item) const {
  return offers_.at(item);
}

std::vector<PriceLine> Catalogue::lines_of(WorkItem item) const {
  if (item == WorkItem::kInvestigationRecoveryReinstall) {
    auto lines = lines_of(WorkItem::kInvestigationRecovery);
    lines.push_back(lines_.find(kReinstallLine)->second);
    return lines;
  }
  return {lines_.find(to_string(item))->second};
}

Json Catalogue::to_json() const {
  Json items = Json::array();
  for (const auto item : kWorkItems) {
    const auto& offered = offer(item);
    Yen price;
    for (const auto& line : lines_of(item)) price += line.net;
    Json entry = {{"work_item", to_string(item)},
                  {"title", catalog::to_json(offered.title)},
                  {"price_yen", price.amount},
                  {"available", !offered.unavailable_reason}};
    if (offered.unavailable_reason) {
      entry["unavailable_reason"] = catalog::to_json(*offered.unavailable_reason);
    }
    items.push_back(std::move(entry));
  }
  Json consents = Json::array();
  for (const auto& consent : consents_) {
    consents.push_back({{"id", consent.id},
                        {"rule", consent.rule},
                        {"version", consent.version},
                        {"text", catalog::to_json(consent.text)}});
  }
  return {{"version", version_},
          {"currency", "JPY"},
          {"tax_percent", tax_percent_},
          {"items", std::move(items)},
          {"consents", std::move(consents)}};
}

}  // namespace rescue::catalog
