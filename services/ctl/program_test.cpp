// The program against a real HTTP server that answers as the services do.
#include "program.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "command.hpp"
#include "rescue/http/server.hpp"

namespace rescue::ctl {
namespace {

using http::Method;

class Program : public ::testing::Test {
 protected:
  Program() {
    std::string name = std::filesystem::temp_directory_path() / "rescuectl-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory");
    directory = name;
    const auto key = *http::make_api_key("ops", "operator", "operator of the tests");
    token = key.token;
    keys = *http::ApiKeys::parse(dump_json({{"keys",
                                             {{{"id", key.entry.id},
                                               {"role", key.entry.role},
                                               {"name", key.entry.name},
                                               {"sha256", key.entry.sha256}}}}}));
  }
  ~Program() override {
    if (server) server->drain();
    std::filesystem::remove_all(directory);
  }

  /// Answers `body` to `method` `pattern` and remembers what was asked.
  void route(Method method, const std::string& pattern, Result<Json> body) {
    http::Route route;
    route.method = method;
    route.pattern = pattern;
    route.roles = {"operator"};
    route.handler = [this, body](const http::Request& request) -> Result<http::Response> {
      const std::lock_guard lock(mutex);
      requests.push_back(request);
      if (!body) return fail(body.error());
      return http::Response::json(request.method == Method::kPost ? 201 : 200, *body);
    };
    routes.push_back(std::move(route));
  }

  int run(std::vector<std::string> arguments) {
    if (!server && !routes.empty()) {
      server =
          std::make_unique<http::Server>(http::Server::Options{.threads = 1}, routes, keys, log, metrics);
      server->start();
    }
    const auto environment = [&](const std::string& name) -> std::optional<std::string> {
      if (name == "RESCUE_TOKEN") return token;
      if (name == "RESCUE_URL" && server) return "http://127.0.0.1:" + std::to_string(server->port());
      return std::nullopt;
    };
    out.str("");
    err.str("");
    return run_program(arguments, environment, out, err);
  }
  http::Request last() {
    const std::lock_guard lock(mutex);
    return requests.at(requests.size() - 1);
  }

  std::string directory;
  std::string token;
  http::ApiKeys keys;
  SystemClock clock;
  log::Logger log{{.service = "test", .fd = 2, .minimum = log::Level::kError}, clock};
  telemetry::Metrics metrics;
  std::vector<http::Route> routes;
  std::unique_ptr<http::Server> server;
  std::mutex mutex;
  std::vector<http::Request> requests;
  std::ostringstream out;
  std::ostringstream err;
};

Json page(Json items, Json cursor = nullptr) {
  return {{"items", std::move(items)}, {"next_cursor", std::move(cursor)}};
}

const Json kIncident = {
    {"incident_id", "inc_1"}, {"state", "confirmed"},    {"server_id", "srv-1001"},
    {"customer", "C-1001"},   {"category", "intrusion"}, {"waiting_for_customer", "choice"},
    {"opened_at", "t1"},      {"changed_at", "t2"},      {"version", 4}};

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
  route(Method::kGet, "/v1/incidents/{id}", incident);
  route(Method::kGet, "/v1/incidents/{id}/history",
        page({{{"number", 1},
               {"at", "t1"},
               {"actor", "operator:ops"},
               {"action", "incident.transition"},
               {"reason", "seen \x1b[31mit"}}}));
  EXPECT_EQ(run({"incident", "inc_1"}), 0) << err.str();
  for (const auto* text : {"Server:", "srv-1001", "rep_1", "judge_precheck", "What happened", "operator:ops",
                           "seen \\x1b[31mit"}) {
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

TEST_F(Program, CompletesTasksAndRequeues) {
  route(Method::kPost, "/v1/tasks/{id}/completions",
        Json{{"task_id", "tsk_1"}, {"state", "done"}, {"outcome", "judged"}});
  route(Method::kPost, "/v1/jobs/{id}/requeues", Json{{"job_id", "job_1"}, {"state", "queued"}});
  route(Method::kPost, "/v1/workflow/dead-letters/{number}/requeues", Json{{"number", 3}});
  EXPECT_EQ(run({"task", "complete", "tsk_1", "--outcome", "judged", "--note", "by hand"}), 0) << err.str();
  EXPECT_EQ(*parse_json(last().body), (Json{{"outcome", "judged"}, {"note", "by hand"}}));
  EXPECT_EQ(run({"job", "requeue", "job_1", "--reason", "disk is back"}), 0) << err.str();
  EXPECT_EQ(run({"dead-letter", "requeue", "workflow", "3", "--reason", "fixed"}), 0) << err.str();
  EXPECT_EQ(last().path, "/v1/workflow/dead-letters/3/requeues");
}

TEST_F(Program, QuotesForASystemThatIsNotListed) {
  route(Method::kPost, "/v1/quotes",
        Json{{"quote_id", "quo_1"}, {"total_yen", 88'000}, {"expires_at", "2026-09-25T03:00:00.000Z"}});
  EXPECT_EQ(run({"quote", "judge", "inc_1", "--server", "srv-1", "--item", "investigation", "--standing",
                 "past_support", "--reason", "a fork"}),
            0)
      << err.str();
  EXPECT_EQ(*parse_json(last().body),
            (Json{{"incident_id", "inc_1"},
                  {"server_id", "srv-1"},
                  {"work_item", "investigation"},
                  {"out_of_hours", false},
                  {"system_judgement", {{"standing", "past_support"}, {"reason", "a fork"}}}}));
  EXPECT_NE(out.str().find("88000 yen"), std::string::npos) << out.str();
}

TEST_F(Program, ShowsWhatIsSupportedAndWhatCanBeChosen) {
  route(Method::kGet, "/v1/supported-systems",
        Json{{"on", "2026-09-18"},
             {"operating_systems", {{{"os", "debian-12"}, {"end_of_support", "2028-06-30"}}}},
             {"packages", Json::array()}});
  const Json timing = {{"promised_finish", "2026-09-24T02:00:00.000Z"}, {"price", {{"total_yen", 55'000}}}};
  route(Method::kGet, "/v1/comparison",
        Json{{"items",
              {{{"work_item", "investigation"},
                {"available", true},
                {"now", timing},
                {"wait_until_opening", timing},
                {"saving_yen", 0}}}},
             {"comparison_id", "cmp_1"}});
  EXPECT_EQ(run({"systems"}), 0) << err.str();
  EXPECT_NE(out.str().find("2028-06-30"), std::string::npos) << out.str();
  EXPECT_EQ(run({"comparison", "srv-1001", "--incident", "inc_1"}), 0) << err.str();
  EXPECT_EQ(last().query.at("server_id"), "srv-1001");
  EXPECT_EQ(last().query.at("incident_id"), "inc_1");
  EXPECT_NE(out.str().find("55000"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("cmp_1"), std::string::npos) << out.str();
}

TEST_F(Program, R28_TellsWhatTheCustomerWasShown) {
  const Json actor = {{"customer", "C-1001"}, {"person", "P-1"}};
  const Json compared = {{"comparison_id", "cmp_1"}, {"at", "t1"}, {"items", Json::array()}};
  auto incident = kIncident;
  incident["choice"] = {{"choice", "service"},
                        {"actor", actor},
                        {"chosen_at", "t3"},
                        {"comparison", {{"recorded", true}, {"sha256", "5ca1e"}, {"document", compared}}}};
  incident["earlier_choices"] = {{{"choice", "self_remediation"},
                                  {"actor", actor},
                                  {"chosen_at", "t2"},
                                  {"comparison", {{"recorded", false}}}}};
  incident["orders"] = {{{"order_id", "ord_1"},
                         {"consents",
                          {{{"id", "consent-r33"},
                            {"version", "1.2"},
                            {"language", "en"},
                            {"shown", true},
                            {"accepted_at", "t4"}}}}}};
  route(Method::kGet, "/v1/incidents/{id}", incident);
  EXPECT_EQ(run({"shown", "inc_1"}), 0) << err.str();
  for (const auto* text : {"cmp_1", "5ca1e", "C-1001/P-1", "self_remediation", "nothing is recorded as shown",
                           "ord_1", "consent-r33", "1.2", "t4"}) {
    EXPECT_NE(out.str().find(text), std::string::npos) << text << "\n" << out.str();
  }
}

TEST_F(Program, ShowsHowFarAJobIsAndWhatHoldsItBack) {
  route(Method::kGet, "/v1/jobs",
        page({{{"job_id", "job_1"},
               {"state", "leased"},
               {"kind", "precheck"},
               {"attempt", 1},
               {"incident_id", "inc_1"},
               {"progress", {{"phase", "probe-running"}, {"done", 12}, {"total", 300}, {"unit", "seconds"}}}},
              {{"job_id", "job_2"}, {"state", "queued"}, {"kind", "precheck"}, {"paused", "queue"}}}));
  EXPECT_EQ(run({"jobs", "--kind", "precheck", "--queue", "precheck"}), 0) << err.str();
  EXPECT_EQ(last().query.at("kind"), "precheck");
  EXPECT_NE(out.str().find("probe-running 12/300 seconds"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("held back (queue)"), std::string::npos) << out.str();
}

TEST_F(Program, HoldsQueuesAndIncidentsBackAndLetsThemGoOn) {
  const Json pause{{"pause_id", "pau_1"},        {"scope", "queue"},
                   {"subject", "precheck"},      {"reason", "r"},
                   {"paused_by", "operator:k3"}, {"paused_at", "2026-09-18T03:00:00.000Z"}};
  for (const auto* path : {"/v1/job-queues/{queue}/pauses", "/v1/job-queues/{queue}/resumptions",
                           "/v1/incidents/{id}/job-pauses", "/v1/incidents/{id}/job-resumptions"}) {
    route(Method::kPost, path, pause);
  }
  route(Method::kGet, "/v1/job-pauses", page({pause}));
  route(Method::kGet, "/v1/job-queues", page({{{"queue", "precheck"}, {"waiting", 4}, {"pause", pause}}}));
  EXPECT_EQ(run({"queue", "pause", "precheck", "--reason", "disks move"}), 0) << err.str();
  EXPECT_EQ(last().path, "/v1/job-queues/precheck/pauses");
  EXPECT_EQ(*parse_json(last().body), (Json{{"reason", "disks move"}}));
  EXPECT_EQ(run({"queue", "resume", "precheck", "--reason", "r"}), 0) << err.str();
  EXPECT_EQ(run({"incident", "pause", "inc_1", "--reason", "r"}), 0) << err.str();
  EXPECT_EQ(last().path, "/v1/incidents/inc_1/job-pauses");
  EXPECT_EQ(run({"incident", "resume", "inc_1", "--reason", "r"}), 0) << err.str();
  EXPECT_EQ(run({"pauses"}), 0) << err.str();
  EXPECT_EQ(last().query.at("state"), "active");
  EXPECT_NE(out.str().find("operator:k3"), std::string::npos);
  EXPECT_EQ(run({"queues"}), 0) << err.str();
  EXPECT_NE(out.str().find("held back by operator:k3: r"), std::string::npos) << out.str();
}

TEST_F(Program, RequeuesForALaterTimeAndOverAnothersLock) {
  route(Method::kPost, "/v1/jobs/{id}/requeues", Json{{"job_id", "job_1"}, {"state", "queued"}});
  EXPECT_EQ(run({"job", "requeue", "job_1", "--reason", "r", "--not-before", "2026-09-18T09:00:00Z",
                 "--take-over"}),
            0)
      << err.str();
  EXPECT_EQ(*parse_json(last().body),
            (Json{{"reason", "r"}, {"not_before", "2026-09-18T09:00:00Z"}, {"take_over", true}}));
}

TEST_F(Program, ListsDeadLettersOfAllServices) {
  for (const auto* service : {"intake", "workflow", "pricing", "worker"}) {
    route(Method::kGet, std::string("/v1/") + service + "/dead-letters",
          page({{{"number", 1}, {"state", "waiting"}, {"type", "charge.create"}, {"reason", "r"}}}));
  }
  EXPECT_EQ(run({"dead-letters"}), 0) << err.str();
  EXPECT_NE(out.str().find("pricing   1"), std::string::npos) << out.str();
  EXPECT_EQ(run({"dead-letters", "worker"}), 0);
  EXPECT_EQ(out.str().find("pricing"), std::string::npos);
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

TEST_F(Program, CreditsLinesOfAChargeWithTheAmountSaidTwice) {
  route(Method::kPost, "/v1/charges/{charge_id}/credit-notes",
        Json{{"number", 3}, {"net_yen", 5'300}, {"tax_yen", 530}, {"total_yen", 5'830}});
  EXPECT_EQ(run({"credit", "chg_1", "--total", "5830", "--reason", "late", "--lines", "1:5000,2:300"}), 0)
      << err.str();
  EXPECT_EQ(parse_json(last().body).value(),
            (Json{{"reason", "late"},
                  {"total_yen", 5'830},
                  {"lines", {{{"line", 1}, {"net_yen", 5'000}}, {{"line", 2}, {"net_yen", 300}}}}}));
  EXPECT_EQ(out.str(), "Credit note 3: 5300 yen and 530 of tax go back, 5830 together.\n");
  EXPECT_EQ(run({"credit", "chg_1", "--total", "many", "--reason", "late"}), 1);
  EXPECT_EQ(run({"credit", "chg_1", "--total", "1", "--reason", "late", "--lines", "1"}), 1);
  EXPECT_EQ(run({"credit", "chg_1", "--reason", "late"}), 2);
}

TEST_F(Program, ExportsAllPagesOfAMonthAsOneFile) {
  http::Route pages;
  pages.pattern = "/v1/charges/export";
  pages.handler = [](const http::Request& request) -> Result<http::Response> {
    http::Response response;
    response.content_type = "text/csv; charset=utf-8";
    const bool first = !request.query.contains("cursor");
    response.body = first ? "number\r\n1\r\n" : "2\r\n";
    if (first)
      response.headers.emplace_back("Link", "</v1/charges/export?month=2026-09&cursor=x>; rel=\"next\"");
    return response;
  };
  routes.push_back(std::move(pages));
  EXPECT_EQ(run({"export", "2026-09"}), 0) << err.str();
  EXPECT_EQ(out.str(), "number\r\n1\r\n2\r\n");
}

TEST_F(Program, ReconcilesAMonthAndFailsWhereItDoesNotMatch) {
  const Json fee{
      {"order_id", "ord_1"}, {"incident_id", "inc_1"}, {"total_yen", 55'000}, {"charge_id", "chg_1"}};
  auto charge = fee;
  charge["kind"] = "charge";
  Json charged = Json::array({charge});
  const auto of_month = [](const Json& items) {
    return [items](const http::Request& request) -> Result<http::Response> {
      return http::Response::json(200, page(request.query.at("month") == "2026-09" ? items : Json::array()));
    };
  };
  http::Route fees;
  fees.pattern = "/v1/fees";
  fees.handler = of_month({fee, Json{{"order_id", "ord_2"}, {"incident_id", "inc_2"}, {"total_yen", 1}}});
  http::Route exported;
  exported.pattern = "/v1/charges/export";
  exported.handler = of_month(charged);
  routes.push_back(std::move(fees));
  routes.push_back(std::move(exported));
  EXPECT_EQ(run({"reconcile", "2026-09"}), 1);
  EXPECT_EQ(out.str(),
            "ORDER  INCIDENT  WHAT\n"
            "ord_2  inc_2     due, but not charged\n");
  EXPECT_EQ(run({"reconcile", "2026-10"}), 0) << err.str();
  EXPECT_EQ(out.str(), "2026-10: 0 fees, each with its one charge.\n");
  EXPECT_EQ(run({"reconcile", "september"}), 1);
}

}  // namespace
}  // namespace rescue::ctl
