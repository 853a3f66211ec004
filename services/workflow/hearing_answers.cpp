// R14: the customer's answers are evidence of the investigation.
#include "requests.hpp"

namespace rescue::workflow {

Result<std::optional<Json>> take_hearing_answers(Casework& casework, store::Tx& tx,
                                                 const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  const Json* answers = in.raw("answers");
  if (answers == nullptr || !answers->is_object())
    in.fault("answers", "wrong-type", "must be an object of texts");
  RESCUE_TRY(in.done());
  if (incident::is_final(incident.state)) {
    return fail(
        ErrorCode::kConflict, "illegal-transition",
        "the incident is " + std::string(incident::to_string(incident.state)) + " and takes no more answers");
  }
  RESCUE_TRY(casework.hearings.answer(tx, incident.id, *answers));
  if (incident.waiting_for == "hearing") incident.waiting_for.reset();
  RESCUE_TRY(
      casework.incidents.record(tx, incident, "hearing.answered",
                                {request.actor(), "answers by web form", {{"request_id", request.id}}}));
  RESCUE_TRY(casework.notices.receive_all(tx, incident.id, "hearing_questions", "",
                                          {"web_form", request.actor(), "the customer answered"}));
  RESCUE_TRY(casework.finish_work_if_complete(tx, incident, request.trace));
  return std::optional<Json>({{"incident_id", incident.id}, {"hearing", "answered"}});
}

}  // namespace rescue::workflow
