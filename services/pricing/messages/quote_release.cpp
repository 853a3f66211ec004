#include "messages/quote_release.hpp"

#include "charge_store.hpp"
#include "quote_store.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::pricing {

Status on_quote_release(Parts& parts, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto order_id = in.text("order_id");
  const auto quote_id = in.text("quote_id");
  RESCUE_TRY(service::fields_read(in));
  RESCUE_ASSIGN(const auto charge, ChargeStore::of_order(tx, order_id));
  if (charge) {
    return fail(ErrorCode::kConflict, "quote-used",
                "order " + order_id + " was charged by " + charge->charge_id + ": its quote stays used");
  }
  RESCUE_ASSIGN(const bool held, QuoteStore::give_back(tx, quote_id, order_id));
  if (!held) return {};
  RESCUE_TRY(RedemptionStore::remove(tx, order_id));
  return store::Audit::append(tx, {.at_us = to_us(parts.service.clock().now()),
                                   .incident_id = message.incident_id,
                                   .actor = "system:workflow",
                                   .action = "quote.released",
                                   .reason = "",
                                   .details = {{"quote_id", quote_id}, {"order_id", order_id}},
                                   .hash = {}});
}

}  // namespace rescue::pricing
