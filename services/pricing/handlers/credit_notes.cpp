#include "handlers/credit_notes.hpp"

#include "credit_wish.hpp"
#include "handlers/get_charges.hpp"
#include "rescue/base/id.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::pricing {
namespace {

std::string actor_of(const http::Request& request) {
  return request.caller->role + ":" + request.caller->key_id;
}

/// What is wrong is said now; whether it is done is asked at the operators' desk, which workflow has.
Result<http::Response> ask_second_person(Parts& parts, store::Tx& tx, const http::Request& request,
                                         const Charge& charge, const CreditWish& wish) {
  RESCUE_TRY(compute_wish(tx, charge, wish));
  RESCUE_ASSIGN(const auto body, request.json());
  const auto task_id = TaskId::make(parts.service.clock().now()).str();
  RESCUE_TRY(parts.service.send(tx, "workflow", std::string(incident::messages::kCreditAsked),
                                charge.incident_id,
                                {{"task_id", task_id},
                                 {"charge_id", charge.charge_id},
                                 {"body", body},
                                 {"requested_by", actor_of(request)},
                                 {"reason", wish.reason}},
                                request.trace));
  return http::Response::json(
      202, {{"waiting_for", "second_person"}, {"task_id", task_id}, {"action", "credit_note"}});
}

Result<http::Response> create(Parts& parts, store::Tx& tx, const http::Request& request,
                              const CreditWish& wish) {
  RESCUE_ASSIGN(const auto charge, ChargeStore::get(tx, request.param("charge_id")));
  if (parts.credit_second_person) return ask_second_person(parts, tx, request, charge, wish);
  RESCUE_ASSIGN(const auto note,
                make_credit(parts, tx, charge, wish, {.actor = actor_of(request)}, request.trace));
  return http::Response::json(201, to_json(note, true));
}

}  // namespace

Result<http::Response> post_credit_note(Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  RESCUE_ASSIGN(const auto wish, read_credit_wish(body));
  const auto now_us = to_us(parts.service.clock().now());
  return parts.service.database().write([&](store::Tx& tx) -> Result<http::Response> {
    return service::Idempotency::once(tx, request, now_us,
                                      [&](store::Tx& inner) { return create(parts, inner, request, wish); });
  });
}

Result<http::Response> list_credit_notes(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  return parts.service.database().read([&](store::Tx& tx) -> Result<http::Response> {
    RESCUE_ASSIGN(const auto charge, visible_charge(tx, request));
    RESCUE_ASSIGN(const auto notes, CreditNoteStore::of_charge(tx, charge.charge_id));
    Json items = Json::array();
    for (const auto& note : notes) items.push_back(to_json(note, !customer));
    return http::Response::json(200, {{"items", std::move(items)}, {"next_cursor", nullptr}});
  });
}

}  // namespace rescue::pricing
