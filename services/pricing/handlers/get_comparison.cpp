#include "handlers/get_comparison.hpp"

#include "comparison_store.hpp"
#include "handlers/server_contract.hpp"
#include "rescue/base/id.hpp"
#include "rescue/catalog/comparison.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::pricing {
namespace {

/// What is asked for.
struct Wish {
  std::string server_id;
  std::optional<std::string> incident_id;
};

Result<Wish> read_wish(const http::Request& request) {
  RESCUE_TRY(request.only_query({"server_id", "incident_id", "on_behalf_of"}));
  const auto server_id = request.query.find("server_id");
  if (server_id == request.query.end()) {
    return fail(ErrorCode::kInvalid, "bad-query", "name the server: ?server_id=<server id>");
  }
  Wish wish{.server_id = server_id->second, .incident_id = {}};
  const auto incident_id = request.query.find("incident_id");
  if (incident_id == request.query.end()) return wish;
  if (!IncidentId::parse(incident_id->second)) {
    return fail(ErrorCode::kInvalid, "bad-query", "incident_id must be an incident's id: inc_…");
  }
  wish.incident_id = incident_id->second;
  return wish;
}

/// The document with its id, its end and its hash.
StoredComparison stored_from(const Wish& wish, Json document, Timestamp now, std::chrono::seconds validity) {
  StoredComparison out;
  out.comparison_id = make_id("cmp", now);
  out.incident_id = wish.incident_id;
  out.server_id = wish.server_id;
  out.shown_us = to_us(now);
  out.expires_us = to_us(now + validity);
  out.document = std::move(document);
  out.document["comparison_id"] = out.comparison_id;
  if (wish.incident_id) out.document["incident_id"] = *wish.incident_id;
  out.document["expires_at"] = format_rfc3339(from_us(out.expires_us));
  out.sha256 = catalog::document_hash(out.document);
  out.document["sha256"] = out.sha256;
  return out;
}

}  // namespace

Result<http::Response> get_comparison(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto wish, read_wish(request));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  const auto now = parts.service.clock().now();
  RESCUE_ASSIGN(const auto contract, contract_of(parts, wish.server_id, customer, now));
  RESCUE_ASSIGN(const auto catalogue, catalog::Catalogue::at(parts.annexes.current(), now));
  RESCUE_ASSIGN(const auto comparison,
                catalog::compare(catalogue, parts.calendar, wish.server_id, contract.os, now));
  auto shown = stored_from(wish, catalog::to_json(comparison, catalogue), now, parts.comparisons.validity);
  shown.customer = contract.customer;
  shown.shown_to = request.caller->key_id;
  RESCUE_TRY(parts.service.database().write(
      [&](store::Tx& tx) { return ComparisonStore::insert(tx, shown, parts.comparisons.kept_max); }));
  return http::Response::json(200, shown.document);
}

Result<http::Response> get_kept_comparison(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto kept, parts.service.database().read([&](store::Tx& tx) {
    return ComparisonStore::get(tx, request.param("comparison_id"));
  }));
  if (customer && kept.customer != *customer) {
    return fail(ErrorCode::kNotFound, "comparison-not-found", "there is no such comparison any more");
  }
  return http::Response::json(200, kept.document);
}

}  // namespace rescue::pricing
