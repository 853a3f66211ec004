#include "handlers/post_quote.hpp"

#include "follow_up.hpp"
#include "handlers/server_contract.hpp"
#include "quote_store.hpp"
#include "rescue/catalog/quote.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::pricing {
namespace {

/// The body after all checks that need no other data.
struct Wish {
  std::string incident_id;
  std::string server_id;
  catalog::WorkItem work_item = catalog::WorkItem::kInvestigation;
  bool out_of_hours = false;  ///< R11
  std::optional<catalog::SystemJudgement> judgement;
  std::optional<std::string> customer;  ///< whom the web form acts for
};

/// What an operator says about an operating system that is not listed (R9).
Result<std::optional<catalog::SystemJudgement>> read_judgement(JsonReader& in, const std::string& role) {
  auto given = in.optional_object("system_judgement");
  if (!given) return std::nullopt;
  if (role != "operator") {
    return fail(ErrorCode::kForbidden, "role-not-allowed", "only an operator judges an operating system",
                "/system_judgement");
  }
  catalog::SystemJudgement out;
  out.in_support = given->one_of("standing", {"in_support", "past_support"}) == "in_support";
  out.reason = given->text("reason", {.max_bytes = 2'000});
  RESCUE_TRY(given->done());
  return out;
}

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
  wish.out_of_hours = in.boolean("out_of_hours", false);
  RESCUE_ASSIGN(wish.judgement, read_judgement(in, request.caller->role));
  RESCUE_ASSIGN(const auto acting_for, service::read_acting_for(in, request.caller->role));
  RESCUE_TRY(in.done());
  wish.work_item = *work_item;
  if (acting_for) wish.customer = acting_for->customer;
  return wish;
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
  out.total_yen = quote.price.total.amount;
  out.issued_us = to_us(quote.request.issued_at);
  out.expires_us = to_us(quote.expires_at);
  out.issued_by = caller.key_id;
  return out;
}

Result<StoredQuote> issue(const catalog::AnnexSnapshot& annexes, const Parts& parts, const Wish& wish,
                          const catalog::ServerContract& contract, const http::Caller& caller,
                          Timestamp now) {
  RESCUE_ASSIGN(const auto quote,
                compute_quote(annexes, {.quote_id = QuoteId::make(now),
                                        .incident_id = IncidentId::trusted(wish.incident_id),
                                        .server_id = wish.server_id,
                                        .os = contract.os,
                                        .work_item = wish.work_item,
                                        .out_of_hours = wish.out_of_hours,
                                        .judgement = wish.judgement,
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

/// R9: the quote is refused, and a person looks at the server.
Status ask_a_person(Parts& parts, const Wish& wish, const http::Request& request, Timestamp now) {
  RESCUE_ASSIGN(const auto contract, contract_of(parts, wish.server_id, wish.customer, now));
  const Json details = {{"server_id", wish.server_id},
                        {"os", contract.os},
                        {"customer", contract.customer},
                        {"work_item", catalog::to_string(wish.work_item)}};
  return parts.service.database().write([&](store::Tx& tx) -> Status {
    RESCUE_TRY(store::Audit::append(tx, {.at_us = to_us(now),
                                         .incident_id = wish.incident_id,
                                         .actor = "key:" + request.caller->key_id + "/" + contract.customer,
                                         .action = "quote.system_unlisted",
                                         .reason = "",
                                         .details = details,
                                         .hash = {}}));
    return parts.service.send(tx, "workflow", std::string(incident::messages::kSystemUnlisted),
                              wish.incident_id, details, request.trace);
  });
}

}  // namespace

Result<http::Response> post_quote(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto wish, read_wish(request));
  const auto now = parts.service.clock().now();
  // Before the transaction: the directory may take its time. A repeated request gets its answer all the same.
  const auto contract = contract_of(parts, wish.server_id, wish.customer, now);
  // One for the whole request: a reload changes no quote in flight.
  const auto annexes = parts.annexes.current();
  const auto create = [&](store::Tx& tx) -> Result<http::Response> {
    if (!contract) return fail(contract.error());
    RESCUE_ASSIGN(auto quote, issue(annexes, parts, wish, *contract, *request.caller, now));
    RESCUE_TRY(follow_up_if_charged(tx, quote, parts.follow_up_window));
    RESCUE_TRY(store_quote(tx, quote));
    tell_when_durable(parts, tx, quote, request.trace);
    auto response = http::Response::json(201, quote.document);
    response.headers.emplace_back("Location", "/v1/quotes/" + quote.quote_id);
    return response;
  };
  auto answer = parts.service.database().write([&](store::Tx& tx) -> Result<http::Response> {
    return service::Idempotency::once(tx, request, to_us(now), create);
  });
  if (!answer && answer.error().problem == "os-not-listed") {
    RESCUE_TRY(ask_a_person(parts, wish, request, now));
  }
  return answer;
}

}  // namespace rescue::pricing
