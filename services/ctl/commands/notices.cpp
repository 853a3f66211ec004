// What customers and reporters were told, and the endpoints it goes to.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string subject_of(const Json& notice) {
  if (!notice.contains("texts") || !notice["texts"].contains("en")) return "-";
  return field(notice["texts"]["en"], "subject");
}

std::string receipt_of(const Json& notice) {
  if (!notice.contains("receipt") || !notice["receipt"].is_object()) return "-";
  const auto& receipt = notice["receipt"];
  return field(receipt, "at") + " " + field(receipt, "channel") + " " + field(receipt, "by");
}

std::string notices_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& notice : list["items"]) {
    rows.push_back({field(notice, "notice_id"), field(notice, "state"), field(notice, "kind"),
                    field(notice, "recipient"), field(notice, "incident_id"), receipt_of(notice)});
  }
  if (rows.empty()) return "No notices.\n";
  return table({"NOTICE", "STATE", "KIND", "RECIPIENT", "INCIDENT", "RECEIPT"}, rows);
}

std::string notice_text(const Json& notice) {
  std::string out = facts({{"notice", field(notice, "notice_id")},
                           {"kind", field(notice, "kind")},
                           {"incident", field(notice, "incident_id")},
                           {"recipient", field(notice, "audience") + " " + field(notice, "recipient")},
                           {"subject", subject_of(notice)},
                           {"state", field(notice, "state")},
                           {"receipt", receipt_of(notice)}});
  std::vector<std::vector<std::string>> rows;
  for (const auto& delivery : notice["deliveries"]) {
    rows.push_back({field(delivery, "channel"), field(delivery, "destination"), field(delivery, "state"), "-",
                    field(delivery, "next_attempt_at"), field(delivery, "detail")});
    for (const auto& attempt : delivery["attempts"]) {
      rows.push_back({"", "", field(attempt, "outcome"), field(attempt, "number"), field(attempt, "begun_at"),
                      field(attempt, "detail")});
    }
  }
  if (rows.empty()) return out + "\nIt is shown over REST only: there is no other way to the recipient.\n";
  return out + "\n" + table({"CHANNEL", "DESTINATION", "STATE", "ATTEMPT", "WHEN", "WHAT CAME OF IT"}, rows);
}

std::string endpoints_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& endpoint : list["items"]) {
    rows.push_back({field(endpoint, "endpoint_id"), field(endpoint, "state"),
                    field(endpoint, "audience") + " " + field(endpoint, "recipient"), field(endpoint, "url"),
                    field(endpoint, "failing_since"), field(endpoint, "reason")});
  }
  if (rows.empty()) return "No endpoints.\n";
  return table({"ENDPOINT", "STATE", "WHOSE", "URL", "FAILING SINCE", "WHY"}, rows);
}

std::string path_of(const Arguments& given) {
  return "/v1/notices/" + segment(given.words.at(0));
}

}  // namespace

Status list_notices(Session& session, const Arguments& given) {
  const bool one = given.has("--incident");
  const auto path = one ? "/v1/incidents/" + segment(given.option("--incident")) + "/notices" : "/v1/notices";
  std::vector<std::pair<std::string, std::string>> filter;
  if (!one) filter = {{"state", given.option("--state")}};
  RESCUE_ASSIGN(const auto list, session.api.get_all(path, filter));
  return session.show(list, notices_text);
}

Status show_notice(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto notice, session.api.get(path_of(given)));
  return session.show(notice, notice_text);
}

Status retry_notice(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto notice,
                session.api.post(path_of(given) + "/retries", {{"reason", given.option("--reason")}}));
  return session.show(notice, notice_text);
}

Status settle_notice(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto notice,
                session.api.post(path_of(given) + "/settlements",
                                 {{"channel", given.option("--channel")}, {"how", given.option("--how")}}));
  return session.show(notice, notice_text);
}

Status list_endpoints(Session& session, const Arguments&) {
  RESCUE_ASSIGN(const auto list, session.api.get("/v1/notice-endpoints"));
  return session.show(list, endpoints_text);
}

Status enable_endpoint(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto now,
                session.api.post("/v1/notice-endpoints/" + segment(given.words.at(0)) + "/enablings",
                                 {{"reason", given.option("--reason")}}));
  return session.show(now, [](const Json& endpoint) {
    return escaped(field(endpoint, "endpoint_id") + " is now " + field(endpoint, "state")) + ".\n";
  });
}

Status announce_stop(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto window,
                session.api.post("/v1/incidents/" + segment(given.words.at(0)) + "/stop-windows",
                                 {{"from", given.option("--from")},
                                  {"until", given.option("--until")},
                                  {"reason", given.option("--reason")}}));
  return session.show(window, [](const Json& now) {
    return escaped("The customer is told: from " + field(now, "from") + " until " + field(now, "until")) +
           ".\n";
  });
}

}  // namespace rescue::ctl
