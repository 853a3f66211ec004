#include "handlers/post_request.hpp"

#include "access.hpp"
#include "request_store.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::intake {
namespace {

StoredRequest request_from(const RequestKind& kind, const Submission& submission,
                           const http::Request& request, Timestamp now) {
  StoredRequest out;
  out.request_id = RequestId::make(now).str();
  out.incident_id = request.param("incident_id");
  out.kind = kind.kind;
  out.key_id = request.caller->key_id;
  out.customer = submission.acting_for.customer;
  out.person = submission.acting_for.person;
  out.raw_body = without_box(request.body, submission.body);
  out.raw_sha256 = sha256_hex(request.body);
  // The texts that an order accepts: what was agreed to stays readable (R33–R45).
  if (kind.kind == "order") out.consents = dump_json(submission.body.at("consents"));
  out.submitted_us = to_us(now);
  return out;
}

Status store_and_send(Parts& parts, store::Tx& tx, const StoredRequest& stored, const Json& body,
                      const Trace& trace) {
  RESCUE_TRY(RequestStore::insert(tx, stored));
  RESCUE_TRY(store::Audit::append(tx, {.at_us = stored.submitted_us,
                                       .incident_id = stored.incident_id,
                                       .actor = "customer:" + stored.customer + "/" + stored.person,
                                       .action = "request.submitted",
                                       .reason = "",
                                       .details = {{"request_id", stored.request_id},
                                                   {"kind", stored.kind},
                                                   {"raw_sha256", stored.raw_sha256}},
                                       .hash = {}}));
  const Json actor = {{"key_id", stored.key_id}, {"customer", stored.customer}, {"person", stored.person}};
  return parts.service.send(tx, "workflow", std::string(incident::messages::kRequestSubmitted),
                            stored.incident_id,
                            {{"request_id", stored.request_id},
                             {"kind", stored.kind},
                             {"actor", actor},
                             {"submitted_us", stored.submitted_us},
                             {"body", body}},
                            trace);
}

telemetry::Counter counter(service::Service& service, std::string_view kind, std::string_view answered) {
  return service.metrics().counter("rescue_requests_total", "Customers' requests by how they were answered.",
                                   {{"kind", std::string(kind)}, {"answered", std::string(answered)}});
}

void tell(Parts& parts, const StoredRequest& stored, std::string_view answered, const Trace& trace) {
  parts.service.log().info("request.submitted", {{"request_id", stored.request_id},
                                                 {"incident_id", stored.incident_id},
                                                 {"kind", stored.kind},
                                                 {"answered", answered},
                                                 {"trace_id", trace.trace_id}});
  counter(parts.service, stored.kind, answered).add();
}

http::Response pending_response(const std::string& request_id) {
  const std::string status_url = "/v1/requests/" + request_id;
  auto response = http::Response::json(202, {{"request_id", request_id}, {"status_url", status_url}});
  response.headers.emplace_back("Location", status_url);
  return response;
}

/// Where replicas share the database the decision may be told to another one: it stands there then.
DecisionBoard::Seat::Look look_for(Parts& parts, const std::string& request_id) {
  if (!parts.service.database().shared()) return nullptr;
  return [&database = parts.service.database(), request_id]() -> std::optional<Decision> {
    const auto stored = database.read([&](store::Tx& tx) { return RequestStore::get(tx, request_id); });
    return stored ? stored->decision : std::nullopt;
  };
}

/// Makes `final_answer` the one that the idempotency key gives from now on. A failure costs only that: a
/// repeated call then gets the status URL.
void settle(Parts& parts, const http::Request& request, const http::Response& final_answer) {
  const auto settled = parts.service.database().write(
      [&](store::Tx& tx) -> Status { return service::Idempotency::settle(tx, request, final_answer); });
  if (!settled) parts.service.log().warn("request.not_settled", {{"detail", settled.error().detail}});
}

}  // namespace

http::Response decided_response(const std::string& request_id, const Decision& decision,
                                std::string_view http_request_id) {
  if (decision.refusal) return http::Response::problem(*decision.refusal, http_request_id);
  Json body = decision.answer;
  body["request_id"] = request_id;
  return http::Response::json(201, body);
}

void count_from_zero(service::Service& service) {
  for (const auto& kind : request_kinds()) {
    for (const auto* answered : {"decided", "timed_out", "not_waited"}) counter(service, kind.kind, answered);
  }
}

Result<http::Response> post_request(Parts& parts, const RequestKind& kind, const http::Request& request) {
  if (!IncidentId::parse(request.param("incident_id"))) {
    return fail(ErrorCode::kNotFound, "incident-not-found", "there is no such incident");
  }
  RESCUE_ASSIGN(const auto body, request.json());
  const auto now = parts.service.clock().now();
  Offered offered{.consents = {}, .keys = parts.sealing.current(), .now = now};
  if (kind.kind == "order") {
    RESCUE_ASSIGN(offered.consents, OfferedConsents::at(parts.annexes.current(), now));
  }
  RESCUE_ASSIGN(const auto submission, read_submission(kind, body, offered));
  RESCUE_TRY(parts.service.may_take());
  const auto stored = request_from(kind, submission, request, now);
  // Before the commit: the decision may come before this thread goes on.
  auto seat = parts.board.enter(stored.request_id);

  bool created = false;
  const auto create = [&](store::Tx& tx) -> Result<http::Response> {
    RESCUE_TRY(store_and_send(parts, tx, stored, submission.body, request.trace));
    created = true;
    return pending_response(stored.request_id);
  };
  RESCUE_ASSIGN(auto answer, parts.service.database().write([&](store::Tx& tx) -> Result<http::Response> {
    return service::Idempotency::once(tx, request, to_us(now), create);
  }));
  if (!created) return answer;  // an earlier call's answer
  const auto decision =
      seat ? seat->wait(parts.decision_wait, look_for(parts, stored.request_id)) : std::nullopt;
  tell(parts, stored, decision ? "decided" : seat ? "timed_out" : "not_waited", request.trace);
  if (!decision) return answer;
  const auto decided = decided_response(stored.request_id, *decision, request.request_id);
  settle(parts, request, decided);
  return decided;
}

}  // namespace rescue::intake
