#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string letters_path(std::string_view service) {
  return "/v1/" + segment(service) + "/dead-letters";
}

std::string list_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& letter : list["items"]) {
    rows.push_back({field(letter, "service"), field(letter, "number"), field(letter, "state"),
                    field(letter, "type"), field(letter, "incident_id"), field(letter, "failed_at"),
                    field(letter, "reason")});
  }
  if (rows.empty()) return "No dead letters.\n";
  return table({"SERVICE", "NUMBER", "STATE", "TYPE", "INCIDENT", "FAILED", "REASON"}, rows);
}

}  // namespace

Status list_dead_letters(Session& session, const Arguments& given) {
  std::vector<std::string> services = {"intake", "workflow", "pricing", "worker"};
  if (!given.words.empty()) services = given.words;
  Json all = Json::array();
  for (const auto& service : services) {
    RESCUE_ASSIGN(const auto list, session.api.get_all(letters_path(service), {}));
    for (auto letter : list["items"]) {
      letter["service"] = service;
      all.push_back(std::move(letter));
    }
  }
  return session.show(Json{{"items", std::move(all)}}, list_text);
}

Status requeue_dead_letter(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto letter, session.api.post(letters_path(given.words.at(0)) + "/" +
                                                        segment(given.words.at(1)) + "/requeues",
                                                    {{"reason", given.option("--reason")}}));
  return session.show(letter, [&](const Json&) {
    return escaped("Number " + given.words.at(1) + " was handed to " + given.words.at(0)) + " again.\n";
  });
}

}  // namespace rescue::ctl
