#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/id.hpp"
#include "rescue/catalog/catalogue.hpp"

namespace rescue::catalog {

/// What a person decided about an operating system that is not listed (R9).
struct SystemJudgement {
  bool in_support = false;
  std::string reason;
};

/// What a quote is asked for.
struct QuoteRequest {
  QuoteId quote_id;
  IncidentId incident_id;
  std::string server_id;
  std::string os;  ///< as the contract has it
  WorkItem work_item = WorkItem::kInvestigation;
  bool out_of_hours = false;  ///< R11: asked for
  std::optional<SystemJudgement> judgement;
  Timestamp issued_at;
  std::chrono::seconds validity{};
};

/// The server's operating system as the work sees it (R7, R8).
struct SystemStanding {
  std::string os;
  bool in_support = true;
  std::optional<std::chrono::sys_days> end_of_support;  ///< none: a person judged
  std::optional<std::string> tested;  ///< "verified" or "parsed_only"; none: a person judged
  std::optional<std::string> judged_because;
};

/// What a work item costs on one day.
struct Price {
  std::vector<PriceLine> lines;
  Yen net;
  int tax_percent = 0;
  Yen tax;  ///< of `net`, rounded down once, never per line
  Yen total;
};

/// A price that is promised until `expires_at`. Never changed once issued.
struct Quote {
  QuoteRequest request;
  Price price;
  SystemStanding system;
  std::optional<LocalText> limited_work;  ///< R8: what the work does not cover, past support
  Json versions;                          ///< Catalogue::versions
  Timestamp expires_at;
};

/// How `os` stands on the catalogue's day. kInvalid ("os-not-listed") unless it is listed or was judged; a
/// judgement counts only for what is not listed.
Result<SystemStanding> standing_of(const Catalogue& catalogue, const std::string& os,
                                   const std::optional<SystemJudgement>& judgement = std::nullopt);
/// The lines of `item` with the rule that made each, and their sum: the item (R21), its reinstall (R19), work
/// out of hours where it is asked for (R11), the special work fee past support (R8).
Price price_of(const Catalogue& catalogue, WorkItem item, bool out_of_hours, bool in_support);

/// The quote for `request` at what is in force on the day of its issue: a pure function of the two. kInvalid
/// ("work-item-not-available", pointer /work_item; "os-not-listed", pointer /server_id), kUnavailable
/// ("annex-missing").
Result<Quote> compute_quote(const AnnexSnapshot& annexes, const QuoteRequest& request);

/// {code, rule, title, net_yen} for each line.
Json to_json(const std::vector<PriceLine>& lines);
/// {os, in_support, end_of_support|null, tested|null, judged_because?}
Json to_json(const SystemStanding& system);
/// The document a customer sees, `sha256` included:
/// {quote_id, sha256, incident_id, server_id, work_item, out_of_hours, operating_system, limited_work?,
/// lines, net_yen, tax_percent, tax_yen, total_yen, annex_versions, issued_at, expires_at}
Json to_json(const Quote& quote);
/// SHA-256 of the document without its `sha256`, written with sorted keys, without spaces, in UTF-8
/// (`jq -cSj 'del(.sha256)' | sha256sum` gives the same).
std::string document_hash(Json document);

}  // namespace rescue::catalog
