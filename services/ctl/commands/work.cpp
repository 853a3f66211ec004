// What waits for people, and whose hands it is in.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string tasks_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : list["items"]) {
    rows.push_back({field(task, "task_id"), field(task, "state"), field(task, "kind"),
                    field(task, "incident_id"), field(task, "created_at"), field(task, "claimed_by"),
                    field(task, "outcome")});
  }
  if (rows.empty()) return "No tasks.\n";
  return table({"TASK", "STATE", "KIND", "INCIDENT", "CREATED", "HELD BY", "OUTCOME"}, rows);
}

std::string task_text(const Json& task) {
  std::string out = facts({{"Task", field(task, "task_id")},
                           {"State", field(task, "state")},
                           {"Kind", field(task, "kind")},
                           {"Incident", field(task, "incident_id")},
                           {"Created", field(task, "created_at")},
                           {"Held by", field(task, "claimed_by")},
                           {"Details", field(task, "details")},
                           {"Outcome", field(task, "outcome")}});
  std::vector<std::vector<std::string>> rows;
  if (!task.contains("notes")) return out;
  for (const auto& note : task["notes"]) {
    rows.push_back({field(note, "written_at"), field(note, "author"), field(note, "text")});
  }
  return rows.empty() ? out : out + "\n" + table({"AT", "WHO", "NOTE"}, rows);
}

std::string task_path(const Arguments& given, std::string_view what) {
  return "/v1/tasks/" + segment(given.words.at(0)) + std::string(what);
}

std::string held(const Json& task) {
  const auto holder = field(task, "claimed_by");
  return escaped(field(task, "task_id") + " is in " + (holder == "-" ? "nobody's" : holder + "'s") +
                 " hands") +
         ".\n";
}

}  // namespace

Status list_tasks(Session& session, const Arguments& given) {
  const auto state = given.has("--state") ? given.option("--state") : "open";
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/tasks", {{"state", state},
                                                  {"incident_id", given.option("--incident")},
                                                  {"kind", given.option("--kind")},
                                                  {"holder", given.option("--holder")}}));
  return session.show(list, tasks_text);
}

Status show_task(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto task, session.api.get(task_path(given, "")));
  return session.show(task, task_text);
}

Status claim_task(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto task, session.api.post(task_path(given, "/claims"), Json::object()));
  return session.show(task, held);
}

Status release_task(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto task,
                session.api.post(task_path(given, "/releases"), {{"reason", given.option("--reason")}}));
  return session.show(task, held);
}

Status hand_task_over(Session& session, const Arguments& given) {
  Json body{{"to", given.option("--to")}, {"reason", given.option("--reason")}};
  if (given.has("--from")) body["from"] = given.option("--from");
  RESCUE_ASSIGN(const auto task, session.api.post(task_path(given, "/hand-overs"), body));
  return session.show(task, held);
}

Status complete_task(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto task,
                session.api.post(task_path(given, "/completions"),
                                 {{"outcome", given.option("--outcome")}, {"note", given.option("--note")}}));
  return session.show(task, [](const Json& done) {
    return escaped(field(done, "task_id") + " is done: " + field(done, "outcome")) + "\n";
  });
}

}  // namespace rescue::ctl
