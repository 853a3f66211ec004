#include <charconv>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

Result<Json> decision_body(std::string_view decision, const Arguments& given) {
  Json body = {{"decision", decision}, {"reason", given.option("--reason")}};
  if (!given.has("--version")) return body;
  const auto text = given.option("--version");
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::kInvalid, "bad-request", "--version must be a whole number");
  }
  body["version"] = version;
  return body;
}

Status post_decision(Session& session, const Arguments& given, const Json& body) {
  RESCUE_ASSIGN(const auto answer,
                session.api.post("/v1/incidents/" + segment(given.words.at(0)) + "/decisions", body));
  return session.show(answer, [](const Json& now) {
    return done_or_waiting(now, field(now, "incident_id") + " is now " + field(now, "state") + " (version " +
                                    field(now, "version") + ").");
  });
}

}  // namespace

Status confirm(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(auto body, decision_body("confirm", given));
  body["confirmation"] = split_list(given.option("--as"));
  return post_decision(session, given, body);
}

Status unconfirm(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto body, decision_body("unconfirm", given));
  return post_decision(session, given, body);
}

Status decide(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto body, decision_body(given.words.at(1), given));
  return post_decision(session, given, body);
}

}  // namespace rescue::ctl
