#include "rescue/catalog/quote.hpp"

#include "rescue/base/sha256.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

PriceLine surcharge_line(const Surcharges& surcharges, WorkItem item, std::string code, std::string rule) {
  return {std::move(code), std::move(rule), surcharges.title, surcharges.net.at(item)};
}

}  // namespace

Result<SystemStanding> standing_of(const Catalogue& catalogue, const std::string& os,
                                   const std::optional<SystemJudgement>& judgement) {
  SystemStanding out;
  out.os = os;
  if (const auto* listed = catalogue.annexes().operating_systems->find(os, catalogue.day())) {
    out.in_support = listed->in_support(catalogue.day());
    out.end_of_support = listed->end_of_support;
    out.tested = listed->tested;
    return out;
  }
  if (!judgement) {
    return fail(ErrorCode::kInvalid, "os-not-listed",
                "the server's operating system" + (os.empty() ? "" : " " + os) +
                    " is not on the list of supported systems: an operator looks at it and makes the quote",
                "/server_id");
  }
  out.in_support = judgement->in_support;
  out.judged_because = judgement->reason;
  return out;
}

Price price_of(const Catalogue& catalogue, WorkItem item, bool out_of_hours, bool in_support) {
  Price out;
  out.lines = catalogue.prices().lines_of(item);
  if (out_of_hours) {
    out.lines.push_back(surcharge_line(catalogue.out_of_hours(), item, "out_of_hours", "R11"));
  }
  if (!in_support) out.lines.push_back(surcharge_line(catalogue.special_work(), item, "special_work", "R8"));
  for (const auto& line : out.lines) out.net += line.net;
  out.tax_percent = catalogue.prices().tax_percent;
  out.tax = tax_of(out.net, out.tax_percent);
  out.total = out.net + out.tax;
  return out;
}

Result<Quote> compute_quote(const AnnexSnapshot& annexes, const QuoteRequest& request) {
  RESCUE_ASSIGN(const auto catalogue, Catalogue::at(annexes, request.issued_at));
  const auto& offer = catalogue.offer(request.work_item);
  if (offer.unavailable_reason) {
    return fail(ErrorCode::kInvalid, "work-item-not-available",
                std::string(to_string(request.work_item)) + ": " + offer.unavailable_reason->en,
                "/work_item");
  }
  Quote quote;
  quote.request = request;
  RESCUE_ASSIGN(quote.system, standing_of(catalogue, request.os, request.judgement));
  quote.price = price_of(catalogue, request.work_item, request.out_of_hours, quote.system.in_support);
  if (!quote.system.in_support) quote.limited_work = catalogue.special_work().limits;
  quote.versions = catalogue.versions();
  quote.expires_at = request.issued_at + request.validity;
  return quote;
}

Json to_json(const std::vector<PriceLine>& lines) {
  Json out = Json::array();
  for (const auto& line : lines) {
    out.push_back({{"code", line.code},
                   {"rule", line.rule},
                   {"title", to_json(line.title)},
                   {"net_yen", line.net.amount}});
  }
  return out;
}

Json to_json(const SystemStanding& system) {
  Json out = {
      {"os", system.os}, {"in_support", system.in_support}, {"end_of_support", nullptr}, {"tested", nullptr}};
  if (system.end_of_support) out["end_of_support"] = format_day(*system.end_of_support);
  if (system.tested) out["tested"] = *system.tested;
  if (system.judged_because) out["judged_because"] = *system.judged_because;
  return out;
}

Json to_json(const Quote& quote) {
  const auto& price = quote.price;
  Json document = {{"quote_id", quote.request.quote_id.str()},
                   {"incident_id", quote.request.incident_id.str()},
                   {"server_id", quote.request.server_id},
                   {"work_item", to_string(quote.request.work_item)},
                   {"out_of_hours", quote.request.out_of_hours},
                   {"operating_system", to_json(quote.system)},
                   {"lines", to_json(price.lines)},
                   {"net_yen", price.net.amount},
                   {"tax_percent", price.tax_percent},
                   {"tax_yen", price.tax.amount},
                   {"total_yen", price.total.amount},
                   {"annex_versions", quote.versions},
                   {"issued_at", format_rfc3339(quote.request.issued_at)},
                   {"expires_at", format_rfc3339(quote.expires_at)}};
  if (quote.limited_work) document["limited_work"] = to_json(*quote.limited_work);
  document["sha256"] = document_hash(document);
  return document;
}

std::string document_hash(Json document) {
  document.erase("sha256");
  return sha256_hex(dump_json(document));
}

}  // namespace rescue::catalog
