// Where the evidence store is asked before the transaction that others wait for.
#include "desk/desk.hpp"
#include "handlers/routes.hpp"
#include "rescue/base/sha256.hpp"
#include "worker_evidence.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

DeskCall desk_call(const Request& request, const Json& body) {
  return {request.param("id"), body, actor_of(request), request.trace};
}

Status check_stored(Casework& casework, const Request& request, const Json& body) {
  const auto sha256 = body.contains("sha256") && body.at("sha256").is_string()
                          ? body.at("sha256").get<std::string>()
                          : std::string();
  if (!is_sha256_hex(sha256)) return {};  // the body's own check names the fault
  RESCUE_ASSIGN(const auto store, WorkerEvidence::create(casework.config));
  const auto bytes = store.get(sha256, request.trace.traceparent());
  if (bytes) return {};
  if (bytes.error().code != ErrorCode::kNotFound) return fail(bytes.error());
  return fail(ErrorCode::kInvalid, "evidence-not-stored",
              "bring the evidence to the store first (POST /v1/evidence)", "/sha256");
}

Result<Response> post_attachment(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  RESCUE_TRY(check_stored(casework, request, body));
  const auto call = desk_call(request, body);
  return create_once(casework, request, [&](store::Tx& tx) { return attach_evidence(casework, tx, call); });
}

Result<Response> post_manual_completion(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  auto call = desk_call(request, body);
  const auto prepared =
      casework.service.database().read([&](store::Tx& tx) { return manual_document(casework, tx, call); });
  if (prepared && !prepared->empty()) {
    RESCUE_ASSIGN(const auto store, WorkerEvidence::create(casework.config));
    RESCUE_ASSIGN(call.noted["document_sha256"], store.put(*prepared));
  }
  // A fault found above is found again here, unless the same request was answered before.
  return create_once(casework, request, [&](store::Tx& tx) { return complete_by_hand(casework, tx, call); });
}

}  // namespace

std::vector<http::Route> evidence_routes(Casework& casework) {
  const std::set<std::string> operators{"operator"};
  return {
      {Method::kPost, "/v1/incidents/{id}/attachments", operators,
       [&casework](const Request& request) { return post_attachment(casework, request); }},
      {Method::kPost, "/v1/incidents/{id}/manual-completions", operators,
       [&casework](const Request& request) { return post_manual_completion(casework, request); }},
  };
}

}  // namespace rescue::workflow
