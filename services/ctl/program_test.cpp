// How it is called, incidents, decisions, the desk.
#include "program_testing.hpp"

namespace rescue::ctl {
namespace {

TEST_F(Program, HelpListsEveryCommand) {
  EXPECT_EQ(run({"--help"}), 0);
  for (const auto& command : commands()) {
    EXPECT_NE(out.str().find("  " + std::string(command.name)), std::string::npos) << command.name;
  }
}

TEST_F(Program, SaysHowItWasWronglyCalled) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"incidence"}), 2);
  EXPECT_NE(err.str().find("no such command: incidence"), std::string::npos);
  EXPECT_EQ(run({"confirm", "inc_1", "--as", "intrusion"}), 2);
  EXPECT_EQ(err.str(),
            "rescuectl: --reason is missing\n"
            "usage: rescuectl confirm ID --as KINDS --reason R [--version N]\n");
  EXPECT_EQ(run({"incidents", "--url"}), 2);
}

TEST_F(Program, ListsIncidentsInColumns) {
  route(Method::kGet, "/v1/incidents", page({kIncident}));
  EXPECT_EQ(run({"incidents", "--state", "confirmed"}), 0) << err.str();
  EXPECT_EQ(out.str(),
            "INCIDENT  STATE      SERVER    CUSTOMER  WAITS FOR  CHANGED\n"
            "inc_1     confirmed  srv-1001  C-1001    choice     t2\n");
  EXPECT_EQ(last().query.at("state"), "confirmed");
}

TEST_F(Program, FollowsTheCursorToTheLastPage) {
  http::Route paged;
  paged.pattern = "/v1/incidents";
  paged.roles = {"operator"};
  paged.handler = [](const http::Request& request) -> Result<http::Response> {
    const bool first = !request.query.contains("cursor");
    return http::Response::json(
        200, page({{{"incident_id", first ? "inc_1" : "inc_2"}}}, first ? Json("a b") : Json()));
  };
  routes.push_back(paged);
  EXPECT_EQ(run({"incidents"}), 0) << err.str();
  EXPECT_NE(out.str().find("inc_1"), std::string::npos);
  EXPECT_NE(out.str().find("inc_2"), std::string::npos);
}

TEST_F(Program, TellsAnIncidentsStoryWithItsControlBytesShown) {
  auto incident = kIncident;
  incident["reports"] = {
      {{"report_id", "rep_1"}, {"source", "third_party"}, {"category", "intrusion"}, {"received_at", "t0"}}};
  incident["tasks"] = {{{"task_id", "tsk_1"}, {"kind", "judge_precheck"}, {"state", "open"}}};
  incident["access"] = {
      {"given", true}, {"key_id", "seal-0123456789abcdef"}, {"received_at", "2026-09-18T03:04:05Z"}};
  incident["precheck"] = {{"intrusion", "undetermined"},
                          {"outside",
                           {{"answer", "confirmed"},
                            {"checks",
                             {{{"complaint", {{"kind", "open_relay"}}},
                               {"answer", "confirmed"},
                               {"address", "192.0.2.10"},
                               {"port", 25},
                               {"why", "it takes mail from strangers"}}}}}}};
  route(Method::kGet, "/v1/incidents/{id}", incident);
  route(Method::kGet, "/v1/incidents/{id}/history",
        page({{{"number", 1},
               {"at", "t1"},
               {"actor", "operator:ops"},
               {"action", "incident.transition"},
               {"reason", "seen \x1b[31mit"}}}));
  EXPECT_EQ(run({"incident", "inc_1"}), 0) << err.str();
  for (const auto* text : {"Server:", "srv-1001", "rep_1", "judge_precheck", "What happened", "operator:ops",
                           "undetermined", "seal-0123456789abcdef", "Seen from outside", "open_relay",
                           "192.0.2.10", "it takes mail from strangers", "seen \\x1b[31mit"}) {
    EXPECT_NE(out.str().find(text), std::string::npos) << text << "\n" << out.str();
  }
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST_F(Program, ShowsTheClocksOfAnIncidentDayByDay) {
  const Json saturday{{"day", "2026-09-19"},
                      {"weekday", "Saturday"},
                      {"closed", "weekend"},
                      {"name", "Saturday"},
                      {"seconds", 0}};
  const Json thursday{{"day", "2026-09-24"},
                      {"weekday", "Thursday"},
                      {"closed", nullptr},
                      {"name", nullptr},
                      {"seconds", 3600}};
  const Json step{{"from", "2026-09-18T03:00:00.000Z"}, {"waiting_for", "hearing"}, {"days", Json::array()}};
  route(Method::kGet, "/v1/incidents/{id}/sla",
        Json{{"incident_id", "inc_1"},
             {"hours", "mon-fri 10:00-18:00"},
             {"time", {{"elapsed_us", 7'200'000'000}, {"customer_us", 3'600'000'000}}},
             {"clocks",
              {{{"clock", "report"},
                {"run", 1},
                {"state", "running"},
                {"used_us", 60'000'000},
                {"target_us", 57'600'000'000},
                {"due_at", "2026-09-24T02:00:00.000Z"},
                {"steps", {step}},
                {"until_due", {saturday, thursday}}}}}});
  EXPECT_EQ(run({"sla", "inc_1"}), 0) << err.str();
  for (const auto* text : {"report  1    running  1 min  960 min", "Elapsed:", "120 min",
                           "waits for the customer: hearing", "weekend: Saturday", "60 min"}) {
    EXPECT_NE(out.str().find(text), std::string::npos) << text << "\n" << out.str();
  }
}

TEST_F(Program, SaysWhenWeWork) {
  route(Method::kGet, "/v1/business-calendar",
        Json{{"at", "2026-09-18T20:00:00+09:00"},
             {"hours", "mon-fri 10:00-18:00"},
             {"open", false},
             {"opens_at", "2026-09-24T10:00:00+09:00"},
             {"opens_why",
              {{{"day", "2026-09-22"},
                {"weekday", "Tuesday"},
                {"closed", "public_holiday"},
                {"name", "国民の休日"},
                {"seconds", 0}}}},
             {"next_business_day", "2026-09-24"},
             {"next_business_day_why", Json::array()},
             {"holidays_missing", false}});
  EXPECT_EQ(run({"calendar", "--at", "2026-09-18T20:00:00+09:00"}), 0) << err.str();
  EXPECT_EQ(last().query.at("at"), "2026-09-18T20:00:00+09:00");
  EXPECT_NE(out.str().find("public_holiday: 国民の休日"), std::string::npos) << out.str();
}

TEST_F(Program, ConfirmsWithReasonAndVersion) {
  route(Method::kPost, "/v1/incidents/{id}/decisions",
        Json{{"incident_id", "inc_1"}, {"state", "awaiting_choice"}, {"version", 5}});
  EXPECT_EQ(
      run({"confirm", "inc_1", "--as", "intrusion,mail_abuse", "--reason", "seen it", "--version", "4"}), 0)
      << err.str();
  EXPECT_EQ(out.str(), "inc_1 is now awaiting_choice (version 5).\n");
  EXPECT_EQ(*parse_json(last().body), (Json{{"decision", "confirm"},
                                            {"confirmation", {"intrusion", "mail_abuse"}},
                                            {"reason", "seen it"},
                                            {"version", 4}}));
  EXPECT_TRUE(last().header("idempotency-key"));
  EXPECT_EQ(run({"decide", "inc_1", "recheck", "--reason", "again"}), 0);
  EXPECT_EQ(*parse_json(last().body), (Json{{"decision", "recheck"}, {"reason", "again"}}));
}

TEST_F(Program, AsksTheCustomerMore) {
  route(Method::kPost, "/v1/incidents/{id}/hearing-questions",
        Json{{"incident_id", "inc_1"}, {"round", 2}, {"deadline", "2026-09-21T03:00:00.000Z"}});
  EXPECT_EQ(run({"ask", "inc_1", "--ja", "誰ですか。", "--en", "Who is it?", "--reason", "a log-in"}), 0)
      << err.str();
  EXPECT_EQ(out.str(), "inc_1 waits for the customer until 2026-09-21T03:00:00.000Z.\n");
  EXPECT_EQ(*parse_json(last().body),
            (Json{{"questions", {{{"ja", "誰ですか。"}, {"en", "Who is it?"}}}}, {"reason", "a log-in"}}));
}

TEST_F(Program, PrintsWhatTheServiceRefused) {
  route(Method::kPost, "/v1/incidents/{id}/decisions",
        fail(ErrorCode::kConflict, "illegal-transition", "the incident is closed; possible: reopen",
             "/decision"));
  EXPECT_EQ(run({"unconfirm", "inc_1", "--reason", "r"}), 1);
  EXPECT_NE(err.str().find("409"), std::string::npos);
  EXPECT_NE(err.str().find("the incident is closed; possible: reopen"), std::string::npos);
  EXPECT_NE(err.str().find("(at /decision)"), std::string::npos);
  EXPECT_EQ(out.str(), "");
}

TEST_F(Program, SaysWhenNobodyAnswers) {
  EXPECT_EQ(run({"--url", "http://127.0.0.1:1", "incidents"}), 1);
  EXPECT_NE(err.str().find("http://127.0.0.1:1"), std::string::npos);
}

TEST_F(Program, JsonPrintsWhatTheServiceSaid) {
  route(Method::kGet, "/v1/tasks", page({{{"task_id", "tsk_1"}}}));
  EXPECT_EQ(run({"tasks", "--json"}), 0) << err.str();
  EXPECT_EQ(*parse_json(out.str()), (Json{{"items", {{{"task_id", "tsk_1"}}}}}));
  EXPECT_EQ(last().query.at("state"), "open");
}

TEST_F(Program, PrintsTheReportAsItCame) {
  http::Route report;
  report.pattern = "/v1/incidents/{id}/report";
  report.roles = {"operator"};
  report.handler = [](const http::Request& request) -> Result<http::Response> {
    http::Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = "<html lang=\"" + request.query.at("lang") + "\">" + request.query.at("format");
    return response;
  };
  routes.push_back(report);
  EXPECT_EQ(run({"report", "inc_1", "--html", "--lang", "ja"}), 0) << err.str();
  EXPECT_EQ(out.str(), "<html lang=\"ja\">html\n");
}

TEST_F(Program, AnIdNeverLeavesItsPathSegment) {
  route(Method::kGet, "/v1/incidents/{id}", kIncident);
  route(Method::kGet, "/v1/tasks", page(Json::array()));
  EXPECT_EQ(run({"incident", "../tasks?x"}), 1);
  for (const auto& request : requests) EXPECT_NE(request.path, "/v1/tasks");
}

TEST_F(Program, TakesTheTokenFromAFile) {
  route(Method::kGet, "/v1/jobs", page(Json::array()));
  std::ofstream(directory + "/token") << token << "\n";
  token = "rk_wrong";
  EXPECT_EQ(run({"jobs"}), 1);
  EXPECT_NE(err.str().find("401"), std::string::npos);
  EXPECT_EQ(run({"--token-file", directory + "/token", "jobs"}), 0) << err.str();
  EXPECT_EQ(out.str(), "No jobs.\n");
}

TEST_F(Program, MakesListsAndDisablesKeys) {
  const auto file = directory + "/keys.json";
  EXPECT_EQ(run({"key", "new", "--id", "k1", "--role", "operator", "--name", "夜勤", "--file", file}), 0)
      << err.str();
  const auto at = out.str().find("rk_k1_");
  ASSERT_NE(at, std::string::npos);
  const auto made = out.str().substr(at, 6 + 64);
  EXPECT_TRUE(http::ApiKeys::load(file)->authenticate("Bearer " + made));
  EXPECT_EQ(run({"key", "list", "--file", file}), 0);
  EXPECT_EQ(out.str(), "ID  ROLE      STATE  NAME\nk1  operator  works  夜勤\n");
  EXPECT_EQ(run({"key", "disable", "--id", "k1", "--file", file}), 0);
  EXPECT_FALSE(http::ApiKeys::load(file)->authenticate("Bearer " + made));
  EXPECT_EQ(run({"key", "new", "--id", "k1", "--role", "king", "--name", "n"}), 1);
}

TEST_F(Program, TakesATaskInHandAndHandsItOver) {
  const Json task{{"task_id", "tsk_1"}, {"state", "open"}, {"claimed_by", "operator:ops"}};
  route(Method::kPost, "/v1/tasks/{id}/claims", task);
  route(Method::kPost, "/v1/tasks/{id}/hand-overs", task);
  EXPECT_EQ(run({"task", "claim", "tsk_1"}), 0) << err.str();
  EXPECT_EQ(out.str(), "tsk_1 is in operator:ops's hands.\n");
  EXPECT_EQ(run({"task", "hand-over", "tsk_1", "--to", "ops-2", "--from", "ops-3", "--reason", "gone home"}),
            0);
  EXPECT_EQ(last().json().value(), Json({{"to", "ops-2"}, {"from", "ops-3"}, {"reason", "gone home"}}));
}

TEST_F(Program, SaysThatAnotherOperatorHasToAgree) {
  const Json waits{{"waiting_for", "second_person"}, {"task_id", "tsk_9"}, {"action", "merge"}};
  route(Method::kPost, "/v1/incidents/{id}/merges", waits);
  route(Method::kPost, "/v1/incidents/{id}/decisions", waits);
  route(Method::kPost, "/v1/incidents/{id}/reopenings", waits);
  route(Method::kPost, "/v1/charges/{charge_id}/credit-notes", waits);
  EXPECT_EQ(run({"merge", "inc_2", "--into", "inc_1", "--reason", "one"}), 0) << err.str();
  EXPECT_EQ(out.str(), "Another operator has to agree: task tsk_9.\n");
  EXPECT_EQ(last().json().value(), Json({{"into", "inc_1"}, {"reason", "one"}}));
  EXPECT_EQ(run({"decide", "inc_2", "cancel", "--reason", "r"}), 0);
  EXPECT_EQ(out.str(), "Another operator has to agree: task tsk_9.\n");
  EXPECT_EQ(run({"reopen", "inc_2", "--reason", "r"}), 0);
  EXPECT_EQ(out.str(), "Another operator has to agree: task tsk_9.\n");
  EXPECT_EQ(run({"credit", "chg_1", "--total", "5830", "--reason", "late"}), 0);
  EXPECT_EQ(out.str(), "Another operator has to agree: task tsk_9.\n");
}

TEST_F(Program, BringsAFileToTheEvidenceStore) {
  route(Method::kPost, "/v1/evidence", Json{{"sha256", "9f86"}, {"bytes", 4}});
  std::ofstream(directory + "/found.log") << "f\x01oo";
  EXPECT_EQ(run({"evidence", "bring", directory + "/found.log"}), 0) << err.str();
  EXPECT_EQ(out.str(), "9f86\n");
  EXPECT_EQ(last().json().value(), Json({{"content_base64", "ZgFvbw=="}}));
  EXPECT_EQ(run({"evidence", "bring", directory + "/none.log"}), 1);
}

TEST_F(Program, EndsAnInvestigationByHand) {
  route(Method::kPost, "/v1/incidents/{id}/manual-completions",
        Json{{"incident_id", "inc_1"}, {"state", "working"}, {"outcome", "cause_identified"}});
  EXPECT_EQ(run({"finish", "inc_1", "--outcome", "cause_identified", "--reason-ja", "記録", "--reason-en",
                 "records", "--evidence", "aa,bb", "--technique", "T1190", "--entry-ja", "古い", "--entry-en",
                 "old", "--confidence", "high"}),
            0)
      << err.str();
  const auto body = last().json().value();
  EXPECT_EQ(body.at("evidence_read"), Json::array({"aa", "bb"}));
  EXPECT_EQ(body.at("entry").at("title").at("en"), "old");
}

}  // namespace
}  // namespace rescue::ctl
