#include "handlers/get_quote.hpp"

#include "quote_store.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::pricing {

Result<http::Response> get_quote(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto quote, parts.service.database().read([&](store::Tx& tx) {
    return QuoteStore::get(tx, request.param("quote_id"));
  }));
  if (customer && quote.customer != *customer) {
    return fail(ErrorCode::kNotFound, "quote-not-found", "there is no such quote");
  }
  return http::Response::json(200, quote.document);
}

}  // namespace rescue::pricing
