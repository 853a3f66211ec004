#include "messages/credit_granted.hpp"

#include "credit_wish.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::pricing {

Status on_credit_granted(Parts& parts, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto task_id = in.text("task_id");
  const auto charge_id = in.text("charge_id");
  const Json* body = in.raw("body");
  const CreditedBy by{.actor = in.text("requested_by"), .approved_by = in.text("approved_by")};
  RESCUE_TRY(service::fields_read(in));
  const auto trace = service::trace_of(message);
  // A refusal leaves no trace of its writes.
  const auto made = tx.attempt([&](store::Tx& part) -> Result<CreditNote> {
    RESCUE_ASSIGN(const auto wish, read_credit_wish(body != nullptr ? *body : Json::object()));
    RESCUE_ASSIGN(const auto charge, ChargeStore::get(part, charge_id));
    return make_credit(parts, part, charge, wish, by, trace);
  });
  if (made) return {};
  if (retry_class(made.error().code) != RetryClass::kFail) return fail(made.error());
  return parts.service.send(
      tx, message.from, std::string(incident::messages::kCreditRefused), message.incident_id,
      {{"task_id", task_id}, {"charge_id", charge_id}, {"problem", service::error_to_json(made.error())}},
      trace);
}

}  // namespace rescue::pricing
