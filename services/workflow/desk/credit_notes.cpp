// R42: pricing makes credit notes. Where its policy wants a second person it asks here, at the operators'
// desk, and makes the note when one has agreed.
#include "desk/desk.hpp"
#include "desk/second_person.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::workflow {

namespace messages = incident::messages;

Status on_credit_asked(Casework& casework, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto task_id = in.text("task_id");
  const auto charge_id = in.text("charge_id");
  const auto requested_by = in.text("requested_by");
  const Json* body = in.raw("body");
  const auto reason = in.text("reason");
  RESCUE_TRY(service::fields_read(in));
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, message.incident_id));
  const Json details{{"action", kCreditAction},
                     {"id", charge_id},
                     {"body", body != nullptr ? *body : Json::object()},
                     {"noted", {{"incident_id", message.incident_id}, {"task_id", task_id}}},
                     {"requested_by", requested_by},
                     {"reason", reason}};
  // Its own id tells it apart: each credit is a question of its own.
  RESCUE_TRY(
      casework.tasks.open(tx, {incident.id, std::string(kSecondPersonTask), task_id}, details, task_id));
  return casework.incidents.trail(
      tx, incident, "second_person.asked",
      {requested_by, reason, {{"action", kCreditAction}, {"id", charge_id}, {"task_id", task_id}}});
}

Result<Json> grant_credit(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_TRY(casework.service.send(tx, "pricing", std::string(messages::kCreditGranted),
                                   call.noted.value("incident_id", ""),
                                   {{"task_id", call.noted.value("task_id", "")},
                                    {"charge_id", call.id},
                                    {"body", call.body},
                                    {"requested_by", call.actor},
                                    {"approved_by", call.approved_by}},
                                   call.trace));
  return Json::object();
}

Status on_credit_refused(Casework& casework, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto task_id = in.text("task_id");
  const auto charge_id = in.text("charge_id");
  const Json* problem = in.raw("problem");
  RESCUE_TRY(service::fields_read(in));
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, message.incident_id));
  const auto error = service::error_from_json(problem != nullptr ? *problem : Json::object());
  RESCUE_TRY(casework.tasks.open(tx, {incident.id, "credit_refused", task_id},
                                 {{"charge_id", charge_id},
                                  {"granted_as", task_id},
                                  {"problem", error.problem},
                                  {"why", error.detail}}));
  return casework.incidents.trail(
      tx, incident, "credit_note.refused",
      {"service:pricing", error.detail, {{"charge_id", charge_id}, {"problem", error.problem}}});
}

}  // namespace rescue::workflow
