// The undo and the plan of a response to mail abuse: asked for at the desk, told by the job's end.
#include <thread>

#include "desk/desk.hpp"
#include "desk/desk_testing.hpp"
#include "sealed_access.hpp"

namespace rescue::workflow {
namespace {

const Json kReason{{"reason", "the customer relays on purpose"}};

class Responses : public DeskTest {
 protected:
  using DeskTest::DeskTest;

  static Json box() {
    std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/api/examples/access.json");
    return parse_json(std::string(std::istreambuf_iterator<char>(file), {}))->at("access");
  }
  static Json with_access(Json body = kReason) {
    body["access"] = box();
    return body;
  }
  /// Ordered, its response begun.
  std::string responding() {
    const auto id = report(Notice{.category = "mail_abuse"});
    const Json abuse{{"decision", "confirm"}, {"confirmation", {"mail_abuse"}}, {"reason", "seen"}};
    EXPECT_EQ(desk_.post("/v1/incidents/" + id + "/decisions", abuse).status, 201);
    choose(id);
    ask(id, "order",
        {{"server_id", "srv-1001"},
         {"work_item", "mail_abuse_response"},
         {"quote", {{"id", "quo_1"}, {"sha256", std::string(64, 'b')}}},
         {"consents", Json::array()},
         {"access", {{"key_id", "seal-0123456789abcdef"}, {"sealed", "box-of-the-order"}}}});
    const auto asked = sent("pricing", messages::kQuoteRedeem).back().body;
    write([&](store::Tx& tx) {
      return app_.requests().on_quote_redeemed(tx, message(id, {{"request_id", asked.at("request_id")},
                                                                {"order_id", asked.at("order_id")},
                                                                {"quote_id", asked.at("quote_id")},
                                                                {"accepted", true},
                                                                {"total_yen", 55'000}}));
    });
    start(id, "mail_abuse_response");
    return id;
  }
  void start(const std::string& id, const std::string& kind) {
    write([&](store::Tx& tx) {
      return app_.casework().jobs.on_started(
          tx, message(id, {{"job_id", job_of(id, kind)}, {"attempt", 1}, {"worker", "w1"}}));
    });
  }
  void end(const std::string& id, const std::string& kind, Json body) {
    body.update({{"job_id", job_of(id, kind)}, {"attempt", 1}, {"worker", "w1"}});
    write([&](store::Tx& tx) { return app_.casework().jobs.on_finished(tx, message(id, body)); });
  }
  Json success(const Json& summary) {
    std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
    auto document = *parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
    document["response"] = {{"outcome", "full"},       {"ways", Json::array()},
                            {"steps", Json::array()},  {"already", Json::array()},
                            {"manual", Json::array()}, {"verified", {{"ended", true}}}};
    return {
        {"outcome", "succeeded"}, {"document_sha256", store_.put(dump_json(document))}, {"summary", summary}};
  }
  static Json failure(const std::string& problem, bool begun) {
    return {{"outcome", "failed"},
            {"failure", {{"code", "conflict"}, {"problem", problem}, {"detail", "d"}}},
            {"begun", begun}};
  }
  void respond(const std::string& id, const Json& numbers = {1, 2}) {
    end(id, "mail_abuse_response",
        success({{"response", {{"outcome", "full"}, {"steps", 2}, {"manual", 0}, {"numbers", numbers}}}}));
  }
  std::string over() {
    const auto id = responding();
    answer_hearing(id);
    respond(id);
    deliver(id);
    EXPECT_EQ(load(id).state, State::kCompleted);
    return id;
  }
  contract::Door::Answer undo(const std::string& id, const Json& body, const std::string& key = "") {
    return desk_.post("/v1/incidents/" + id + "/undos", body, key);
  }
  void end_undo(const std::string& id) {
    start(id, "mail_abuse_undo");
    end(id, "mail_abuse_undo",
        success({{"undo",
                  {{"outcome", "full"},
                   {"undone", {2, 1}},
                   {"already", Json::array()},
                   {"refused", Json::array()},
                   {"queue", nullptr}}}}));
  }
  Json dispatched() { return sent("worker", messages::kJobDispatched).back().body; }
  std::int64_t kept() { return query("SELECT COUNT(*) FROM sealed_access").at(0).integer(0); }
};

class ResponsesOfTwo : public Responses {
 protected:
  ResponsesOfTwo() : Responses({"undo_response"}) {}
};

TEST_P(Responses, R13_UndoesACompletedIncidentsResponseAndChangesNothingElseOfIt) {
  const auto id = over();
  const auto before = load(id);
  const auto fees = query("SELECT COUNT(*) FROM orders WHERE fee_due_us IS NOT NULL").at(0).integer(0);
  ASSERT_EQ(kept(), 0) << "the incident's own went with its end";
  const auto asked = undo(id, with_access(), "a-key");
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(asked.body.at("kind"), "mail_abuse_undo");
  const Json instructions{{"jobs", {job_of(id, "mail_abuse_response")}}, {"steps", {2, 1}}, {"queue", false}};
  EXPECT_EQ(asked.body.at("instructions"), instructions) << "all of its steps, the last first";
  EXPECT_EQ(dispatched().at("instructions"), instructions);
  EXPECT_EQ(dispatched().at("access"), box());
  EXPECT_EQ(undo(id, with_access(), "a-key").body.at("job_id"), asked.body.at("job_id")) << "once per key";
  end_undo(id);
  EXPECT_EQ(kept(), 0) << "what was handed in for it went with its end";
  const auto after = load(id);
  EXPECT_EQ(after.state, State::kCompleted);
  EXPECT_EQ(after.version, before.version) << "R32: what is over is not edited";
  EXPECT_EQ(after.document_sha256, before.document_sha256);
  EXPECT_EQ(query("SELECT COUNT(*) FROM orders WHERE fee_due_us IS NOT NULL").at(0).integer(0), fees);
  const auto jobs = view(id).at("jobs");
  EXPECT_EQ(jobs.back().at("summary").at("undo").at("outcome"), "full") << "the incident's view says so";
  const auto actions = actions_of(id);
  for (const auto* action : {"response.undo_asked", "access.deleted", "response.undone"}) {
    EXPECT_NE(std::find(actions.begin(), actions.end(), action), actions.end()) << action;
  }
  EXPECT_EQ(undo(id, with_access()).status, 201) << "it may be asked for again";
}

TEST_P(Responses, R13_WhileAResponseOrAnUndoIsInHandThereIsNoOther) {
  const auto id = responding();
  EXPECT_EQ(undo(id, kReason).problem(), "job-running") << "the response runs";
  respond(id);
  std::array<contract::Door::Answer, 2> answers;
  {
    std::thread second([&] { answers[1] = other_.post("/v1/incidents/" + id + "/undos", kReason); });
    answers[0] = undo(id, kReason);
    second.join();
  }
  const bool first_won = answers[0].status == 201;
  EXPECT_EQ(answers[first_won ? 0 : 1].status, 201) << answers[0].text << answers[1].text;
  EXPECT_EQ(answers[first_won ? 1 : 0].problem(), "job-running");
  EXPECT_EQ(query("SELECT COUNT(*) FROM jobs WHERE kind = 'mail_abuse_undo'").at(0).integer(0), 1);
  EXPECT_EQ(dispatched().at("access").at("sealed"), "box-of-the-order") << "as the open incident has it";
  end_undo(id);
  EXPECT_EQ(kept(), 1) << "the incident is open and keeps its own";
}

TEST_P(Responses, AStepThatIsNotTheIncidentsIsNamed) {
  const auto id = over();
  const auto faulty = [&](const Json& steps) {
    auto body = with_access();
    body["steps"] = steps;
    const auto answer = undo(id, body);
    return answer.problem() + " " + answer.body.value("errors", Json(answer.body)).dump();
  };
  const auto unknown = faulty({2, 7});
  EXPECT_NE(unknown.find("not-allowed-value"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("/steps/1"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("there are 1, 2"), std::string::npos) << unknown;
  EXPECT_NE(faulty({2, 2}).find("duplicate-item"), std::string::npos);
  for (const Json& wrong : {Json("all"), Json::array(), Json{"1"}, Json{1.5}, Json{-1}}) {
    EXPECT_NE(faulty(wrong).find("/steps"), std::string::npos) << wrong;
  }
  auto one = with_access();
  one["steps"] = {1};
  one["queue"] = true;
  const auto asked = undo(id, one);
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(asked.body.at("instructions").at("steps"), Json{1});
  EXPECT_EQ(asked.body.at("instructions").at("queue"), true);
}

TEST_P(Responses, AccessIsCheckedAsAtIntakesDoorAndAskedForWhereThereIsNone) {
  const auto id = over();
  const auto missing = undo(id, kReason);
  EXPECT_EQ(missing.problem(), "missing-field");
  EXPECT_NE(missing.text.find("/access"), std::string::npos);
  auto clear = kReason;
  clear["access"] = {{"user", "root"}, {"password", "swordfish"}};
  const auto refused = undo(id, clear);
  EXPECT_EQ(refused.problem(), "access-in-clear-text");
  EXPECT_EQ(refused.text.find("swordfish"), std::string::npos);
  auto old = with_access();
  old["access"]["key_id"] = "seal-0123456789abcdef";
  EXPECT_EQ(undo(id, old).problem(), "access-key-unknown");
  EXPECT_EQ(kept(), 0);
}

TEST_P(Responses, WhereNothingWasDoneNothingIsUndone) {
  const auto id = completed();
  EXPECT_EQ(undo(id, with_access()).problem(), "nothing-to-undo") << "an investigation";
  const auto idle = responding();
  respond(idle, Json::array());
  EXPECT_EQ(undo(idle, kReason).problem(), "nothing-to-undo") << "it found all done";
  auto mail = kReason;
  mail["queue"] = true;
  EXPECT_EQ(undo(idle, mail).status, 201) << "but there may be mail";
}

TEST_P(Responses, AnUndoThatWasGivenUpLeavesNoAccessAndIsReplacedByAnother) {
  const auto id = over();
  ASSERT_EQ(undo(id, with_access()).status, 201);
  const auto job = job_of(id, "mail_abuse_undo");
  start(id, "mail_abuse_undo");
  end(id, "mail_abuse_undo", failure("record-damaged", true));
  EXPECT_EQ(query("SELECT state FROM jobs WHERE job_id = ?", {job}).at(0).text(0), "stopped");
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(desk_.post("/v1/jobs/" + job + "/requeues", kReason).problem(), "illegal-transition")
      << "its access is gone: another is asked for";
  auto again = with_access();
  again["take_over"] = true;
  ASSERT_EQ(undo(id, again).status, 201);
  EXPECT_EQ(dispatched().at("take_over"), true);
  EXPECT_EQ(query("SELECT state FROM jobs WHERE job_id = ?", {job}).at(0).text(0), "cancelled");
  EXPECT_EQ(query("SELECT COUNT(*) FROM tasks WHERE kind = 'job_dead' AND state = 'open'").at(0).integer(0),
            0);
}

TEST_P(Responses, APlanIsAskedForBeforeAnyOrderAndIsOneAtATime) {
  const auto id = report(Notice{.category = "mail_abuse"});
  const auto path = "/v1/incidents/" + id + "/response-plans";
  EXPECT_EQ(desk_.post(path, kReason).problem(), "missing-field") << "it has no access";
  const auto asked = desk_.post(path, with_access());
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(dispatched().at("kind"), "mail_abuse_plan");
  EXPECT_EQ(desk_.post(path, with_access()).problem(), "job-running");
  start(id, "mail_abuse_plan");
  end(id, "mail_abuse_plan",
      success({{"plan", {{"text", "1. Close"}, {"steps", 1}, {"manual", 0}, {"messages", Json::object()}}}}));
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(load(id).state, State::kPrecheck);
  EXPECT_EQ(view(id).at("jobs").back().at("summary").at("plan").at("text"), "1. Close");
}

TEST_P(Responses, APlanGoesOnWhenThePrecheckIsDecided) {
  const auto id = report(Notice{.category = "mail_abuse"});
  ASSERT_EQ(desk_.post("/v1/incidents/" + id + "/response-plans", with_access()).status, 201);
  const Json abuse{{"decision", "confirm"}, {"confirmation", {"mail_abuse"}}, {"reason", "seen"}};
  ASSERT_EQ(desk_.post("/v1/incidents/" + id + "/decisions", abuse).status, 201);
  EXPECT_EQ(query("SELECT state FROM jobs WHERE kind = 'precheck'").at(0).text(0), "cancelled");
  EXPECT_EQ(query("SELECT state FROM jobs WHERE kind = 'mail_abuse_plan'").at(0).text(0), "queued");
}

// What it had done is known to the server alone.
TEST_P(Responses, R13_AResponseThatWasStoppedIsUndoneAsFarAsItWent) {
  const auto id = responding();
  end(id, "mail_abuse_response", failure("record-damaged", true));
  const auto job = job_of(id, "mail_abuse_response");
  ASSERT_EQ(query("SELECT state FROM jobs WHERE job_id = ?", {job}).at(0).text(0), "stopped");
  auto body = kReason;
  body["take_over"] = true;
  const auto asked = undo(id, body);
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(asked.body.at("instructions"),
            (Json{{"jobs", {job}}, {"steps", Json::array()}, {"queue", false}}));
}

TEST_P(ResponsesOfTwo, R13_AnUndoWaitsForASecondPersonWithItsAccessSealed) {
  const auto id = over();
  const auto asked = undo(id, with_access());
  ASSERT_EQ(asked.status, 202) << asked.text;
  EXPECT_EQ(kept(), 1);
  EXPECT_EQ(desk_.get("/v1/tasks/" + asked.body.at("task_id").get<std::string>())
                .text.find(box().at("sealed").get<std::string>().substr(0, 40)),
            std::string::npos)
      << "a task has no access";
  EXPECT_EQ(undo(id, with_access()).problem(), "approval-pending");
  EXPECT_EQ(desk_.post("/v1/incidents/" + id + "/response-plans", kReason).problem(), "missing-field");
  EXPECT_EQ(kept(), 1) << "it is for the undo alone";
  const auto task = "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  const Json granted{{"outcome", "granted"}, {"note", "agreed with the customer"}};
  EXPECT_EQ(desk_.post(task, granted).problem(), "second-person-needed");
  ASSERT_EQ(other_.post(task, granted).status, 201);
  EXPECT_EQ(dispatched().at("kind"), "mail_abuse_undo");
  EXPECT_EQ(dispatched().at("access"), box());
  end_undo(id);
  EXPECT_EQ(kept(), 0);
}

TEST_P(ResponsesOfTwo, WhatTheSecondPersonRejectsKeepsNoAccess) {
  const auto id = over();
  const auto asked = undo(id, with_access());
  ASSERT_EQ(asked.status, 202) << asked.text;
  const auto task = "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  ASSERT_EQ(other_.post(task, {{"outcome", "rejected"}, {"note", "no"}}).status, 201);
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(query("SELECT COUNT(*) FROM jobs WHERE kind = 'mail_abuse_undo'").at(0).integer(0), 0);
}

TEST_P(ResponsesOfTwo, WhatNoSecondPersonSpeaksOfForAWeekKeepsNoAccess) {
  const auto id = over();
  const auto asked = undo(id, with_access());
  ASSERT_EQ(asked.status, 202) << asked.text;
  const auto after = [&](std::chrono::days waited) {
    write([&](store::Tx& tx) -> Status {
      const Timestamp received = app_.service().clock().now() - waited;
      RESCUE_TRY(tx.execute("UPDATE sealed_access SET received_us = ?", {to_us(received)}));
      return {};
    });
    EXPECT_TRUE(app_.casework().forget_unanswered_access());
    return kept();
  };
  EXPECT_EQ(after(std::chrono::days(6)), 1);
  EXPECT_EQ(after(std::chrono::days(8)), 0);
  const auto task = "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  EXPECT_EQ(other_.post(task, {{"outcome", "granted"}, {"note", "late"}}).problem(), "missing-field");
  ASSERT_EQ(other_.post(task, {{"outcome", "rejected"}, {"note", "too late"}}).status, 201);
  EXPECT_EQ(undo(id, with_access()).status, 202) << "with access anew";
}

INSTANTIATE_TEST_SUITE_P(Backends, Responses, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });
INSTANTIATE_TEST_SUITE_P(Backends, ResponsesOfTwo, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace rescue::workflow
