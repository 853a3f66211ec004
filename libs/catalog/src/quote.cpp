#include "rescue/catalog/quote.hpp"

#include "rescue/base/sha256.hpp"

namespace rescue::catalog {

Result<Quote> compute_quote(const Catalogue& catalogue, const QuoteRequest& request) {
  const auto& offer = catalogue.offer(request.work_item);
  if (offer.unavailable_reason) {
    return fail(ErrorCode::kInvalid, "work-item-not-available",
                std::string(to_string(request.work_item)) + ": " + offer.unavailable_reason->en,
                "/work_item");
  }
  Quote quote;
  quote.request = request;
  quote.lines = catalogue.lines_of(request.work_item);
  for (const auto& line : quote.lines) quote.net += line.net;
  quote.tax_percent = catalogue.tax_percent();
  quote.tax = tax_of(quote.net, quote.tax_percent);
  quote.total = quote.net + quote.tax;
  quote.catalogue_version = catalogue.version();
  quote.expires_at = request.issued_at + request.validity;
  return quote;
}

Json to_json(const std::vector<PriceLine>& lines) {
  Json out = Json::array();
  for (const auto& line : lines) {
    out.push_back({{"code", line.code}, {"title", to_json(line.title)}, {"net_yen", line.net.amount}});
  }
  return out;
}

Json to_json(const Quote& quote) {
  Json document = {{"quote_id", quote.request.quote_id.str()},
                   {"incident_id", quote.request.incident_id.str()},
                   {"server_id", quote.request.server_id},
                   {"work_item", to_string(quote.request.work_item)},
                   {"lines", to_json(quote.lines)},
                   {"net_yen", quote.net.amount},
                   {"tax_percent", quote.tax_percent},
                   {"tax_yen", quote.tax.amount},
                   {"total_yen", quote.total.amount},
                   {"catalogue_version", quote.catalogue_version},
                   {"issued_at", format_rfc3339(quote.request.issued_at)},
                   {"expires_at", format_rfc3339(quote.expires_at)}};
  document["sha256"] = document_hash(document);
  return document;
}

std::string document_hash(Json document) {
  document.erase("sha256");
  return sha256_hex(dump_json(document));
}

}  // namespace rescue::catalog
