#include "desk/desk.hpp"
#include "desk/second_person.hpp"

namespace rescue::workflow {

Result<Json> requeue_by_operator(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  Jobs::Requeue wish;
  wish.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  wish.actor = call.actor;
  wish.not_before = in.optional_time("not_before");
  wish.take_over = in.boolean("take_over", false);
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto row, tx.find("SELECT state, incident_id FROM jobs WHERE job_id = ?", {call.id}));
  if (row && row->text(0) == "stopped" && needs_second_person(casework.config, kRequeueAction, call)) {
    RESCUE_ASSIGN(const auto incident, casework.incidents.load_exact(tx, row->text(1)));
    return ask_second_person(casework, tx, incident, kRequeueAction, wish.reason, call);
  }
  RESCUE_ASSIGN(const auto job, casework.jobs.requeue(tx, call.id, wish));
  return to_json(job);
}

}  // namespace rescue::workflow
