#include "desk/desk.hpp"
#include "desk/desk_testing.hpp"

namespace rescue::workflow {
namespace {

class Desk : public DeskTest {
 protected:
  std::string task() {
    incident_ = report();
    write([&](store::Tx& tx) {
      return app_.casework().tasks.open(tx, {incident_, "judge_precheck"}, Json::object());
    });
    return "/v1/tasks/" + task_of(incident_, "judge_precheck");
  }
  std::string incident_;
};

TEST_P(Desk, OfTwoOperatorsOneHasTheTask) {
  const auto path = task();
  const auto mine = desk_.post(path + "/claims", Json::object());
  EXPECT_EQ(mine.status, 201);
  EXPECT_EQ(mine.body.at("claimed_by"), "operator:operator");
  const auto late = other_.post(path + "/claims", Json::object());
  EXPECT_EQ(late.problem(), "task-claimed");
  EXPECT_NE(late.body.at("detail").get<std::string>().find("operator:operator"), std::string::npos);
  EXPECT_EQ(desk_.post(path + "/claims", Json::object()).status, 201) << "who has it keeps it";
  EXPECT_EQ(other_.post(path + "/completions", {{"outcome", "o"}, {"note", "n"}}).problem(), "task-claimed");
  const Json confirm{{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "seen"}};
  EXPECT_EQ(other_.post("/v1/incidents/" + incident_ + "/decisions", confirm).problem(), "task-claimed");
  EXPECT_EQ(desk_.post("/v1/incidents/" + incident_ + "/decisions", confirm).status, 201);
  EXPECT_EQ(desk_.post(path + "/claims", Json::object()).problem(), "task-done");
  EXPECT_EQ(desk_.post("/v1/tasks/none/claims", Json::object()).problem(), "task-not-found");
}

TEST_P(Desk, ATaskIsReleasedByItsHolderAndHandedOverByName) {
  const auto path = task();
  const Json why{{"reason", "the shift ends"}};
  EXPECT_EQ(desk_.post(path + "/releases", why).problem(), "task-not-yours");
  ASSERT_EQ(desk_.post(path + "/claims", Json::object()).status, 201);
  EXPECT_EQ(other_.post(path + "/releases", why).problem(), "task-not-yours");
  EXPECT_EQ(desk_.post(path + "/releases", why).body.at("claimed_by"), Json());
  ASSERT_EQ(desk_.post(path + "/claims", Json::object()).status, 201);
  Json wish{{"to", "web-form"}, {"reason", "knows it"}};
  EXPECT_EQ(desk_.post(path + "/hand-overs", wish).problem(), "not-an-operator");
  wish["to"] = "other-operator";
  EXPECT_EQ(other_.post(path + "/hand-overs", wish).problem(), "task-not-yours")
      << "it is not in their hands";
  EXPECT_EQ(desk_.post(path + "/hand-overs", wish).body.at("claimed_by"), "operator:other-operator");
  // The holder went home: another one names them and takes it.
  EXPECT_EQ(desk_
                .post(path + "/hand-overs",
                      {{"to", "operator"}, {"from", "other-operator"}, {"reason", "gone home"}})
                .body.at("claimed_by"),
            "operator:operator");
  EXPECT_EQ(actions_of(incident_).back(), "task.handed_over");
}

TEST_P(Desk, TheWorkListIsNarrowedByKindAndHolder) {
  const auto path = task();
  EXPECT_EQ(desk_.get("/v1/tasks?state=open&holder=nobody&kind=judge_precheck").body.at("items").size(), 1U);
  EXPECT_EQ(desk_.get("/v1/tasks?kind=job_dead").body.at("items").size(), 0U);
  ASSERT_EQ(desk_.post(path + "/claims", Json::object()).status, 201);
  EXPECT_EQ(desk_.get("/v1/tasks?holder=nobody").body.at("items").size(), 0U);
  EXPECT_EQ(desk_.get("/v1/tasks?holder=operator").body.at("items").size(), 1U);
  EXPECT_EQ(desk_.get("/v1/tasks?holder=other-operator").body.at("items").size(), 0U);
}

TEST_P(Desk, NotesStayAndShowWithTheIncidentAndItsTask) {
  const auto path = task();
  const auto notes = "/v1/incidents/" + incident_ + "/notes";
  EXPECT_EQ(desk_.post(notes, {{"text", "called the customer"}}).status, 201);
  EXPECT_EQ(other_.post(path + "/notes", {{"text", "asked for the disk"}}).status, 201);
  EXPECT_EQ(desk_.post(notes, {{"text", ""}}).status, 422);
  EXPECT_EQ(desk_.post("/v1/tasks/none/notes", {{"text", "x"}}).problem(), "task-not-found");
  const auto all = desk_.get(notes).body.at("items");
  ASSERT_EQ(all.size(), 2U);
  std::map<std::string, std::string> authors;  // those of one millisecond stand in no order
  for (const auto& note : all) authors[note.at("text")] = note.at("author");
  EXPECT_EQ(authors["called the customer"], "operator:operator");
  EXPECT_EQ(authors["asked for the disk"], "operator:other-operator");
  EXPECT_EQ(desk_.get(path).body.at("notes").size(), 1U);
  EXPECT_EQ(view(incident_).at("notes").size(), 2U);
  EXPECT_EQ(desk_.get(notes + "?limit=1").body.at("items").size(), 1U);
  EXPECT_EQ(actions_of(incident_).back(), "note.added");
  write([&](store::Tx& tx) -> Status {
    for (int i = 0; i < 998; ++i) {
      RESCUE_TRY(tx.execute(
          "INSERT INTO notes (note_id, incident_id, author, text, written_us) VALUES (?,?,'a','t',1)",
          {"note_0" + std::to_string(i), incident_}));
    }
    return {};
  });
  EXPECT_EQ(desk_.post(notes, {{"text", "one too many"}}).problem(), "too-many-notes");
}

TEST_P(Desk, R32_WhatIsOverIsTakenUpAsANewIncidentThatNamesIt) {
  const auto old = completed();
  const auto version = load(old).version;
  EXPECT_EQ(desk_.post("/v1/incidents/" + old + "/findings", Json::object()).problem(), "illegal-transition");
  const Json why{{"reason", "the same again"}};
  const auto fresh = desk_.post("/v1/incidents/" + old + "/reopenings", why);
  ASSERT_EQ(fresh.status, 201) << fresh.body;
  const auto id = fresh.body.at("incident_id").get<std::string>();
  EXPECT_EQ(load(id).state, State::kPrecheck);
  EXPECT_EQ(view(id).at("links").at("reopens"), old);
  EXPECT_EQ(view(old).at("links").at("reopened_as"), Json::array({id}));
  EXPECT_EQ(load(old).version, version) << "the old one is not edited";
  EXPECT_EQ(actions_of(old).back(), "incident.reopened");
  EXPECT_EQ(desk_.post("/v1/incidents/" + old + "/reopenings", why).problem(), "incident-open");
  EXPECT_EQ(desk_.post("/v1/incidents/" + id + "/reopenings", why).problem(), "illegal-transition");
}

class DeskOfTwo : public DeskTest {
 protected:
  DeskOfTwo() : DeskTest({"cancel_after_start", "merge", "unmerge", "reopen", "complete_by_hand"}) {}

  std::string completions(const contract::Door::Answer& asked) {
    return "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  }
  const Json granted_{{"outcome", "granted"}, {"note", "agreed"}};
};

TEST_P(DeskOfTwo, R41_CancellingBegunWorkWaitsForASecondPerson) {
  const auto id = working();
  const auto decisions = "/v1/incidents/" + id + "/decisions";
  const Json cancel{{"decision", "cancel"}, {"reason", "the customer moved away"}};
  const auto asked = desk_.post(decisions, cancel);
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(load(id).state, State::kWorking);
  EXPECT_EQ(desk_.post(decisions, cancel).problem(), "approval-pending");
  const auto path = "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  const Json granted{{"outcome", "granted"}, {"note", "agreed on the phone"}};
  EXPECT_EQ(desk_.post(path, granted).problem(), "second-person-needed");
  EXPECT_EQ(other_.post(path, {{"outcome", "maybe"}, {"note", "n"}}).problem(), "not-allowed-value");
  EXPECT_EQ(other_.post(path, granted).status, 201);
  EXPECT_EQ(load(id).state, State::kCancelled);
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
  const auto step =
      query("SELECT actor, details FROM audit WHERE action = 'incident.transition' ORDER BY number DESC")[0];
  EXPECT_EQ(step.text(0), "operator:operator") << "in the name of who asked";
  EXPECT_EQ(parse_json(step.text(1)).value().at("approved_by"), "operator:other-operator");
}

TEST_P(DeskOfTwo, WhatWasRejectedChangesNothingAndCancellingBeforeTheWorkNeedsNobody) {
  const auto id = working();
  const Json cancel{{"decision", "cancel"}, {"reason", "no"}};
  const auto asked = desk_.post("/v1/incidents/" + id + "/decisions", cancel);
  const auto path = "/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions";
  EXPECT_EQ(desk_.post(path, {{"outcome", "rejected"}, {"note", "taken back"}}).status, 201);
  EXPECT_EQ(load(id).state, State::kWorking);
  const auto early = scheduled("srv-1002");
  EXPECT_EQ(desk_.post("/v1/incidents/" + early + "/decisions", cancel).status, 201);
}

TEST_P(DeskOfTwo, MergingAndItsUndoingWaitForASecondPersonToo) {
  const auto first = report();
  const auto second = report(Notice{.category = "mail_abuse"});
  const auto asked =
      desk_.post("/v1/incidents/" + second + "/merges", {{"into", first}, {"reason", "the same"}});
  ASSERT_EQ(asked.status, 202) << asked.body;
  const Json granted{{"outcome", "granted"}, {"note", "yes"}};
  ASSERT_EQ(other_.post("/v1/tasks/" + asked.body.at("task_id").get<std::string>() + "/completions", granted)
                .status,
            201);
  EXPECT_EQ(load(second).id, first);
  const auto back = other_.post("/v1/incidents/" + second + "/unmerges", {{"reason", "not the same"}});
  ASSERT_EQ(back.status, 202) << back.body;
  ASSERT_EQ(
      desk_.post("/v1/tasks/" + back.body.at("task_id").get<std::string>() + "/completions", granted).status,
      201);
  EXPECT_EQ(load(second).id, second);
}

TEST_P(DeskOfTwo, R32_ReopeningWaitsForASecondPerson) {
  const auto old = completed();
  const auto path = "/v1/incidents/" + old + "/reopenings";
  const auto asked = desk_.post(path, {{"reason", "the same again"}});
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_TRUE(view(old).at("links").at("reopened_as").empty());
  EXPECT_EQ(desk_.post(path, {{"reason", "once more"}}).problem(), "approval-pending");
  EXPECT_EQ(desk_.post(completions(asked), granted_).problem(), "second-person-needed");
  ASSERT_EQ(other_.post(completions(asked), granted_).status, 201);
  const auto id = view(old).at("links").at("reopened_as").at(0).get<std::string>();
  EXPECT_EQ(load(id).state, State::kPrecheck);
  const auto rows = query("SELECT actor, details FROM audit WHERE action = 'incident.reopened'");
  EXPECT_EQ(rows.at(0).text(0), "operator:operator") << "in the name of who asked";
  EXPECT_EQ(parse_json(rows.at(0).text(1)).value().at("approved_by"), "operator:other-operator");
}

TEST_P(DeskOfTwo, R14_CompletingByHandWaitsForASecondPerson) {
  const auto id = working();
  answer_hearing(id);
  const Json body{{"outcome", "cause_unknown"},
                  {"reason", {{"ja", "記録がない"}, {"en", "no records are left"}}},
                  {"evidence_read", {attached(id)}}};
  const auto asked = desk_.post("/v1/incidents/" + id + "/manual-completions", body);
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(load(id).state, State::kWorking);
  EXPECT_TRUE(view(id).at("manual_completion").is_null());
  ASSERT_EQ(other_.post(completions(asked), granted_).status, 201);
  EXPECT_EQ(view(id).at("manual_completion").at("completed_by"), "operator:operator");
  EXPECT_EQ(wait_report(id).at("outcome").at("by"), "person") << "its document was in the store already";
}

TEST_P(DeskOfTwo, R42_ACreditThatWaitsIsAskedHereAndPricingIsToldTheAnswer) {
  const auto id = completed();
  const Json credit{{"reason", "The report came late."}, {"total_yen", 11'006}};
  const auto ask = [&](const std::string& task) {
    write([&](store::Tx& tx) {
      return on_credit_asked(app_.casework(), tx,
                             message(id, {{"task_id", task},
                                          {"charge_id", "chg_1"},
                                          {"body", credit},
                                          {"requested_by", "operator:operator"},
                                          {"reason", "The report came late."}}));
    });
    return "/v1/tasks/" + task;
  };
  const auto rejected = ask("tsk_1");
  const auto granted = ask("tsk_2");
  ASSERT_EQ(other_.post(rejected + "/claims", Json::object()).status, 201);
  ASSERT_EQ(other_.post(rejected + "/completions", {{"outcome", "rejected"}, {"note", "it did not"}}).status,
            201);
  EXPECT_TRUE(sent("pricing", messages::kCreditGranted).empty());
  EXPECT_EQ(desk_.post(granted + "/completions", granted_).problem(), "second-person-needed");
  ASSERT_EQ(other_.post(granted + "/completions", granted_).status, 201);
  const auto told = sent("pricing", messages::kCreditGranted).at(0);
  EXPECT_EQ(told.incident_id, id);
  EXPECT_EQ(told.body.at("body"), credit);
  EXPECT_EQ(told.body.at("task_id"), "tsk_2");
  EXPECT_EQ(told.body.at("approved_by"), "operator:other-operator");
}

TEST_P(DeskOfTwo, ACreditThatPricingCannotMakeAnyMoreBecomesATask) {
  const auto id = completed();
  const Json problem{
      {"code", "conflict"}, {"problem", "charge-credited"}, {"detail", "nothing is left"}, {"pointer", ""}};
  write([&](store::Tx& tx) {
    return on_credit_refused(
        app_.casework(), tx,
        message(id, {{"task_id", "tsk_2"}, {"charge_id", "chg_1"}, {"problem", problem}}));
  });
  const auto task = desk_.get("/v1/tasks/" + task_of(id, "credit_refused")).body;
  EXPECT_EQ(task.at("details").at("why"), "nothing is left");
  EXPECT_EQ(actions_of(id).back(), "credit_note.refused");
}

TEST(DeskConfig, ActionsThatWantASecondPersonAreKnownOnes) {
  const auto path = std::string(RESCUE_SOURCE_DIR) + "/services/workflow/workflow.example.json";
  ASSERT_TRUE(load_config(path));
  EXPECT_EQ(load_config(path)->second_person.size(), 3U);
  ::setenv("RESCUE_WORKFLOW_DESK_SECOND_PERSON", "merge,dance", 1);
  const auto faulty = load_config(path);
  ::unsetenv("RESCUE_WORKFLOW_DESK_SECOND_PERSON");
  ASSERT_FALSE(faulty);
  EXPECT_NE(faulty.error().detail.find("desk.second_person"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Backends, Desk, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });
INSTANTIATE_TEST_SUITE_P(Backends, DeskOfTwo, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace rescue::workflow
