// Fees, further orders and customers' tasks, with a real database and a real customer report.
#include "customer_tasks.hpp"
#include "fees.hpp"
#include "linked_orders.hpp"
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

constexpr std::array kWanted{State::kScheduled, State::kWorking};
constexpr std::array kPrecheckWanted{State::kPrecheck};
/// A product in which all that can be ordered is built.
constexpr std::array kAllKinds{
    incident::JobKind{"precheck", "precheck", 10, false, kPrecheckWanted, State::kPrecheck},
    incident::JobKind{"investigation", "investigation", 20, false, kWanted, State::kWorking},
    incident::JobKind{"investigation_recovery", "recovery", 20, false, kWanted, State::kWorking},
    incident::JobKind{"investigation_recovery_reinstall", "recovery", 20, false, kWanted, State::kWorking},
    incident::JobKind{"mail_abuse_response", "mail", 20, false, kWanted, State::kWorking}};

class Billing : public WorkflowTest {
 protected:
  explicit Billing(incident::JobKinds kinds = kAllKinds) : WorkflowTest(Jobs::Options{.kinds = kinds}) {}

  template <class F>
  auto read(F&& work) {
    return app_->service().database().read(std::forward<F>(work));
  }
  Json ask_for_order(const std::string& id, const std::string& work_item) {
    return ask(id, "order",
               {{"server_id", "srv-1001"},
                {"work_item", work_item},
                {"quote", {{"id", "quo_" + random_hex(4)}, {"sha256", std::string(64, 'b')}}},
                {"consents", Json::array()}});
  }
  std::string problem_of_order(const std::string& id, const std::string& work_item) {
    const auto decision = ask_for_order(id, work_item);
    return decision.is_null() ? "none yet" : decision.at("problem").at("problem").get<std::string>();
  }
  Json pricing_agrees() {
    const auto asked = sent("pricing", messages::kQuoteRedeem).back();
    EXPECT_TRUE(receive(messages::kQuoteRedeemed, asked.incident_id,
                        {{"request_id", asked.body.at("request_id")},
                         {"order_id", asked.body.at("order_id")},
                         {"quote_id", asked.body.at("quote_id")},
                         {"accepted", true},
                         {"total_yen", 55'000}}));
    return decision_of(asked.body.at("request_id").get<std::string>());
  }
  /// The incident that works on the order.
  std::string ordered(const std::string& id, const std::string& work_item) {
    EXPECT_TRUE(ask_for_order(id, work_item).is_null());
    const auto decision = pricing_agrees();
    EXPECT_TRUE(decision.at("accepted")) << decision;
    return decision.at("answer").at("incident_id");
  }

  std::string confirmed(const Json& confirmation) {
    const auto id = report();
    EXPECT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", confirmation}}));
    EXPECT_TRUE(
        ask(id, "choice", {{"choice", "service"}, {"situation_sha256", load(id).situation.at("sha256")}})
            .at("accepted"));
    return id;
  }
  void work_says(std::string_view type, const std::string& id, Json more = Json::object()) {
    const auto job = query("SELECT job_id FROM jobs WHERE incident_id = ? AND kind <> 'precheck'", {id});
    EXPECT_TRUE(job_says(type, id, job.at(0).text(0), 1, std::move(more)));
  }
  void work(const std::string& id) {
    work_says(messages::kJobStarted, id);
    EXPECT_EQ(load(id).state, State::kWorking);
  }
  /// An investigation with its report, not received yet.
  std::string reported(const Json& confirmation = {"intrusion"}) {
    const auto id = confirmed(confirmation);
    EXPECT_EQ(ordered(id, "investigation"), id) << "a first order is the incident's own";
    work(id);
    EXPECT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}).at("accepted"));
    work_says(messages::kJobFinished, id, success());
    EXPECT_TRUE(app_->customer_reports().make_due());
    return id;
  }
  void receive_report(const std::string& id) {
    EXPECT_TRUE(
        ask(id, "report_receipt", {{"report_sha256", load(id).report_sha256.value()}, {"channel", "web"}})
            .at("accepted"));
  }
  std::string completed(const Json& confirmation = {"intrusion"}) {
    const auto id = reported(confirmation);
    receive_report(id);
    return id;
  }
  std::vector<Fee> fees(bool unmatched) {
    return read([&](store::Tx& tx) { return Fees::list(tx, {.unmatched = unmatched}, "", 100); }).value();
  }
  std::vector<CustomerTask> tasks(const std::string& id) {
    return read([&](store::Tx& tx) { return CustomerTasks::list(tx, {.incident_id = id}, "", 100); }).value();
  }
};

TEST_F(Billing, R32_R42_AFollowUpIsAnIncidentOfItsOwnAndTheCompletedOneStaysAsItIs) {
  const auto first = completed();
  const auto version = load(first).version;
  const auto second = ordered(first, "investigation_recovery");
  EXPECT_NE(second, first);
  EXPECT_EQ(load(first).version, version);
  EXPECT_EQ(load(first).state, State::kCompleted);
  EXPECT_EQ(load(second).state, State::kScheduled);
  EXPECT_EQ(load(second).confirmation, load(first).confirmation);
  EXPECT_EQ(sent("pricing", messages::kQuoteRedeem).back().incident_id, first)
      << "the quote is for the first";
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().body.at("kind"), "investigation_recovery");
  Json shown;
  ASSERT_TRUE(read([&](store::Tx& tx) { return add_links(tx, load(second), shown); }));
  EXPECT_EQ(shown.at("follows"), first);
  ASSERT_TRUE(read([&](store::Tx& tx) { return add_links(tx, load(first), shown); }));
  EXPECT_EQ(shown.at("followed_by"), Json::array({second}));
  work(second);
  ASSERT_TRUE(decide_as_operator(second, {{"decision", "cancel"}}));
  const auto charged = sent("pricing", messages::kChargeCreate);
  ASSERT_EQ(charged.size(), 2U) << "each has its charge";
  EXPECT_EQ(charged.back().incident_id, second);
}

TEST_F(Billing, R42_AFollowUpIsALargerItemAfterTheReportAndOrderedOnce) {
  const auto id = reported();
  EXPECT_EQ(problem_of_order(id, "investigation_recovery"), "illegal-transition") << "not before the report";
  receive_report(id);
  EXPECT_EQ(problem_of_order(id, "investigation"), "work-item-covered");
  EXPECT_TRUE(ask_for_order(id, "investigation_recovery").is_null());
  EXPECT_EQ(problem_of_order(id, "investigation_recovery_reinstall"), "order-exists")
      << "one is being decided";
  EXPECT_TRUE(pricing_agrees().at("accepted"));
  EXPECT_EQ(problem_of_order(id, "investigation_recovery_reinstall"), "order-exists")
      << "go on from the new one";
}

TEST_F(Billing, R42_AFollowUpThatWasCancelledBeforeTheWorkLeavesRoomForAnother) {
  const auto first = completed();
  const auto second = ordered(first, "investigation_recovery");
  ASSERT_TRUE(ask(second, "cancellation", {{"reason", "not needed"}}).at("accepted"));
  EXPECT_EQ(sent("pricing", messages::kQuoteRelease).size(), 1U);
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U) << "only the investigation's";
  EXPECT_NE(ordered(first, "investigation_recovery_reinstall"), second);
}

TEST_F(Billing, FollowUpsAreTakenUntilFourteenDaysAfterTheReport) {
  const auto id = completed();
  const auto end = from_us(load(id).entered_us(State::kCompleted)) + std::chrono::days(14);
  clock_.advance(end - clock_.now() - std::chrono::milliseconds(6));
  EXPECT_EQ(problem_of_order(id, "investigation_recovery"), "none yet");
  const auto late = sent("pricing", messages::kQuoteRedeem).back().body.at("request_id").get<std::string>();
  clock_.advance(std::chrono::hours(1));
  EXPECT_TRUE(pricing_agrees().at("accepted")) << "an outage of pricing does not spoil it: " << late;
  EXPECT_EQ(problem_of_order(id, "investigation_recovery_reinstall"), "follow-up-too-late");
}

TEST_F(Billing, R12_MailAbuseResponseAndInvestigationStandSideBySideWhenBothAreConfirmed) {
  const auto id = confirmed({"intrusion", "mail_abuse"});
  EXPECT_EQ(ordered(id, "investigation"), id);
  const auto beside = ordered(id, "mail_abuse_response");
  EXPECT_NE(beside, id);
  work(id);
  work(beside);
  EXPECT_EQ(problem_of_order(id, "mail_abuse_response"), "order-exists");
}

TEST_F(Billing, R12_MailAbuseThatWasNotConfirmedCannotBeOrderedBesideAnInvestigation) {
  const auto only_intrusion = completed();
  EXPECT_EQ(problem_of_order(only_intrusion, "mail_abuse_response"), "work-item-not-confirmed");
}

/// The product as it is: an investigation and the response to mail abuse can be carried out.
class BillingToday : public Billing {
 protected:
  BillingToday() : Billing(incident::job_kinds()) {}
};

TEST_F(BillingToday, R16_R19_AFollowUpThatIsNotBuiltIsRefusedInPlainWords) {
  const auto id = completed({"intrusion", "mail_abuse"});
  for (const auto* item : {"investigation_recovery", "investigation_recovery_reinstall"}) {
    const auto refused = ask_for_order(id, item);
    EXPECT_EQ(refused.at("problem").at("problem"), "work-item-not-available") << item;
    EXPECT_NE(refused.at("problem").at("detail").get<std::string>().find("available: investigation"),
              std::string::npos);
  }
  EXPECT_EQ(query("SELECT 1 FROM incidents").size(), 1U);
}

TEST_F(BillingToday, R12_R13_TheResponseToMailAbuseIsOrderedWorkedReportedAndCharged) {
  const auto id = confirmed({"mail_abuse"});
  EXPECT_EQ(ordered(id, "mail_abuse_response"), id);
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().body.at("kind"), "mail_abuse_response");
  work(id);
  EXPECT_TRUE(ask(id, "hearing_answers", {{"answers", {{"mail-held", "none"}}}}).at("accepted"));
  auto found = parse_json(document_).value();
  found["response"] = {{"outcome", "full"},
                       {"steps", {{{"id", "close-relay"}, {"title", "t"}, {"state", "done"}}}},
                       {"manual", Json::array()}};
  document_ = dump_json(found);
  work_says(messages::kJobFinished, id, success());
  ASSERT_TRUE(app_->customer_reports().make_due());
  receive_report(id);
  EXPECT_EQ(load(id).state, State::kCompleted);
  EXPECT_FALSE(load(id).runbook_version.empty()) << "R3";
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
}

TEST_F(BillingToday, R41_EachFeeThatIsDueWaitsForItsOneCharge) {
  const auto done = completed();
  const auto early = confirmed({"intrusion"});
  ordered(early, "investigation");
  ASSERT_TRUE(decide_as_operator(early, {{"decision", "cancel"}}));
  const auto late = confirmed({"intrusion"});
  ordered(late, "investigation");
  work(late);
  ASSERT_TRUE(decide_as_operator(late, {{"decision", "cancel"}}));
  const auto due = fees(true);
  ASSERT_EQ(due.size(), 2U) << "what was cancelled before the work costs nothing";
  EXPECT_EQ(due[0].incident_id + " " + due[0].outcome, done + " completed");
  EXPECT_EQ(due[1].incident_id + " " + due[1].outcome, late + " cancelled");
  EXPECT_EQ(due[0].state(), "missing");
  const auto charged = [&](const Fee& fee, std::int64_t yen) {
    return receive(messages::kChargeCreated, fee.incident_id,
                   {{"order_id", fee.order_id}, {"charge_id", "chg_" + fee.order_id}, {"total_yen", yen}});
  };
  ASSERT_TRUE(charged(due[0], 55'000));
  ASSERT_TRUE(charged(due[1], 54'999));
  ASSERT_EQ(fees(true).size(), 1U);
  EXPECT_EQ(fees(true)[0].state(), "differs");
  EXPECT_EQ(fees(false)[0].state(), "matched");
}

TEST_F(BillingToday, R41_WorkThatIsDoneAgainHadBegunAndIsCharged) {
  const auto id = reported();
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "rework"}}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "cancel"}}));
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
  EXPECT_TRUE(sent("pricing", messages::kQuoteRelease).empty());
}

TEST_F(BillingToday, R40_TheReportsAdviceIsATaskForTheCustomerUntilItIsDone) {
  const auto id = reported();
  ASSERT_EQ(tasks(id).size(), 1U);
  const auto task = tasks(id)[0];
  EXPECT_EQ(task.advice, "customer-password");
  EXPECT_FALSE(task.title.value("ja", "").empty());
  receive_report(id);
  EXPECT_EQ(tasks(id)[0].state, "open") << "the end of the incident does not hide it";
  const auto version = load(id).version;
  EXPECT_EQ(ask(id, "customer_task_completion", {{"task_id", "ctk_other"}}).at("problem").at("problem"),
            "customer-task-not-found");
  const auto done =
      ask(id, "customer_task_completion", {{"task_id", task.id}, {"note", "Every password is new."}});
  EXPECT_EQ(done.at("answer").at("state"), "done");
  EXPECT_EQ(tasks(id)[0].done_by, "customer:C-1001/P-1");
  EXPECT_EQ(load(id).version, version) << "R32: the incident is not touched";
  EXPECT_EQ(ask(id, "customer_task_completion", {{"task_id", task.id}}).at("problem").at("problem"),
            "customer-task-done");
  EXPECT_EQ(query("SELECT reason FROM audit WHERE action = 'customer_task.done'").at(0).text(0),
            "Every password is new.");
  ASSERT_TRUE(read([](store::Tx& tx) { return store::Audit::verify(tx); }));
}

TEST_F(BillingToday, R40_ANewerReportWithdrawsWhatItNoLongerAsksFor) {
  const auto id = reported();
  const auto incident = load(id);
  const auto take_over = [&](const Json& asked) {
    return app_->service().database().write(
        [&](store::Tx& tx) { return CustomerTasks::take_over(app_->casework(), tx, incident, asked); });
  };
  const auto first = tasks(id)[0];
  const Json same{{"id", first.advice}, {"title", first.title}, {"why", first.why}};
  ASSERT_TRUE(take_over(Json::array({same})));
  EXPECT_EQ(tasks(id).size(), 1U) << "asked again it is the same task";
  const Json other{
      {"id", "customer-application"}, {"title", {{"ja", "更新"}, {"en", "Update"}}}, {"why", first.why}};
  clock_.advance(std::chrono::milliseconds(5));
  ASSERT_TRUE(take_over(Json::array({other})));
  ASSERT_EQ(tasks(id).size(), 2U);
  EXPECT_EQ(tasks(id)[0].state, "withdrawn");
  EXPECT_EQ(tasks(id)[1].state, "open");
}

}  // namespace
}  // namespace rescue::workflow
