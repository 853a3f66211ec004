#pragma once

#include <functional>
#include <vector>

#include "casework.hpp"
#include "rescue/http/server.hpp"

namespace rescue::workflow {

std::vector<http::Route> incident_routes(Casework& casework);
std::vector<http::Route> work_list_routes(Casework& casework);
std::vector<http::Route> job_routes(Casework& casework);
std::vector<http::Route> notice_routes(Casework& casework);
std::vector<http::Route> hearing_routes(Casework& casework);
std::vector<http::Route> business_calendar_routes(Casework& casework);
std::vector<http::Route> desk_routes(Casework& casework);
std::vector<http::Route> evidence_routes(Casework& casework);
std::vector<http::Route> billing_routes(Casework& casework);
std::vector<http::Route> event_routes(Casework& casework);

/// The incident that the path names, if this caller may see it: kForbidden "not-your-server".
Result<Incident> visible_incident(Casework& casework, store::Tx& tx, const http::Request& request);

/// "operator:k3", for the audit trail.
std::string actor_of(const http::Request& request);

/// A query parameter that takes one of `allowed`; "" when it is absent, kInvalid "bad-query" lists them
/// otherwise.
Result<std::string> query_one_of(const http::Request& request, std::string_view name,
                                 const std::vector<std::string>& allowed);

/// Runs `create` in a write transaction, once per Idempotency-Key. What it answers is created (201), or
/// waits for a second person (202: it has "waiting_for").
Result<http::Response> create_once(Casework& casework, const http::Request& request,
                                   const std::function<Result<Json>(store::Tx&)>& create);

/// What operators added to an incident: notes, attached evidence, findings, completions, links.
Status add_desk_part(store::Tx& tx, const Incident& incident, Json& out);

/// A job as this caller may see it: why it failed, who ran it and what it found is the provider's own.
Json job_view(const Job& job, bool for_staff);

/// One line of the list of incidents.
Json incident_summary(const Incident& incident);
/// All that is known of one incident; tasks and job failures only where `for_staff`.
Result<Json> incident_view(Casework& casework, store::Tx& tx, const Incident& incident, bool for_staff);

}  // namespace rescue::workflow
