// R9: an operating system that is not listed goes to a person.
#include "casework.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::workflow {

Status Casework::on_system_unlisted(store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto server_id = in.text("server_id");
  const auto os = in.optional_text("os", {.min_bytes = 0, .max_bytes = 64}).value_or("");
  const auto work_item = in.text("work_item");
  RESCUE_TRY(service::fields_read(in));
  auto incident = incidents.load(tx, message.incident_id);
  // A quote may be asked for with any id: there is nothing to look at then.
  if (!incident && incident.error().code == ErrorCode::kNotFound) return {};
  if (!incident) return fail(incident.error());
  if (incident->server_id != server_id || incident::is_final(incident->state)) return {};
  RESCUE_TRY(tasks.open(tx, {incident->id, "judge_system", server_id},
                        {{"server_id", server_id}, {"os", os}, {"work_item", work_item}}));
  return incidents.record(tx, *incident, "system.unlisted",
                          {"service:pricing",
                           "the operating system is not listed, so no quote was made",
                           {{"server_id", server_id}, {"os", os}}});
}

}  // namespace rescue::workflow
