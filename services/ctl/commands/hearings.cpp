// What the customer is asked.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {

Status ask_customer(Session& session, const Arguments& given) {
  const Json question{{"ja", given.option("--ja")}, {"en", given.option("--en")}};
  const Json body{{"questions", Json::array({question})}, {"reason", given.option("--reason")}};
  RESCUE_ASSIGN(const auto asked,
                session.api.post("/v1/incidents/" + segment(given.words.at(0)) + "/hearing-questions", body));
  return session.show(asked, [](const Json& round) {
    return escaped(field(round, "incident_id") + " waits for the customer until " +
                   field(round, "deadline")) +
           ".\n";
  });
}

}  // namespace rescue::ctl
