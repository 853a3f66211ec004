// What waits for people.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string tasks_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : list["items"]) {
    rows.push_back({field(task, "task_id"), field(task, "state"), field(task, "kind"),
                    field(task, "incident_id"), field(task, "created_at"), field(task, "outcome")});
  }
  if (rows.empty()) return "No tasks.\n";
  return table({"TASK", "STATE", "KIND", "INCIDENT", "CREATED", "OUTCOME"}, rows);
}

}  // namespace

Status list_tasks(Session& session, const Arguments& given) {
  const auto state = given.has("--state") ? given.option("--state") : "open";
  RESCUE_ASSIGN(
      const auto list,
      session.api.get_all("/v1/tasks", {{"state", state}, {"incident_id", given.option("--incident")}}));
  return session.show(list, tasks_text);
}

Status complete_task(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto task,
                session.api.post("/v1/tasks/" + segment(given.words.at(0)) + "/completions",
                                 {{"outcome", given.option("--outcome")}, {"note", given.option("--note")}}));
  return session.show(task, [](const Json& done) {
    return escaped(field(done, "task_id") + " is done: " + field(done, "outcome")) + "\n";
  });
}

}  // namespace rescue::ctl
