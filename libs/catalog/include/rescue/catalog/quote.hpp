#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/id.hpp"
#include "rescue/catalog/catalogue.hpp"

namespace rescue::catalog {

/// What a quote is asked for.
struct QuoteRequest {
  QuoteId quote_id;
  IncidentId incident_id;
  std::string server_id;
  WorkItem work_item = WorkItem::kInvestigation;
  Timestamp issued_at;
  std::chrono::seconds validity{};
};

/// A price that is promised until `expires_at`. Never changed once issued.
struct Quote {
  QuoteRequest request;
  std::vector<PriceLine> lines;
  Yen net;
  int tax_percent = 0;
  Yen tax;  ///< of `net`, rounded down once, never per line
  Yen total;
  std::string catalogue_version;
  Timestamp expires_at;
};

/// The quote for `request` at the prices of `catalogue`. kInvalid ("work-item-not-available", pointer
/// /work_item).
Result<Quote> compute_quote(const Catalogue& catalogue, const QuoteRequest& request);

/// {code, title, net_yen} for each line.
Json to_json(const std::vector<PriceLine>& lines);
/// The document a customer sees, `sha256` included:
/// {quote_id, sha256, incident_id, server_id, work_item, lines, net_yen, tax_percent, tax_yen, total_yen,
/// catalogue_version, issued_at, expires_at}
Json to_json(const Quote& quote);
/// SHA-256 of the document without its `sha256`, written with sorted keys, without spaces, in UTF-8
/// (`jq -cSj 'del(.sha256)' | sha256sum` gives the same).
std::string document_hash(Json document);

}  // namespace rescue::catalog
