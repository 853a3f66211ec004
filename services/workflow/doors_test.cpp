// The operators' door over HTTP; every answer is held against api/openapi/workflow.json.
#include <gtest/gtest.h>

#include <fstream>

#include "app.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "service_room.hpp"

namespace rescue::workflow {
namespace {

std::string lines(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += text + "\n";
  return out;
}

class WorkflowDoors : public ::testing::Test {
 protected:
  WorkflowDoors() : app_(config(), clock_) { app_.service().start(); }
  ~WorkflowDoors() override { app_.service().stop(); }

  Config config() const {
    const auto token_file = room_.path() + "/token";
    std::ofstream(token_file) << room_.token("internal");
    Config config;
    config.common = room_.config("workflow", contract::absent_redis());
    config.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config.hearing_deadline = std::chrono::hours(72);
    config.job_lease = std::chrono::seconds(60);
    config.redispatch_after = std::chrono::hours(1);
    config.job_attempts_max = 1;
    config.worker_url = "http://127.0.0.1:9";
    config.worker_token_file = token_file;
    return config;
  }

  contract::Door door(const std::string& caller) {
    return {api_, app_.service().http_port(), room_.token(caller)};
  }

  std::string report(const std::string& server = "srv-1001") {
    Message message;
    message.id = make_id("msg", clock_.now());
    message.incident_id = IncidentId::make(clock_.now()).str();
    message.traceparent = Trace::start().traceparent();
    message.body = {{"report_id", ReportId::make(clock_.now()).str()},
                    {"source", "customer"},
                    {"category", "intrusion"},
                    {"server_id", server},
                    {"customer", "C-1001"},
                    {"summary", "slow"},
                    {"seen_at_us", nullptr},
                    {"received_us", to_us(clock_.now())},
                    {"reporter", {{"key_id", "k"}, {"role", "web_form"}, {"person", "P"}}},
                    {"raw_sha256", std::string(64, 'a')}};
    const auto taken = app_.service().database().write(
        [&](store::Tx& tx) { return app_.casework().on_report(tx, message); });
    EXPECT_TRUE(taken) << taken.error().detail;
    return message.incident_id;
  }

  /// Lets the incident's precheck fail for good, so that a dead job and its task are there.
  void bury_precheck(const std::string& id) {
    const auto buried = app_.service().database().write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(const auto jobs, app_.casework().jobs.list(tx, {.incident_id = id}, "", 1));
      Message message;
      message.type = incident::messages::kJobFinished;
      message.incident_id = id;
      message.body = {
          {"job_id", jobs.at(0).id},
          {"attempt", 1},
          {"worker", "w1"},
          {"outcome", "failed"},
          {"failure", {{"code", "not_found"}, {"problem", "disk-not-mounted"}, {"detail", "no disk"}}}};
      return app_.casework().jobs.on_finished(tx, message);
    });
    ASSERT_TRUE(buried) << buried.error().detail;
  }

  contract::ServiceRoom room_;
  contract::OpenApi api_{"workflow"};
  const SystemClock clock_;
  App app_;
};

TEST_F(WorkflowDoors, TheDocumentDescribesEveryRouteAndNothingElse) {
  EXPECT_EQ(lines(api_.differences(routes(app_.casework()))), "");
  EXPECT_EQ(lines(api_.faults()), "");
}

TEST_F(WorkflowDoors, AnOperatorSeesTheIncidentsAndTheirStories) {
  const auto first = report();
  const auto second = report("srv-1002");
  const auto merged = report();
  auto operators = door("operator");
  const auto page = operators.get("/v1/incidents?limit=1");
  EXPECT_EQ(page.body.at("items").at(0).at("incident_id"), second);
  const auto rest =
      operators.get("/v1/incidents?limit=1&cursor=" + page.body.at("next_cursor").get<std::string>());
  EXPECT_EQ(rest.body.at("items").at(0).at("incident_id"), first);
  EXPECT_EQ(operators.get("/v1/incidents?state=lost").status, 400);
  EXPECT_EQ(operators.get("/v1/incidents?on_behalf_of=C-1001").status, 400);
  EXPECT_EQ(operators.get("/v1/incidents/" + merged).body.at("merged_into"), first);
  EXPECT_EQ(operators.get("/v1/incidents/" + first).body.at("reports").size(), 2U);
  EXPECT_GE(operators.get("/v1/incidents/" + first + "/history").body.at("items").size(), 4U);
  EXPECT_EQ(operators.get("/v1/incidents/" + first + "/report").problem(), "report-not-ready");
  EXPECT_EQ(operators.get("/v1/incidents/inc_01arz3ndektsv4rrffq69g5fav").problem(), "incident-not-found");
}

TEST_F(WorkflowDoors, AWebFormSeesOnlyTheIncidentsOfTheCustomerItActsFor) {
  const auto id = report();
  auto form = door("web_form");
  EXPECT_EQ(form.get("/v1/incidents/" + id).problem(), "missing-on-behalf-of");
  EXPECT_EQ(form.get("/v1/incidents/" + id + "?on_behalf_of=C-2002").problem(), "not-your-server");
  const auto seen = form.get("/v1/incidents/" + id + "?on_behalf_of=C-1001");
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.body.contains("tasks"));
  EXPECT_TRUE(form.get("/v1/incidents?on_behalf_of=C-2002").body.at("items").empty());
  EXPECT_EQ(form.get("/v1/incidents/" + id + "/history?on_behalf_of=C-1001").status, 403);
  EXPECT_EQ(door("reporter").get("/v1/incidents").status, 403);
}

TEST_F(WorkflowDoors, ADecisionIsTakenOnce) {
  const auto id = report();
  auto operators = door("operator");
  const Json body{{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "seen"}};
  const auto first = operators.post("/v1/incidents/" + id + "/decisions", body, "key-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(operators.post("/v1/incidents/" + id + "/decisions", body, "key-1").body, first.body);
  EXPECT_EQ(
      operators.post("/v1/incidents/" + id + "/decisions", {{"decision", "close"}, {"reason", "x"}}, "key-1")
          .problem(),
      "idempotency-key-reused");
  EXPECT_EQ(operators.post("/v1/incidents/" + id + "/decisions", body).problem(), "illegal-transition");
  EXPECT_EQ(door("internal").post("/v1/incidents/" + id + "/decisions", body).problem(), "role-not-allowed");
}

TEST_F(WorkflowDoors, TheWorkListShowsWhatWaitsAndTakesItsEnd) {
  const auto id = report();
  bury_precheck(id);
  auto operators = door("operator");
  const auto jobs = operators.get("/v1/jobs?state=dead&incident_id=" + id);
  const auto job = jobs.body.at("items").at(0).at("job_id").get<std::string>();
  const auto tasks = operators.get("/v1/tasks?state=open&incident_id=" + id);
  const auto task = tasks.body.at("items").at(0).at("task_id").get<std::string>();
  EXPECT_EQ(operators.get("/v1/tasks?state=lost").status, 400);
  const Json done{{"outcome", "handled"}, {"note", "mounted the disk"}};
  EXPECT_EQ(operators.post("/v1/tasks/" + task + "/completions", done).status, 201);
  EXPECT_EQ(operators.post("/v1/tasks/" + task + "/completions", done).problem(), "task-done");
  EXPECT_EQ(operators.post("/v1/tasks/none/completions", done).problem(), "task-not-found");
  EXPECT_EQ(operators.post("/v1/jobs/" + job + "/requeues", {{"reason", "mounted"}}).status, 201);
  EXPECT_EQ(operators.post("/v1/jobs/" + job + "/requeues", {{"reason", "again"}}).problem(), "job-not-dead");
  EXPECT_EQ(operators.post("/v1/jobs/none/requeues", {{"reason", "x"}}).problem(), "job-not-found");
  EXPECT_EQ(operators.get("/v1/jobs?state=dead").body.at("items").size(), 0U);
}

TEST_F(WorkflowDoors, JobsAreListedInPagesByWhatTheyAre) {
  for (const auto* server : {"srv-1", "srv-2", "srv-3"}) report(server);
  auto operators = door("operator");
  const auto first = operators.get("/v1/jobs?kind=precheck&queue=precheck&limit=2");
  EXPECT_EQ(first.body.at("items").size(), 2U);
  const auto rest = operators.get("/v1/jobs?kind=precheck&queue=precheck&limit=2&cursor=" +
                                  first.body.at("next_cursor").get<std::string>());
  EXPECT_EQ(rest.body.at("items").size(), 1U);
  EXPECT_TRUE(operators.get("/v1/jobs?kind=investigation").body.at("items").empty());
  EXPECT_EQ(operators.get("/v1/jobs?kind=teleport").status, 400);
  EXPECT_EQ(operators.get("/v1/jobs?queue=fast").status, 400);
}

TEST_F(WorkflowDoors, AGivenUpJobIsRequeuedForALaterTime) {
  const auto id = report();
  bury_precheck(id);
  auto operators = door("operator");
  const auto job =
      operators.get("/v1/jobs?state=dead").body.at("items").at(0).at("job_id").get<std::string>();
  const auto path = "/v1/jobs/" + job + "/requeues";
  EXPECT_EQ(operators.post(path, {{"reason", "x"}, {"take_over", true}}).problem(), "not-allowed-value");
  const auto back =
      operators.post(path, {{"reason", "mounted at nine"}, {"not_before", "2099-01-01T09:00:00Z"}});
  EXPECT_EQ(back.body.at("not_before"), "2099-01-01T09:00:00.000Z");
  EXPECT_EQ(operators.get("/v1/job-queues").body.at("items").at(0).at("delayed"), 1);
}

TEST_F(WorkflowDoors, NoticesAreSeenByWhomTheyConcernAndSettledByOperators) {
  const auto id = report();
  auto operators = door("operator");
  auto form = door("web_form");
  EXPECT_EQ(operators
                .post("/v1/incidents/" + id + "/decisions",
                      {{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "seen"}})
                .status,
            201);
  const auto first = operators.get("/v1/notices?limit=1");
  ASSERT_EQ(first.body.at("items").size(), 1U);
  const Json notice = first.body.at("items").at(0);
  EXPECT_EQ(notice.at("kind"), "situation");
  EXPECT_EQ(operators.get("/v1/notices?cursor=" + first.body.at("next_cursor").get<std::string>())
                .body.at("items")
                .at(0)
                .at("kind"),
            "report_taken");
  EXPECT_EQ(operators.get("/v1/notices?state=lost").status, 400);
  EXPECT_EQ(door("reporter").get("/v1/notices?state=shown").status, 400);
  EXPECT_EQ(operators.get("/v1/incidents/" + id + "/notices").body.at("items").size(), 2U);
  EXPECT_EQ(form.get("/v1/incidents/" + id + "/notices?on_behalf_of=C-1001").body.at("items").size(), 2U);
  EXPECT_EQ(form.get("/v1/incidents/" + id + "/notices?on_behalf_of=C-2").problem(), "not-your-server");
  EXPECT_EQ(form.get("/v1/notices").problem(), "missing-on-behalf-of");
  EXPECT_TRUE(form.get("/v1/notices?on_behalf_of=C-2").body.at("items").empty());
  EXPECT_TRUE(door("reporter").get("/v1/notices").body.at("items").empty());
  const auto path = "/v1/notices/" + notice.at("notice_id").get<std::string>();
  EXPECT_EQ(operators.get(path).body.at("state"), "shown");
  EXPECT_EQ(operators.get("/v1/notices/none").problem(), "notice-not-found");
  EXPECT_EQ(form.get(path).problem(), "role-not-allowed");
  EXPECT_EQ(operators.post(path + "/retries", {{"reason", "x"}}).problem(), "nothing-to-retry");
  const Json how{{"channel", "phone"}, {"how", "read to the owner"}};
  EXPECT_EQ(operators.post(path + "/settlements", {{"channel", "pigeon"}, {"how", "x"}}).problem(),
            "not-allowed-value");
  EXPECT_EQ(operators.post(path + "/settlements", how).body.at("receipt").at("channel"), "operator");
  EXPECT_EQ(operators.post(path + "/settlements", how).problem(), "notice-delivered");
  EXPECT_EQ(form.get("/v1/notices?state=delivered&on_behalf_of=C-1001").body.at("items").size(), 1U);
  EXPECT_TRUE(operators.get("/v1/notice-endpoints").body.at("items").empty());
  EXPECT_EQ(operators.post("/v1/notice-endpoints/none/enablings", {{"reason", "x"}}).problem(),
            "endpoint-not-found");
}

TEST_F(WorkflowDoors, R35_AStopWindowIsForWorkThatIsOrdered) {
  const auto path = "/v1/incidents/" + report() + "/stop-windows";
  auto operators = door("operator");
  const Json window{
      {"from", "2099-01-01T10:00:00+09:00"}, {"until", "2099-01-01T11:00:00+09:00"}, {"reason", "x"}};
  EXPECT_EQ(operators.post(path, window).problem(), "illegal-transition");
  EXPECT_EQ(operators.post(path, {{"from", window.at("from")}, {"reason", "x"}}).problem(), "missing-field");
  auto backwards = window;
  backwards["until"] = "2099-01-01T09:00:00+09:00";
  EXPECT_EQ(operators.post(path, backwards).problem(), "out-of-range");
  EXPECT_EQ(door("internal").post(path, window).problem(), "role-not-allowed");
}

TEST_F(WorkflowDoors, AnOperatorHoldsAQueueOrAnIncidentBackAndSaysWhy) {
  const auto id = report();
  auto operators = door("operator");
  const Json why{{"reason", "the disks are being moved"}};
  EXPECT_EQ(operators.post("/v1/job-queues/precheck/pauses", why).status, 201);
  EXPECT_EQ(operators.post("/v1/job-queues/precheck/pauses", why).problem(), "already-paused");
  EXPECT_EQ(operators.post("/v1/job-queues/fast/pauses", why).problem(), "queue-not-found");
  EXPECT_EQ(operators.post("/v1/job-queues/precheck/pauses", Json::object()).status, 422);
  EXPECT_EQ(door("internal").post("/v1/job-queues/precheck/pauses", why).status, 403);
  EXPECT_EQ(operators.get("/v1/job-queues").body.at("items").at(0).at("pause").at("reason"),
            why.at("reason"));
  EXPECT_EQ(operators.get("/v1/jobs?incident_id=" + id).body.at("items").at(0).at("paused"), "queue");
  EXPECT_EQ(operators.post("/v1/job-queues/precheck/resumptions", why).status, 201);
  EXPECT_EQ(operators.post("/v1/job-queues/precheck/resumptions", why).problem(), "not-paused");
  EXPECT_EQ(operators.post("/v1/incidents/" + id + "/job-pauses", why).body.at("subject"), id);
  EXPECT_EQ(operators.get("/v1/job-pauses?state=active").body.at("items").size(), 1U);
  EXPECT_EQ(operators.post("/v1/incidents/" + id + "/job-resumptions", why).status, 201);
  EXPECT_EQ(operators.get("/v1/job-pauses?state=active").body.at("items").size(), 0U);
  EXPECT_EQ(operators.get("/v1/job-pauses?state=lifted&limit=1").body.at("items").size(), 1U);
  EXPECT_EQ(operators.post("/v1/incidents/inc_01arz3ndektsv4rrffq69g5fav/job-pauses", why).problem(),
            "incident-not-found");
}

TEST_F(WorkflowDoors, R43_TheBusinessCalendarIsAskedAndExplainsItself) {
  auto operators = door("operator");
  const auto friday = operators.get("/v1/business-calendar?at=2026-09-18T03:00:00Z").body;
  EXPECT_EQ(friday.at("next_business_day"), "2026-09-24");
  EXPECT_EQ(friday.at("next_business_day_why").at(3).at("name"), "国民の休日");
  EXPECT_EQ(friday.at("open"), true);
  EXPECT_EQ(operators.get("/v1/business-calendar?at=2026-05-01T03:00:00Z").body.at("next_business_day"),
            "2026-05-07");
  EXPECT_EQ(door("web_form").get("/v1/business-calendar").body.at("hours"), "mon-fri 10:00-18:00");
  EXPECT_EQ(operators.get("/v1/business-calendar?at=tomorrow").problem(), "bad-query");
  EXPECT_EQ(operators.get("/v1/business-calendar?at=2150-01-01T00:00:00Z").problem(), "bad-query");
  EXPECT_EQ(door("reporter").get("/v1/business-calendar").status, 403);
}

TEST_F(WorkflowDoors, TheClocksOfAnIncidentAreForStaff) {
  const auto id = report();
  const auto sla = door("operator").get("/v1/incidents/" + id + "/sla");
  EXPECT_EQ(sla.status, 200);
  EXPECT_EQ(sla.body.at("clocks").size(), 2U);
  EXPECT_EQ(sla.body.at("time").at("segments").size(), 2U);
  EXPECT_EQ(door("internal").get("/v1/incidents/" + id + "/sla").status, 200);
  EXPECT_EQ(door("web_form").get("/v1/incidents/" + id + "/sla").status, 403);
  EXPECT_EQ(door("operator").get("/v1/incidents/inc_01arz3ndektsv4rrffq69g5fav/sla").problem(),
            "incident-not-found");
}

TEST_F(WorkflowDoors, R10_BusinessHoursThroughTheApi) {
  auto operators = door("operator");
  const auto open_at = [&](const std::string& time) {
    return operators.get("/v1/business-calendar?at=" + time).body.at("open").get<bool>();
  };
  EXPECT_FALSE(open_at("2026-09-18T00:59:59Z"));
  EXPECT_TRUE(open_at("2026-09-18T01:00:00Z"));
  EXPECT_TRUE(open_at("2026-09-18T08:59:59Z"));
  EXPECT_FALSE(open_at("2026-09-18T09:00:00Z"));
  EXPECT_FALSE(open_at("2026-09-19T03:00:00Z"));
}

TEST_F(WorkflowDoors, FeesAndCustomersTasksAreListedForThoseTheyAreFor) {
  auto operators = door("operator");
  for (const auto* path :
       {"/v1/fees", "/v1/fees?month=2026-09&state=unmatched", "/v1/customer-tasks?state=open"}) {
    EXPECT_EQ(operators.get(path).body.at("items").size(), 0U) << path;
    EXPECT_EQ(door("reporter").get(path).status, 403) << path;
  }
  for (const auto* bad : {"month=2026-13", "month=2026-9", "month=", "month=202609", "state=all"}) {
    EXPECT_EQ(operators.get(std::string("/v1/fees?") + bad).problem(), "bad-query") << bad;
  }
  EXPECT_EQ(door("web_form").get("/v1/fees").status, 403);
  EXPECT_EQ(door("web_form").get("/v1/customer-tasks").problem(), "missing-on-behalf-of");
  EXPECT_EQ(door("web_form").get("/v1/customer-tasks?on_behalf_of=C-1001").status, 200);
}

}  // namespace
}  // namespace rescue::workflow
