#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/base/yen.hpp"
#include "rescue/catalog/work_item.hpp"

namespace rescue::catalog {

/// A text that customers read.
struct LocalText {
  std::string ja;
  std::string en;
};

/// One line of a quote and what it costs without tax.
struct PriceLine {
  std::string code;  ///< a work item's name, or "reinstall"
  LocalText title;
  Yen net;
};

/// One of the four work items as it is offered.
struct Offer {
  WorkItem work_item = WorkItem::kInvestigation;
  LocalText title;
  /// None: it can be ordered.
  std::optional<LocalText> unavailable_reason;
};

/// A disclaimer that an order must accept (R33–R45).
struct Consent {
  std::string id;       ///< "consent-r33"
  std::string rule;     ///< "R33"
  std::string version;  ///< of this text; for R44 of the general terms
  LocalText text;
};

/// The annex with what is offered, for how much and on which terms. One version of it, immutable and
/// thread-safe; the file's form stands in libs/catalog/README.md.
class Catalogue {
 public:
  /// kInvalid names the place: "catalogue.json: /items/2/title/ja: …". All four work items, all price lines
  /// and all consent items must be there, and nothing else.
  static Result<Catalogue> load(const std::string& path);
  static Result<Catalogue> parse(const Json& file);

  const std::string& version() const { return version_; }
  int tax_percent() const { return tax_percent_; }
  const Offer& offer(WorkItem item) const;
  /// The lines that make up an item. Item 4 is item 3 and a reinstall line (R19).
  std::vector<PriceLine> lines_of(WorkItem item) const;
  /// In the order of their rules.
  const std::vector<Consent>& consents() const { return consents_; }

  /// What GET /v1/catalogue shows: {version, currency, tax_percent, items, consents}.
  Json to_json() const;

 private:
  Status read_lines(JsonReader& in);
  Status read_offers(JsonReader& in);
  Status read_consents(JsonReader& in);

  std::string version_;
  int tax_percent_ = 0;
  std::map<std::string, PriceLine, std::less<>> lines_;
  std::map<WorkItem, Offer> offers_;
  std::vector<Consent> consents_;
};

Json to_json(const LocalText& text);

}  // namespace rescue::catalog
