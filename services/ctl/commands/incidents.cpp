#include "commands/commands.hpp"
#include "commands/incident_story.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string list_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& incident : list["items"]) {
    rows.push_back({field(incident, "incident_id"), field(incident, "state"), field(incident, "server_id"),
                    field(incident, "customer"), field(incident, "waiting_for_customer"),
                    field(incident, "changed_at")});
  }
  if (rows.empty()) return "No incidents.\n";
  return table({"INCIDENT", "STATE", "SERVER", "CUSTOMER", "WAITS FOR", "CHANGED"}, rows);
}

std::string incident_path(const Arguments& given) {
  return "/v1/incidents/" + segment(given.words.at(0));
}

}  // namespace

Status list_incidents(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/incidents", {{"state", given.option("--state")},
                                                      {"server_id", given.option("--server")},
                                                      {"customer", given.option("--customer")}}));
  return session.show(list, list_text);
}

Status show_incident(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto incident, session.api.get(incident_path(given)));
  if (incident.contains("merged_into")) {
    return session.show(incident, [](const Json& alias) {
      return field(alias, "incident_id") + " was merged into " + field(alias, "merged_into") + ".\n";
    });
  }
  RESCUE_ASSIGN(const auto history, session.api.get_all(incident_path(given) + "/history", {}));
  return session.show(Json{{"incident", incident}, {"history", history["items"]}},
                      [](const Json& story) { return incident_story(story["incident"], story["history"]); });
}

Status show_report(Session& session, const Arguments& given) {
  const auto language = given.option("--lang");
  const bool html = given.has("--html");
  const std::string format = html ? "html" : "json";
  RESCUE_ASSIGN(const auto text, session.api.get_text(with_query(incident_path(given) + "/report",
                                                                 {{"format", format}, {"lang", language}})));
  // As it came: it is meant for a file or a program.
  session.out << text << (text.ends_with('\n') ? "" : "\n");
  return {};
}

}  // namespace rescue::ctl
