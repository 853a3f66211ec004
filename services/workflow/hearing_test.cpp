// R14: what the customer is asked, answers, is reminded of, and what is logged without an answer.
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

class HearingTest : public WorkflowTest {};

TEST_F(HearingTest, R14_WorkEndsOnlyWithAHearingOrALoggedNonReply) {
  const auto id = working();
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
  EXPECT_EQ(state(id), State::kWorking);
  EXPECT_EQ(load(id).waiting_for, "hearing");
  clock_.advance(std::chrono::hours(72));
  ASSERT_TRUE(app_->casework().close_overdue_hearings());
  EXPECT_EQ(state(id), State::kReporting);
  EXPECT_EQ(query("SELECT action FROM audit WHERE action = 'hearing.no_reply'").size(), 1U);
  EXPECT_EQ(ask(id, "hearing_answers", {{"answers", {{"own-changes", "x"}}}}).at("problem").at("problem"),
            "hearing-closed");
}

TEST_F(HearingTest, AnAnswerToAQuestionThatWasNotAskedIsRefused) {
  const auto id = working();
  const auto refused = ask(id, "hearing_answers", {{"answers", {{"shoe-size", "43"}}}});
  EXPECT_EQ(refused.at("problem").at("pointer"), "/answers/shoe-size");
}

TEST_F(HearingTest, R14_QuestionsSayWhatIsKnownFromTheReportsAndThePrecheck) {
  const auto id = report();
  auto seen = success();
  seen["summary"]["seen"] = {{"os", "Debian GNU/Linux 12"}, {"addresses", {"203.0.113.45"}}};
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, seen));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  ask(id, "order", order_body());
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  const auto asked = hearing(id);
  EXPECT_EQ(asked.at("version"), "hearing-2");
  EXPECT_EQ(known(asked, "known-access"), Json({{{"from", "precheck"}, {"text", "203.0.113.45"}}}));
  EXPECT_EQ(known(asked, "installed-applications").at(0).at("text"), "Debian GNU/Linux 12");
  EXPECT_EQ(known(asked, "stop-window"), Json()) << "goes with recovery only";
}

TEST_F(HearingTest, R14_AnswersMayComeInPartsAndEachIsKeptAsEvidence) {
  const auto id = working();
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
  const auto part =
      ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}, {"complete", false}}).at("answer");
  EXPECT_EQ(part.at("hearing"), "open");
  EXPECT_EQ(load(id).waiting_for, "hearing");
  EXPECT_EQ(state(id), State::kWorking);
  ask(id, "hearing_answers", {{"answers", {{"own-changes", "a cron job"}, {"first-noticed", "Monday"}}}});
  EXPECT_EQ(load(id).waiting_for, std::nullopt);
  EXPECT_EQ(state(id), State::kReporting);
  const auto held = hearing(id);
  EXPECT_EQ(held.at("answers"), Json({{"own-changes", "a cron job"}, {"first-noticed", "Monday"}}));
  ASSERT_EQ(held.at("submissions").size(), 2U);
  Json first = held.at("submissions").at(0);
  EXPECT_EQ(first.at("sha256"), part.at("sha256"));
  first.erase("sha256");
  EXPECT_EQ(sha256_hex(dump_json(first)), part.at("sha256"));
  EXPECT_EQ(first.at("person"), "P-1");
  EXPECT_EQ(first.at("answers").at("own-changes"), "none") << "as it came";
}

TEST_F(HearingTest, R14_AnOperatorAsksMoreAndTheWorkWaitsAgain) {
  const auto id = working();
  ASSERT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}).at("accepted"));
  const Json more{{"questions", {{{"ja", "誰ですか。"}, {"en", "Who is it?"}}}}, {"reason", "a log-in"}};
  const auto asked = ask_the_customer(id, more);
  ASSERT_TRUE(asked) << asked.error().detail;
  EXPECT_EQ(asked->at("round"), 2);
  EXPECT_EQ(asked->at("questions"), Json({"more-2-1"}));
  EXPECT_EQ(load(id).waiting_for, "hearing");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
  EXPECT_EQ(state(id), State::kWorking) << "the answer is still waited for";
  ASSERT_TRUE(ask(id, "hearing_answers", {{"answers", {{"more-2-1", "Our agency."}}}}).at("accepted"));
  EXPECT_EQ(state(id), State::kReporting);
  EXPECT_EQ(ask_the_customer(id, more).error().problem, "illegal-transition") << "the work is over";
  EXPECT_EQ(query("SELECT action FROM audit WHERE action = 'hearing.asked_more'").size(), 1U);
}

TEST_F(HearingTest, R14_FurtherQuestionsAreCheckedFieldByFieldAndWantWorkUnderWay) {
  const auto id = confirmed();
  const Json question{{"ja", "x"}, {"en", "y"}};
  EXPECT_EQ(ask_the_customer(id, {{"questions", {question}}, {"reason", "r"}}).error().problem,
            "illegal-transition");
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  ask(id, "order", order_body());
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  const auto pointer = [&](const Json& body) {
    const auto asked = ask_the_customer(id, body);
    return asked ? "accepted" : asked.error().pointer;
  };
  EXPECT_EQ(pointer({{"questions", {question}}}), "/reason");
  EXPECT_EQ(pointer({{"questions", Json::array()}, {"reason", "r"}}), "/questions");
  EXPECT_EQ(pointer({{"questions", Json::array({{{"ja", "x"}}})}, {"reason", "r"}}), "/questions/0/en");
  EXPECT_EQ(pointer({{"questions", {question}}, {"reason", "r"}, {"deadline_s", 1}}), "/deadline_s");
  EXPECT_EQ(pointer({{"questions", {question}}, {"reason", "r"}, {"urgent", true}}), "/urgent");
}

TEST_F(HearingTest, R14_TheCustomerIsRemindedOnceBeforeTheDeadline) {
  const auto id = working();
  std::vector<std::string> told;
  app_->casework().hearing_listener = [&](store::Tx&, const Incident& incident, const Hearing& hearing,
                                          Casework::HearingEvent) -> Status {
    told.push_back(incident.id + " " + std::to_string(hearing.unanswered().size()));
    return {};
  };
  clock_.advance(std::chrono::hours(47));
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  EXPECT_TRUE(told.empty());
  clock_.advance(std::chrono::hours(2));
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  EXPECT_EQ(told, std::vector<std::string>{id + " 5"});
  EXPECT_EQ(query("SELECT action FROM audit WHERE action = 'hearing.reminded'").size(), 1U);
  EXPECT_TRUE(hearing(id).contains("reminded_at"));
}

TEST_F(HearingTest, R14_APartOfTheAnswersIsARecordAndWhatIsMissingIsLogged) {
  const auto id = working();
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
  ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}, {"complete", false}});
  clock_.advance(std::chrono::hours(72));
  ASSERT_TRUE(app_->casework().close_overdue_hearings());
  EXPECT_EQ(state(id), State::kReporting);
  EXPECT_EQ(hearing(id).at("state"), "answered");
  const auto details = query("SELECT details FROM audit WHERE action = 'hearing.closed'").at(0).text(0);
  EXPECT_EQ(parse_json(details)->at("unanswered").size(), 4U);
}

}  // namespace
}  // namespace rescue::workflow
