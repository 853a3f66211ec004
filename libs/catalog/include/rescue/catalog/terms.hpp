#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/catalog/local_text.hpp"
#include "rescue/catalog/timeline.hpp"

namespace rescue::catalog {

/// A disclaimer that an order must accept (R33–R45).
struct Consent {
  std::string id;       ///< "consent-r33"
  std::string rule;     ///< "R33"
  std::string version;  ///< of this text
  LocalText text;
  Validity validity;
};

/// The consent items with all versions of their texts. Immutable, thread-safe.
class ConsentTexts {
 public:
  /// consents.yaml (api/schemas/annex-consents.schema.json). All of R33–R45 must be there, nothing else.
  static Result<ConsentTexts> read(const Json& value);
  /// Those in force on `day`, in the order of their rules. kUnavailable ("annex-missing") when one is not.
  Result<std::vector<Consent>> on(std::chrono::sys_days day) const;
  /// All versions that were in force on one of these days or more.
  std::vector<Consent> within(const Validity& days) const;

 private:
  std::map<std::string, Timeline<Consent>, std::less<>> rows_;
};

/// A document that the work or the contract follows.
struct ServiceDocument {
  std::string document;  ///< "terms" (R44), "specification" (R45) or "runbook" (R3)
  std::string version;
  LocalText title;
  Validity validity;
};

/// The versions of these three documents. Immutable, thread-safe.
class ServiceDocuments {
 public:
  /// documents.yaml (api/schemas/annex-documents.schema.json).
  static Result<ServiceDocuments> read(const Json& value);
  /// kUnavailable ("annex-missing") when no version of it is in force on `day`.
  Result<ServiceDocument> on(std::string_view document, std::chrono::sys_days day) const;

 private:
  std::map<std::string, Timeline<ServiceDocument>, std::less<>> rows_;
};

inline constexpr std::string_view kTerms = "terms";
inline constexpr std::string_view kSpecification = "specification";
inline constexpr std::string_view kRunbook = "runbook";

/// {id, rule, version, text: {ja, en}} for each.
Json to_json(const std::vector<Consent>& consents);

}  // namespace rescue::catalog
