// The customer hands in how to reach its running server, or hands it in anew: a wrong password can be mended
// while the incident is open.
#include "requests.hpp"

namespace rescue::workflow {

Status accept_access(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                     const Incident& incident) {
  RESCUE_ASSIGN(const bool offered, SealedAccess::accept(tx, request.id, incident.id));
  if (!offered) return {};
  RESCUE_ASSIGN(const auto now, SealedAccess::view(tx, incident.id));
  RESCUE_TRY(casework.incidents.trail(tx, incident, "access.received",
                                      {request.actor(),
                                       "sealed, by web form",
                                       {{"request_id", request.id}, {"key_id", now.value("key_id", "")}}}));
  // What was handed out and has not begun is to go with the new one.
  return casework.jobs.call_back(tx, incident);
}

Result<std::optional<Json>> take_access_request(Casework& casework, store::Tx& tx,
                                                const CustomerRequest& request, Incident& incident) {
  if (!request.access)
    return fail(ErrorCode::kInvalid, "missing-field", "the field \"access\" is required", "/access");
  if (!may_have_access(incident.state)) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "the incident is " + std::string(incident::to_string(incident.state)) +
                    " and takes no access: nothing is worked on");
  }
  RESCUE_TRY(SealedAccess::offer(tx, request.id, *request.access, request.submitted_us));
  RESCUE_TRY(accept_access(casework, tx, request, incident));
  RESCUE_ASSIGN(const auto view, SealedAccess::view(tx, incident.id));
  return std::optional<Json>({{"incident_id", incident.id}, {"access", view}});
}

}  // namespace rescue::workflow
