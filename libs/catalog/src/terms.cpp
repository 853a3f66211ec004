#include "rescue/catalog/terms.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "annex_fields.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::sys_days;

/// The rules that an order must accept one by one: the disclaimers and cautions, R33–R45.
constexpr std::array kConsentRules = {"R33", "R34", "R35", "R36", "R37", "R38", "R39",
                                      "R40", "R41", "R42", "R43", "R44", "R45"};

std::string consent_id(std::string_view rule) {
  return "consent-r" + std::string(rule.substr(1));
}

Result<Consent> read_consent(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  Consent consent;
  consent.rule = in.one_of("rule", {kConsentRules.begin(), kConsentRules.end()});
  consent.version = in.text("version", {.max_bytes = 64});
  consent.validity = read_validity(in);
  auto text = in.object("text");
  RESCUE_TRY(in.done());
  consent.id = consent_id(consent.rule);
  RESCUE_ASSIGN(consent.text, read_text(std::move(text)));
  return consent;
}

Result<ServiceDocument> read_document(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  ServiceDocument out;
  out.document =
      in.one_of("document", {std::string(kTerms), std::string(kSpecification), std::string(kRunbook)});
  out.version = in.text("version", {.max_bytes = 64});
  out.validity = read_validity(in);
  auto title = in.object("title");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(out.title, read_text(std::move(title)));
  return out;
}

tl::unexpected<Error> not_in_force(std::string_view what, sys_days day) {
  return fail(ErrorCode::kUnavailable, "annex-missing",
              "no version of " + std::string(what) + " is in force on " + format_day(day));
}

}  // namespace

Result<ConsentTexts> ConsentTexts::read(const Json& value) {
  JsonReader in(value);
  const Json* consents = in.raw("consents");
  RESCUE_TRY(in.done());
  ConsentTexts out;
  TimelineCheck check;
  RESCUE_TRY(each_entry(consents, "/consents", [&](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto consent, read_consent(entry, pointer));
    RESCUE_TRY(check.add(consent.rule, consent.validity, pointer));
    auto& rows = out.rows_[consent.rule];
    rows.add(std::move(consent));
    return {};
  }));
  for (const auto* rule : kConsentRules) {
    if (!out.rows_.contains(rule)) return missing(rule, "/consents");
  }
  return out;
}

Result<std::vector<Consent>> ConsentTexts::on(sys_days day) const {
  std::vector<Consent> out;
  for (const auto& [rule, rows] : rows_) {
    const auto* row = rows.on(day);
    if (row == nullptr) return not_in_force("the consent item " + rule, day);
    out.push_back(*row);
  }
  return out;
}

std::vector<Consent> ConsentTexts::within(const Validity& days) const {
  std::vector<Consent> out;
  for (const auto& [rule, rows] : rows_) {
    std::copy_if(rows.rows().begin(), rows.rows().end(), std::back_inserter(out),
                 [&](const Consent& row) { return row.validity.meets(days); });
  }
  return out;
}

Result<ServiceDocuments> ServiceDocuments::read(const Json& value) {
  JsonReader in(value);
  const Json* documents = in.raw("documents");
  RESCUE_TRY(in.done());
  ServiceDocuments out;
  TimelineCheck check;
  RESCUE_TRY(
      each_entry(documents, "/documents", [&](const Json& entry, const std::string& pointer) -> Status {
        RESCUE_ASSIGN(auto row, read_document(entry, pointer));
        RESCUE_TRY(check.add(row.document, row.validity, pointer));
        auto& rows = out.rows_[row.document];
        rows.add(std::move(row));
        return {};
      }));
  for (const auto document : {kTerms, kSpecification, kRunbook}) {
    if (!out.rows_.contains(document)) return missing(document, "/documents");
  }
  return out;
}

Result<ServiceDocument> ServiceDocuments::on(std::string_view document, sys_days day) const {
  const auto it = rows_.find(document);
  const auto* row = it == rows_.end() ? nullptr : it->second.on(day);
  if (row == nullptr) return not_in_force("the " + std::string(document), day);
  return *row;
}

Json to_json(const std::vector<Consent>& consents) {
  Json out = Json::array();
  for (const auto& consent : consents) {
    out.push_back({{"id", consent.id},
                   {"rule", consent.rule},
                   {"version", consent.version},
                   {"text", to_json(consent.text)}});
  }
  return out;
}

}  // namespace rescue::catalog
