#include "messages/charge_create.hpp"

#include "charge_store.hpp"
#include "ledger.hpp"
#include "quote_store.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/base/id.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::pricing {
namespace {

struct Completed {
  std::string order_id;
  std::string quote_id;
  std::string outcome;
  std::int64_t completed_us = 0;
  std::string incident_id;  ///< its own, where the quote may name one that was merged into it
};

Result<Completed> read_completed(const Message& message) {
  JsonReader in(message.body);
  Completed out;
  out.order_id = in.text("order_id");
  out.quote_id = in.text("quote_id");
  out.outcome = in.text("outcome", {.max_bytes = 100});
  out.completed_us = in.integer("completed_us", 0, INT64_MAX);
  RESCUE_TRY(service::fields_read(in));
  out.incident_id = message.incident_id;
  return out;
}

Result<Charge> charge_for(const StoredQuote& quote, const Completed& completed, Timestamp now) {
  if (quote.used_by != completed.order_id) {
    return fail(ErrorCode::kConflict, "quote-mismatch",
                "order " + completed.order_id + " does not hold the quote " + quote.quote_id);
  }
  const auto& document = quote.document;
  const std::int64_t wrong_yen = broken("charge-is-the-quote") ? 1 : 0;
  return Charge{.charge_id = ChargeId::make(now).str(),
                .order_id = completed.order_id,
                .quote_id = quote.quote_id,
                .incident_id = completed.incident_id,
                .customer = quote.customer,
                .outcome = completed.outcome,
                .lines = document.at("lines"),
                .annex_versions = document.value("annex_versions", Json::object()),
                .net_yen = document.at("net_yen"),
                .tax_percent = document.at("tax_percent"),
                .tax_yen = document.at("tax_yen"),
                .total_yen = document.at("total_yen").get<std::int64_t>() + wrong_yen,
                .completed_us = completed.completed_us,
                .created_us = to_us(now)};
}

Status store_charge(store::Tx& tx, const Charge& charge) {
  RESCUE_TRY(ChargeStore::insert(tx, charge));
  RESCUE_TRY(Ledger::book(tx, {.kind = "charge",
                               .entry_id = charge.charge_id,
                               .charge_id = charge.charge_id,
                               .net_yen = charge.net_yen,
                               .tax_percent = charge.tax_percent,
                               .tax_yen = charge.tax_yen,
                               .total_yen = charge.total_yen,
                               .booked_us = charge.created_us}));
  return store::Audit::append(tx, {.at_us = charge.created_us,
                                   .incident_id = charge.incident_id,
                                   .actor = "system:workflow",
                                   .action = "charge.created",
                                   .reason = charge.outcome,
                                   .details = {{"charge_id", charge.charge_id},
                                               {"order_id", charge.order_id},
                                               {"quote_id", charge.quote_id},
                                               {"total_yen", charge.total_yen}},
                                   .hash = {}});
}

void tell_when_durable(Parts& parts, store::Tx& tx, const Charge& charge, const Trace& trace) {
  Json fields = {{"incident_id", charge.incident_id},
                 {"charge_id", charge.charge_id},
                 {"order_id", charge.order_id},
                 {"total_yen", charge.total_yen},
                 {"trace_id", trace.trace_id}};
  tx.after_commit([&service = parts.service, yen = charge.total_yen, fields = std::move(fields)] {
    service.log().info("charge.created", fields);
    service.metrics().counter("rescue_charges_total", "Charges created.").add();
    service.metrics()
        .counter("rescue_charged_yen_total", "Sum of all charges, tax included.")
        .add(static_cast<double>(yen));
  });
}

Result<Charge> create_charge(Parts& parts, store::Tx& tx, const Completed& completed, const Trace& trace) {
  RESCUE_ASSIGN(const auto quote, QuoteStore::get(tx, completed.quote_id));
  RESCUE_ASSIGN(auto charge, charge_for(quote, completed, parts.service.clock().now()));
  RESCUE_TRY(store_charge(tx, charge));
  tell_when_durable(parts, tx, charge, trace);
  return charge;
}

}  // namespace

Status on_charge_create(Parts& parts, store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto completed, read_completed(message));
  RESCUE_ASSIGN(auto charge, ChargeStore::of_order(tx, completed.order_id));
  if (!charge) {
    RESCUE_ASSIGN(charge, create_charge(parts, tx, completed, service::trace_of(message)));
  } else if (charge->quote_id != completed.quote_id) {
    return fail(ErrorCode::kConflict, "quote-mismatch",
                "order " + completed.order_id + " was charged by the quote " + charge->quote_id);
  }
  return parts.service.send(
      tx, message.from, std::string(incident::messages::kChargeCreated), message.incident_id,
      {{"order_id", charge->order_id}, {"charge_id", charge->charge_id}, {"total_yen", charge->total_yen}},
      service::trace_of(message));
}

}  // namespace rescue::pricing
