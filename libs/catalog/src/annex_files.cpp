#include "annex_files.hpp"

#include "annex_fields.hpp"

namespace rescue::catalog {
namespace {

using Form = AnnexFile::Form;

/// Makes of what a reader gives a ReadAnnex that puts it where `member` points.
template <class T>
Result<ReadAnnex> into(std::shared_ptr<const T> Annexes::*member, Result<T> value,
                       std::vector<AnnexVersion> versions) {
  if (!value) return fail(std::move(value).error());
  auto kept = std::make_shared<const T>(*std::move(value));
  return ReadAnnex{std::move(versions), [member, kept](Annexes& annexes) { annexes.*member = kept; }};
}

/// The rows of the list `key` as versions, each named by `name`. For values that a reader may yet refuse.
template <class Name>
std::vector<AnnexVersion> versions_in(std::string_view annex, const Json& value, const char* key, Name name) {
  std::vector<AnnexVersion> out;
  const auto list = value.is_object() ? value.find(key) : value.end();
  if (list == value.end() || !list->is_array()) return out;
  for (const auto& row : *list) {
    if (row.is_object()) out.push_back(version_of(annex, name(row), row));
  }
  return out;
}

std::string text_in(const Json& row, const char* key) {
  const auto it = row.find(key);
  return it != row.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string version_name(const Json& row) {
  return text_in(row, "version");
}
std::string consent_name(const Json& row) {
  return text_in(row, "rule") + " " + text_in(row, "version");
}
std::string document_name(const Json& row) {
  return text_in(row, "document") + " " + text_in(row, "version");
}
std::string system_name(const Json& row) {
  return text_in(row, "os") + " " + text_in(row, "package") + " since " + text_in(row, "valid_from");
}

}  // namespace

std::vector<AnnexFile> annex_files() {
  return {
      {"prices", "prices.yaml", Form::kYaml,
       [](const AnnexText& in) {
         return into(&Annexes::prices, read_price_lists(in.value),
                     versions_in("prices", in.value, "versions", version_name));
       }},
      {"out_of_hours", "out_of_hours.yaml", Form::kYaml,
       [](const AnnexText& in) {
         return into(&Annexes::out_of_hours, read_surcharges(in.value, false),
                     versions_in("out_of_hours", in.value, "versions", version_name));
       }},
      {"special_work", "special_work.yaml", Form::kYaml,
       [](const AnnexText& in) {
         return into(&Annexes::special_work, read_surcharges(in.value, true),
                     versions_in("special_work", in.value, "versions", version_name));
       }},
      {"operating_systems", "operating_systems.csv", Form::kCsv,
       [](const AnnexText& in) {
         return into(&Annexes::operating_systems, SupportedSystems::read(in.value, false),
                     versions_in("operating_systems", in.value, "rows", system_name));
       }},
      {"packages", "packages.csv", Form::kCsv,
       [](const AnnexText& in) {
         return into(&Annexes::packages, SupportedSystems::read(in.value, true),
                     versions_in("packages", in.value, "rows", system_name));
       }},
      {"consents", "consents.yaml", Form::kYaml,
       [](const AnnexText& in) {
         return into(&Annexes::consents, ConsentTexts::read(in.value),
                     versions_in("consents", in.value, "consents", consent_name));
       }},
      {"documents", "documents.yaml", Form::kYaml,
       [](const AnnexText& in) {
         return into(&Annexes::documents, ServiceDocuments::read(in.value),
                     versions_in("documents", in.value, "documents", document_name));
       }},
  };
}

}  // namespace rescue::catalog
