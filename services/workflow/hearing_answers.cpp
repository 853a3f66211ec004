// R14: the customer's answers are evidence of the investigation.
#include "requests.hpp"

namespace rescue::workflow {

Result<std::optional<Json>> take_hearing_answers(Casework& casework, store::Tx& tx,
                                                 const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  const Json* answers = in.raw("answers");
  const bool complete = in.boolean("complete", true);
  if (answers == nullptr || !answers->is_object())
    in.fault("answers", "wrong-type", "must be an object of texts");
  RESCUE_TRY(in.done());
  if (incident::is_final(incident.state)) {
    return fail(
        ErrorCode::kConflict, "illegal-transition",
        "the incident is " + std::string(incident::to_string(incident.state)) + " and takes no more answers");
  }
  RESCUE_ASSIGN(const auto taken, casework.hearings.answer(tx, incident.id,
                                                           {.request_id = request.id,
                                                            .actor = request.actor_json(),
                                                            .submitted_us = request.submitted_us,
                                                            .answers = *answers,
                                                            .complete = complete}));
  const auto& [hearing, sha256] = taken;
  if (complete && incident.waiting_for == "hearing") incident.waiting_for.reset();
  RESCUE_TRY(casework.incidents.record(
      tx, incident, complete ? "hearing.answered" : "hearing.answered_in_part",
      {request.actor(),
       "answers by web form",
       {{"request_id", request.id}, {"sha256", sha256}, {"round", hearing.round}}}));
  for (const auto* kind : {"hearing_questions", "hearing_reminder"}) {
    RESCUE_TRY(casework.notices.receive_all(tx, incident.id, kind, "",
                                            {"web_form", request.actor(), "the customer answered"}));
  }
  RESCUE_TRY(casework.finish_work_if_complete(tx, incident, request.trace));
  return std::optional<Json>({{"incident_id", incident.id},
                              {"hearing", hearing.state},
                              {"sha256", sha256},
                              {"unanswered", hearing.unanswered()}});
}

}  // namespace rescue::workflow
