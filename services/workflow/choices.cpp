// R28, R29: the customer is shown the situation and chooses; who, when and the text shown are stored.
#include "notices/announcements.hpp"
#include "requests.hpp"

namespace rescue::workflow {

Result<std::optional<Json>> take_choice(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                                        Incident& incident) {
  JsonReader in(request.body);
  const auto choice = in.one_of("choice", {"self_remediation", "service"});
  const auto shown_sha256 = in.text("situation_sha256");
  RESCUE_TRY(in.done());

  const bool service = choice == "service";
  const auto event = service ? incident::Event::kChooseService : incident::Event::kChooseSelfRemediation;
  RESCUE_TRY(incident::next(incident.state, event));
  if (incident.situation.is_null()) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "nothing was confirmed that the customer could choose about");
  }
  if (incident.situation.value("sha256", "") != shown_sha256) {
    return fail(ErrorCode::kConflict, "situation-changed",
                "the situation is not the one that was shown; show the present one and ask again",
                "/situation_sha256");
  }
  if (incident.state == incident::State::kClosed) {
    RESCUE_ASSIGN(const auto newer,
                  casework.incidents.open_for(tx, incident.server_id, incident.customer, incident.category));
    if (newer) {
      return fail(ErrorCode::kConflict, "illegal-transition",
                  "this incident is closed and the server has a newer one, " + newer->id + "; choose there");
    }
  }
  RESCUE_TRY(tx.execute(
      "INSERT INTO choices (request_id, incident_id, choice, actor, shown, chosen_us) VALUES (?,?,?,?,?,?)",
      {request.id, incident.id, choice, dump_json(request.actor_json()), dump_json(incident.situation),
       request.submitted_us}));
  incident.choice = choice;
  incident.waiting_for = service ? std::optional<std::string>("order") : std::nullopt;
  incident.traceparent = request.trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(tx, incident, event,
                                        {request.actor(),
                                         "choice by web form",
                                         {{"request_id", request.id}, {"situation_sha256", shown_sha256}}}));
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "situation", shown_sha256,
                                          {"web_form", request.actor(), "the customer chose"}));
  if (!service) RESCUE_TRY(tell_guidance(casework, tx, incident, request.id));
  return std::optional<Json>(
      {{"incident_id", incident.id}, {"choice", choice}, {"state", incident::to_string(incident.state)}});
}

}  // namespace rescue::workflow
