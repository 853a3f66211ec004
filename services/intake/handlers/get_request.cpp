#include "handlers/get_request.hpp"

#include "request_store.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::intake {
namespace {

/// The refusal as the problem document that the request itself would have got, but for its request id.
Json problem_of(const Error& refusal) {
  Json document = parse_json(http::Response::problem(refusal, "").body).value_or(Json::object());
  document.erase("request_id");
  return document;
}

Json document_of(const StoredRequest& stored) {
  Json out = {{"request_id", stored.request_id},
              {"incident_id", stored.incident_id},
              {"kind", stored.kind},
              {"state", stored.state},
              {"submitted_at", format_rfc3339(from_us(stored.submitted_us))}};
  if (stored.decided_us) out["decided_at"] = format_rfc3339(from_us(*stored.decided_us));
  if (stored.decision && stored.decision->refusal) {
    out["problem"] = problem_of(*stored.decision->refusal);
  } else if (stored.decision) {
    out["answer"] = stored.decision->answer;
  }
  return out;
}

}  // namespace

Result<http::Response> get_request(Parts& parts, const http::Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto stored, parts.service.database().read([&](store::Tx& tx) {
    return RequestStore::get(tx, request.param("request_id"));
  }));
  if (customer && stored.customer != *customer) {
    return fail(ErrorCode::kNotFound, "request-not-found", "there is no such request");
  }
  return http::Response::json(200, document_of(stored));
}

}  // namespace rescue::intake
