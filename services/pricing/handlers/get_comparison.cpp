#include "handlers/get_comparison.hpp"

#include "handlers/server_contract.hpp"
#include "rescue/catalog/comparison.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::pricing {

Result<http::Response> get_comparison(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"server_id", "on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  const auto server_id = request.query.find("server_id");
  if (server_id == request.query.end()) {
    return fail(ErrorCode::kInvalid, "bad-query", "name the server: ?server_id=<server id>");
  }
  const auto now = parts.service.clock().now();
  RESCUE_ASSIGN(const auto contract, contract_of(parts, server_id->second, customer, now));
  RESCUE_ASSIGN(const auto catalogue, catalog::Catalogue::at(parts.annexes.current(), now));
  RESCUE_ASSIGN(const auto comparison,
                catalog::compare(catalogue, parts.calendar, server_id->second, contract.os, now));
  return http::Response::json(200, catalog::to_json(comparison, catalogue));
}

}  // namespace rescue::pricing
