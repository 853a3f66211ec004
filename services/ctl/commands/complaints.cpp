// Complaints as mails: handed in, looked at as they came, and made a report of where a person had to read
// them.
#include <fstream>
#include <iterator>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string taken_text(const Json& answer) {
  const auto state = field(answer, "state");
  return escaped("Report " + field(answer, "report_id") +
                 (state == "for_person" ? ": a person has to read it"
                                        : ", incident " + field(answer, "incident_id"))) +
         ".\n";
}

}  // namespace

Status hand_in_mail(Session& session, const Arguments& given) {
  std::ifstream file(given.words.at(0), std::ios::binary);
  if (!file) return fail(ErrorCode::kInvalid, "file-unreadable", "cannot read " + given.words.at(0));
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  RESCUE_ASSIGN(const auto taken, session.api.post_bytes("/v1/reports", bytes, "message/rfc822"));
  return session.show(taken, taken_text);
}

Status show_original(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto text,
                session.api.get_text("/v1/reports/" + segment(given.words.at(0)) + "/original"));
  // As it came, whatever is in it: it is meant for a file or a program.
  session.out << text;
  return {};
}

Status report_what_was_read(Session& session, const Arguments& given) {
  Json body{{"source", "third_party"},
            {"category", given.option("--category")},
            {"server", {{"address", given.option("--server")}}},
            {"summary", given.option("--summary")},
            {"of_report", given.words.at(0)}};
  if (given.has("--seen-at")) body["seen_at"] = given.option("--seen-at");
  RESCUE_ASSIGN(const auto taken, session.api.post("/v1/reports", body));
  return session.show(taken, taken_text);
}

}  // namespace rescue::ctl
