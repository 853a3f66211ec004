// An operator's further questions to the customer.
#include "handlers/routes.hpp"
#include "hearing_rounds.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::workflow {
namespace {

using http::Request;
using http::Response;

Result<Response> post_questions(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  const auto now_us = to_us(casework.service.clock().now());
  return casework.service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<Response> {
      RESCUE_ASSIGN(const auto answer,
                    ask_more(casework, inner, request.param("id"), body, actor_of(request), request.trace));
      return Response::json(201, answer);
    });
  });
}

}  // namespace

std::vector<http::Route> hearing_routes(Casework& casework) {
  return {{http::Method::kPost,
           "/v1/incidents/{id}/hearing-questions",
           {"operator"},
           [&casework](const Request& request) { return post_questions(casework, request); }}};
}

}  // namespace rescue::workflow
