#include "handlers/post_quote.hpp"

#include "quote_store.hpp"
#include "rescue/catalog/quote.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::pricing {
namespace {

/// The body after all checks that need no other data.
struct Wish {
  std::string incident_id;
  std::string server_id;
  catalog::WorkItem work_item = catalog::WorkItem::kInvestigation;
  std::optional<std::string> customer;  ///< whom the web form acts for
};

Result<Wish> read_wish(const http::Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  Wish wish;
  wish.incident_id = in.text("incident_id", {.max_bytes = 64});
  if (!wish.incident_id.empty() && !IncidentId::parse(wish.incident_id)) {
    in.fault("incident_id", "bad-id", "must be an incident's id: inc_…");
  }
  wish.server_id = in.text("server_id", {.max_bytes = 64});
  const auto work_item = catalog::parse_work_item(in.one_of("work_item", catalog::work_item_names()));
  RESCUE_ASSIGN(const auto acting_for, service::read_acting_for(in, request.caller->role));
  RESCUE_TRY(in.done());
  wish.work_item = *work_item;
  if (acting_for) wish.customer = acting_for->customer;
  return wish;
}

Result<catalog::ServerContract> contract_of(const Parts& parts, const Wish& wish, Timestamp now) {
  auto contract = catalog::find_and_wait(parts.contracts, catalog::ServerKey::id(wish.server_id), now);
  if (!contract) {
    auto error = contract.error();
    if (error.code == ErrorCode::kInvalid) error.pointer = "/server_id";
    return fail(std::move(error));
  }
  if (wish.customer && *wish.customer != contract->customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the customer " + *wish.customer + " does not hold the contract of this server",
                "/on_behalf_of/customer");
  }
  return contract;
}

StoredQuote stored_from(const catalog::Quote& quote, const std::string& customer,
                        const http::Caller& caller) {
  StoredQuote out;
  out.document = catalog::to_json(quote);
  out.quote_id = quote.request.quote_id.str();
  out.incident_id = quote.request.incident_id.str();
  out.server_id = quote.request.server_id;
  out.customer = customer;
  out.work_item = to_string(quote.request.work_item);
  out.sha256 = out.document["sha256"];
  out.total_yen = quote.total.amount;
  out.issued_us = to_us(quote.request.issued_at);
  out.expires_us = to_us(quote.expires_at);
  out.issued_by = caller.key_id;
  return out;
}

Result<StoredQuote> issue(const Parts& parts, const Wish& wish, const catalog::ServerContract& contract,
                          const http::Caller& caller, Timestamp now) {
  RESCUE_ASSIGN(const auto quote,
                compute_quote(parts.catalogue, {.quote_id = QuoteId::make(now),
                                                .incident_id = IncidentId::trusted(wish.incident_id),
                                                .server_id = wish.server_id,
                                                .work_item = wish.work_item,
                                                .issued_at = now,
                                                .validity = parts.quote_validity}));
  return stored_from(quote, contract.customer, caller);
}

Status store_quote(store::Tx& tx, const StoredQuote& quote) {
  RESCUE_TRY(QuoteStore::insert(tx, quote));
  return store::Audit::append(
      tx,
      {.at_us = quote.issued_us,
       .incident_id = quote.incident_id,
       .actor = "key:" + quote.issued_by + "/" + quote.customer,
       .action = "quote.issued",
       .reason = "",
       .details = {{"quote_id", quote.quote_id}, {"sha256", quote.sha256}, {"total_yen", quote.total_yen}},
       .hash = {}});
}

void tell_when_durable(Parts& parts, store::Tx& tx, const StoredQuote& quote, const Trace& trace) {
  Json fields = {{"quote_id", quote.quote_id},
                 {"incident_id", quote.incident_id},
                 {"total_yen", quote.total_yen},
                 {"trace_id", trace.trace_id}};
  tx.after_commit([&service = parts.service, item = quote.work_item, fields = std::move(fields)] {
    service.log().info("quote.issued", fields);
    service.metrics().counter("rescue_quotes_total", "Quotes issued.", {{"work_item", item}}).add();
  });
}

}  // namespace

Result<http::Response> post_quote(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto wish, read_wish(request));
  const auto now = parts.service.clock().now();
  // Before the transaction: the directory may take its time. A repeated request gets its answer all the same.
  const auto contract = contract_of(parts, wish, now);
  const auto create = [&](store::Tx& tx) -> Result<http::Response> {
    if (!contract) return fail(contract.error());
    RESCUE_ASSIGN(const auto quote, issue(parts, wish, *contract, *request.caller, now));
    RESCUE_TRY(store_quote(tx, quote));
    tell_when_durable(parts, tx, quote, request.trace);
    auto response = http::Response::json(201, quote.document);
    response.headers.emplace_back("Location", "/v1/quotes/" + quote.quote_id);
    return response;
  };
  return parts.service.database().write([&](store::Tx& tx) -> Result<http::Response> {
    return service::Idempotency::once(tx, request, to_us(now), create);
  });
}

}  // namespace rescue::pricing
