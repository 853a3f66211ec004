#pragma once

#include "handlers/request_kinds.hpp"
#include "parts.hpp"

namespace rescue::intake {

/// POST /v1/incidents/{incident_id}/<kind>: stores the request as it came, sends it to workflow, and waits
/// for the decision as long as the board allows. 201 or the problem workflow names; 202 with a status URL
/// when no decision came in time.
Result<http::Response> post_request(Parts& parts, const RequestKind& kind, const http::Request& request);

/// Makes the counter of requests, so that the first one is seen as a rise.
void count_from_zero(service::Service& service);

/// How a decision is answered: 201 {request_id, …answer} or the problem.
http::Response decided_response(const std::string& request_id, const Decision& decision,
                                std::string_view http_request_id);

}  // namespace rescue::intake
