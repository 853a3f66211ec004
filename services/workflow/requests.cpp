#include "requests.hpp"

#include <array>
#include <utility>

#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;

/// The kinds of request there are: one line each.
const std::array<std::pair<std::string_view, RequestStep>, 8> kSteps{{
    {"choice", take_choice},
    {"order", take_order},
    {"hearing_answers", take_hearing_answers},
    {"report_receipt", take_report_receipt},
    {"notice_receipt", take_notice_receipt},
    {"cancellation", take_cancellation},
    {"access", take_access_request},
    {"customer_task_completion", take_customer_task},
}};

Result<CustomerRequest> read_request(const Message& message) {
  CustomerRequest request;
  JsonReader in(message.body);
  request.id = in.text("request_id");
  request.kind = in.text("kind");
  request.submitted_us = in.integer("submitted_us", 0, INT64_MAX);
  auto actor = in.object("actor");
  request.customer = actor.text("customer");
  request.person = actor.text("person");
  request.key_id = actor.text("key_id");
  const Json* body = in.raw("body");
  RESCUE_TRY(actor.done());
  RESCUE_TRY(in.done());
  request.body = body != nullptr ? *body : Json::object();
  RESCUE_ASSIGN(request.access, take_access(request.body));
  request.addressed_id = message.incident_id;
  request.trace = service::trace_of(message);
  return request;
}

Result<std::optional<Json>> run_step(Casework& casework, store::Tx& tx, const CustomerRequest& request) {
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, request.addressed_id));
  if (incident.customer != request.customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the server of this incident is under another customer's contract", "/on_behalf_of/customer");
  }
  for (const auto& [kind, step] : kSteps) {
    if (kind == request.kind) return step(casework, tx, request, incident);
  }
  return fail(ErrorCode::kCorrupt, "bad-message", "unknown kind of request: " + request.kind);
}

bool is_a_refusal(const Error& error) {
  return retry_class(error.code) == RetryClass::kFail;
}

}  // namespace

Status Requests::on_submitted(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto request, read_request(message));
  RESCUE_TRY(
      tx.execute("INSERT INTO requests (request_id, addressed_id, kind, state, actor, body, submitted_us) "
                 "VALUES (?,?,?,'pending',?,?,?)",
                 {request.id, request.addressed_id, request.kind, dump_json(request.actor_json()),
                  dump_json(request.body), request.submitted_us}));
  // An answer "no" leaves no trace of its writes.
  const auto outcome = tx.attempt([&](store::Tx& part) { return run_step(*casework_, part, request); });
  if (!outcome) {
    if (!is_a_refusal(outcome.error())) return fail(outcome.error());
    return decide(tx, request, fail(outcome.error()));
  }
  if (!*outcome) return {};  // decided when pricing has answered
  return decide(tx, request, **outcome);
}

Status Requests::decide(store::Tx& tx, const CustomerRequest& request, const Result<Json>& decision) {
  Json body{{"request_id", request.id}, {"accepted", decision.has_value()}};
  if (decision) {
    body["answer"] = *decision;
  } else {
    body["problem"] = service::error_to_json(decision.error());
    RESCUE_TRY(SealedAccess::withdraw(tx, request.id));
  }
  RESCUE_TRY(
      tx.execute("UPDATE requests SET state = ?, answer = ?, decided_us = ? WHERE request_id = ?",
                 {decision ? "accepted" : "refused", dump_json(decision ? body["answer"] : body["problem"]),
                  to_us(casework_->service.clock().now()), request.id}));
  return casework_->service.send(tx, "intake", std::string(messages::kRequestDecided), request.addressed_id,
                                 body, request.trace);
}

Result<CustomerRequest> Requests::load(store::Tx& tx, const std::string& id, const Trace& trace) const {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT addressed_id, kind, actor, body, submitted_us FROM requests WHERE request_id = ?",
              {id}));
  if (!row) return fail(ErrorCode::kCorrupt, "bad-message", "an answer about a request that does not exist");
  CustomerRequest request;
  request.id = id;
  request.addressed_id = row->text(0);
  request.kind = row->text(1);
  RESCUE_ASSIGN(const auto actor, parse_json(row->text(2)));
  request.customer = actor.value("customer", "");
  request.person = actor.value("person", "");
  request.key_id = actor.value("key_id", "");
  RESCUE_ASSIGN(request.body, parse_json(row->text(3)));
  request.submitted_us = row->integer(4);
  request.trace = trace;
  return request;
}

Status Requests::on_quote_redeemed(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto request,
                load(tx, message.body.value("request_id", ""), service::trace_of(message)));
  const std::string order_id = message.body.value("order_id", "");
  RESCUE_ASSIGN(const auto order, tx.find("SELECT state FROM orders WHERE order_id = ?", {order_id}));
  const auto refuse = [&](const Error& error) -> Status {
    RESCUE_TRY(tx.execute("UPDATE orders SET state = 'refused', decided_us = ? WHERE order_id = ?",
                          {to_us(casework_->service.clock().now()), order_id}));
    return decide(tx, request, fail(error));
  };
  if (!order) return fail(ErrorCode::kCorrupt, "bad-message", "an answer about an order that does not exist");
  const bool agreed = message.body.value("accepted", false);
  const auto release = [&] {
    return casework_->service.send(tx, "pricing", std::string(messages::kQuoteRelease), message.incident_id,
                                   {{"order_id", order_id}, {"quote_id", message.body.value("quote_id", "")}},
                                   request.trace);
  };
  if (order->text(0) == "cancelled") {
    if (agreed) RESCUE_TRY(release());
    return decide(tx, request,
                  fail(ErrorCode::kConflict, "illegal-transition", "the incident was cancelled meanwhile"));
  }
  if (!agreed) {
    return refuse(service::error_from_json(message.body.value("problem", Json::object())));
  }
  const auto answer =
      tx.attempt([&](store::Tx& part) { return accept_order(*casework_, part, request, message.body); });
  if (answer) return decide(tx, request, *answer);
  if (!is_a_refusal(answer.error())) return fail(answer.error());
  RESCUE_TRY(release());
  return refuse(answer.error());
}

Status Requests::on_comparison_checked(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto request,
                load(tx, message.body.value("request_id", ""), service::trace_of(message)));
  if (request.kind != "choice") {
    return fail(ErrorCode::kCorrupt, "bad-message", "an answer about a comparison for a " + request.kind);
  }
  if (!message.body.value("accepted", false)) {
    return decide(tx, request, fail(service::error_from_json(message.body.value("problem", Json::object()))));
  }
  const auto answer =
      tx.attempt([&](store::Tx& part) { return accept_choice(*casework_, part, request, message.body); });
  if (!answer && !is_a_refusal(answer.error())) return fail(answer.error());
  return decide(tx, request, answer);
}

}  // namespace rescue::workflow
