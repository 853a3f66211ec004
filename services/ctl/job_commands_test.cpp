// Jobs, queues, tasks and dead letters.
#include "program_testing.hpp"

namespace rescue::ctl {
namespace {

TEST_F(Program, ShowsHowFarAJobIsAndWhatHoldsItBack) {
  route(
      Method::kGet, "/v1/jobs",
      page(
          {{{"job_id", "job_1"},
            {"state", "leased"},
            {"kind", "precheck"},
            {"attempt", 1},
            {"incident_id", "inc_1"},
            {"progress",
             {{"phase", "probe-running"},
              {"done", 12},
              {"total", 300},
              {"unit", "bytes"},
              {"percent", 4},
              {"left_s", 7},
              {"findings", {{"critical", 2}, {"high", 0}}}}}},
           {{"job_id", "job_2"}, {"state", "queued"}, {"kind", "precheck"}, {"paused", "queue"}},
           {{"job_id", "job_3"},
            {"state", "succeeded"},
            {"kind", "mail_abuse_undo"},
            {"summary",
             {{"undo",
               {{"outcome", "partial"}, {"undone", {2}}, {"already", Json::array()}, {"refused", {1}}}}}}}}));
  EXPECT_EQ(run({"jobs", "--kind", "precheck", "--queue", "precheck"}), 0) << err.str();
  EXPECT_EQ(last().query.at("kind"), "precheck");
  EXPECT_NE(out.str().find("probe-running 12/300 bytes, 4 %, about 7 s left, found 2 critical"),
            std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("held back (queue)"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("undone: partial, 1 of 2 steps"), std::string::npos) << out.str();
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

}  // namespace
}  // namespace rescue::ctl
