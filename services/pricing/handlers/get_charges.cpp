#include "handlers/get_charges.hpp"

#include "charge_store.hpp"
#include "credit_note.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::pricing {
namespace {

Result<ChargeStore::Filter> read_filter(const http::Request& request, const service::Page& page) {
  RESCUE_TRY(request.only_query({"incident_id", "on_behalf_of", "limit", "cursor"}));
  ChargeStore::Filter filter;
  RESCUE_ASSIGN(filter.customer, service::customer_scope(request));
  const auto incident_id = request.query.find("incident_id");
  if (incident_id != request.query.end()) filter.incident_id = incident_id->second;
  filter.after = page.after;
  filter.limit = page.limit + 1;  // one more, to know whether there is a next page
  return filter;
}

}  // namespace

Result<http::Response> list_charges(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto filter, read_filter(request, page));
  RESCUE_ASSIGN(auto items, parts.service.database().read([&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto charges, ChargeStore::list(tx, filter));
    Json shown = Json::array();
    if (charges.empty()) return shown;
    RESCUE_ASSIGN(auto credited,
                  CreditNoteStore::credited(tx, charges.front().charge_id, charges.back().charge_id));
    for (const auto& charge : charges) shown.push_back(to_json(charge, credited[charge.charge_id]));
    return shown;
  }));
  return http::Response::json(200, service::page_json(std::move(items), page, "charge_id"));
}

Result<Charge> visible_charge(store::Tx& tx, const http::Request& request) {
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(auto charge, ChargeStore::get(tx, request.param("charge_id")));
  if (customer && charge.customer != *customer) {
    return fail(ErrorCode::kNotFound, "charge-not-found", "there is no such charge");
  }
  return charge;
}

Result<http::Response> get_charge(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  return parts.service.database().read([&](store::Tx& tx) -> Result<http::Response> {
    RESCUE_ASSIGN(const auto charge, visible_charge(tx, request));
    RESCUE_ASSIGN(const auto notes, CreditNoteStore::of_charge(tx, charge.charge_id));
    std::int64_t credited_yen = 0;
    Json shown = Json::array();
    for (const auto& note : notes) {
      credited_yen += note.total_yen;
      shown.push_back(to_json(note, !customer));
    }
    Json out = to_json(charge, credited_yen);
    out["credit_notes"] = std::move(shown);
    return http::Response::json(200, out);
  });
}

}  // namespace rescue::pricing
