#include "messages/request_decided.hpp"

#include "request_store.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::intake {
namespace {

Result<Decision> read_decision(JsonReader& in) {
  const bool accepted = in.boolean("accepted", false);
  const Json* answer = in.raw("answer");
  const Json* problem = in.raw("problem");
  const char* needed = accepted ? "answer" : "problem";
  const Json* what = accepted ? answer : problem;
  if (what == nullptr || !what->is_object()) in.fault(needed, "wrong-type", "must be a JSON object");
  RESCUE_TRY(service::fields_read(in));
  if (accepted) return Decision{.answer = *what, .refusal = std::nullopt};
  return Decision{.refusal = service::error_from_json(*what)};
}

}  // namespace

Status on_request_decided(Parts& parts, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto request_id = in.text("request_id");
  RESCUE_ASSIGN(auto decision, read_decision(in));
  RESCUE_TRY(RequestStore::decide(tx, request_id, decision, to_us(parts.service.clock().now())));
  RESCUE_TRY(store::Audit::append(
      tx, {.at_us = to_us(parts.service.clock().now()),
           .incident_id = message.incident_id,
           .actor = "system:workflow",
           .action = "request.decided",
           .reason = decision.refusal ? decision.refusal->problem : "",
           .details = {{"request_id", request_id}, {"accepted", !decision.refusal.has_value()}},
           .hash = {}}));
  tx.after_commit([&parts, request_id, decision = std::move(decision)] {
    parts.board.decide(request_id, decision);
    const auto* outcome = decision.refusal ? "refused" : "accepted";
    parts.service.metrics()
        .counter("rescue_decisions_total", "Decisions about customers' requests.", {{"outcome", outcome}})
        .add();
  });
  return {};
}

}  // namespace rescue::intake
