// The steps of an incident from the notice to the charge.
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

TEST_F(WorkflowTest, R3_R25_AReportOpensAnIncidentUnderTheRunbookInForceAndStartsThePrecheck) {
  const auto id = report();
  EXPECT_EQ(state(id), State::kPrecheck);
  EXPECT_EQ(load(id).runbook_version, "runbook-7");
  const auto jobs = sent("worker", messages::kJobDispatched);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].body.at("kind"), "precheck");
  EXPECT_EQ(sent("intake", messages::kReportTaken).at(0).body.at("merged_into"), Json());
}

TEST_F(WorkflowTest, R9_AnUnlistedOperatingSystemIsATaskForAPerson) {
  const auto id = report();
  const Json body = {
      {"server_id", "srv-1001"}, {"os", "plan9-4"}, {"customer", "C-1001"}, {"work_item", "investigation"}};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(receive(messages::kSystemUnlisted, id, body));
  const auto tasks =
      query("SELECT subject, details FROM tasks WHERE kind = 'judge_system' AND state = 'open'");
  ASSERT_EQ(tasks.size(), 1U) << "one, however often a quote is asked for";
  EXPECT_EQ(tasks[0].text(0), "srv-1001");
  EXPECT_EQ(parse_json(tasks[0].text(1))->at("os"), "plan9-4");
  EXPECT_EQ(state(id), State::kPrecheck) << "the flow goes on from there";

  const auto unknown = IncidentId::make(clock_.now()).str();
  EXPECT_TRUE(receive(messages::kSystemUnlisted, unknown, body)) << "any id may be quoted for";
  EXPECT_EQ(query("SELECT 1 FROM tasks WHERE kind = 'judge_system'").size(), 1U);
}

TEST_F(WorkflowTest, R3_AnIncidentKeepsTheRunbookThatWasInForceWhenItCame) {
  const auto first = report();
  new_document("runbook", "runbook-8");
  EXPECT_EQ(load(report("intrusion", "srv-1002")).runbook_version, "runbook-7") << "until the day is over";
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(load(report("intrusion", "srv-1003")).runbook_version, "runbook-8");
  EXPECT_EQ(load(first).runbook_version, "runbook-7");
}

TEST_F(WorkflowTest, R44_R45_AnOrderPinsTheTermsAndTheSpecificationInForceWhenItWasSubmitted) {
  const auto id = confirmed();
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  new_document("terms", "terms-4");
  new_document("specification", "\"1.3\"");
  ASSERT_TRUE(ask(id, "order", order_body()).is_null());
  EXPECT_FALSE(redeem(id, false).at("accepted"));
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(ask(id, "order", order_body()).is_null());
  const auto orders = query("SELECT versions FROM orders WHERE incident_id = ? ORDER BY submitted_us", {id});
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_EQ(orders[0].text(0), R"({"specification":"1.2","terms":"terms-3"})") << "until the day is over";
  EXPECT_EQ(orders[1].text(0), R"({"specification":"1.3","terms":"terms-4"})");
}

TEST_F(WorkflowTest, R42_ASecondReportAboutTheSameServerJoinsTheOpenIncident) {
  const auto first = report();
  const auto second = report("unknown");
  EXPECT_EQ(load(second).id, first);
  EXPECT_EQ(sent("intake", messages::kReportTaken).at(1).body.at("merged_into"), first);
  const auto other_server = report("intrusion", "srv-1002");
  EXPECT_EQ(load(other_server).id, other_server);
}

TEST_F(WorkflowTest, R26_ThePrecheckEndsWithATaskForAPersonAndNoCharge) {
  const auto id = report();
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job_of(id, "precheck"), 1));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, success()));
  EXPECT_EQ(state(id), State::kPrecheck);
  EXPECT_EQ(query("SELECT kind FROM tasks WHERE state = 'open'").at(0).text(0), "judge_precheck");
  EXPECT_TRUE(sent("pricing", messages::kChargeCreate).empty());
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
}

TEST_F(WorkflowTest, R27_AnUnconfirmedIncidentCannotBeOrdered) {
  const auto id = report();
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  const auto refused = ask(id, "order", order_body());
  EXPECT_FALSE(refused.at("accepted"));
  EXPECT_EQ(refused.at("problem").at("problem"), "illegal-transition");
}

TEST_F(WorkflowTest, R27_AnUnconfirmedIncidentIsLookedAtAgainOrClosed) {
  const auto id = report();
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "recheck"}}));
  EXPECT_EQ(state(id), State::kPrecheck);
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  report();  // a further report is new evidence
  EXPECT_EQ(state(id), State::kPrecheck);
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "close"}}));
  EXPECT_EQ(state(id), State::kClosed);
  EXPECT_EQ(choose(id, "service").at("problem").at("code"), "conflict")
      << "nothing was confirmed to choose about";
}

TEST_F(WorkflowTest, R28_TheChoiceIsStoredWithWhoWhenAndWhatWasShown) {
  const auto id = confirmed();
  EXPECT_EQ(load(id).waiting_for, "choice");
  const auto stale = ask(id, "choice", {{"choice", "service"}, {"situation_sha256", std::string(64, 'f')}});
  EXPECT_EQ(stale.at("problem").at("problem"), "situation-changed");
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  const auto row = query("SELECT choice, actor, shown, chosen_us FROM choices").at(0);
  EXPECT_EQ(row.text(0), "service");
  EXPECT_EQ(parse_json(row.text(1)).value().at("person"), "P-1");
  EXPECT_NE(parse_json(row.text(2)).value().at("ja").get<std::string>().find("不正侵入を確認"),
            std::string::npos);
  EXPECT_GT(row.integer(3), 0);
}

TEST_F(WorkflowTest, R29_NoOrderBeforeTheChoiceOrAfterSelfRemediationUnlessChosenAgain) {
  const auto id = confirmed();
  EXPECT_EQ(ask(id, "order", order_body()).at("problem").at("problem"), "choice-missing");
  ASSERT_TRUE(choose(id, "self_remediation").at("accepted"));
  EXPECT_EQ(ask(id, "order", order_body()).at("problem").at("problem"), "illegal-transition");
  EXPECT_TRUE(sent("pricing", messages::kQuoteRedeem).empty()) << "R2: no order, job or charge";
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  ASSERT_TRUE(choose(id, "self_remediation").at("accepted"));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "close"}}));
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_TRUE(ask(id, "order", order_body()).is_null()) << "now it goes to pricing";
}

TEST_F(WorkflowTest, AnotherCustomerMayNotActForThisServer) {
  const auto id = confirmed();
  const auto refused = ask(id, "choice", {{"choice", "service"}, {"situation_sha256", "x"}}, "C-2002");
  EXPECT_EQ(refused.at("problem").at("problem"), "not-your-server");
  EXPECT_EQ(refused.at("problem").at("code"), "forbidden");
}

TEST_F(WorkflowTest, R30_WorkBeginsOnlyWhenPricingHasAgreedToTheOrder) {
  const auto id = confirmed();
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_TRUE(ask(id, "order", order_body()).is_null());
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 1U) << "only the precheck";
  EXPECT_EQ(ask(id, "order", order_body()).at("problem").at("problem"), "order-exists");
  const auto refused = redeem(id, false);
  EXPECT_EQ(refused.at("problem").at("problem"), "quote-used");
  EXPECT_EQ(state(id), State::kAwaitingChoice);
  EXPECT_TRUE(ask(id, "order", order_body()).is_null());
  const auto accepted = redeem(id, true);
  EXPECT_EQ(accepted.at("answer").at("total_yen"), 55'000);
  EXPECT_EQ(state(id), State::kScheduled);
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().body.at("kind"), "investigation");
}

TEST_F(WorkflowTest, R11_AnOrderAtNightAloneWaitsForTheOpening) {
  clock_.advance(std::chrono::hours(8));  // Friday, 20:00; Monday to Wednesday are holidays
  const auto id = scheduled();
  EXPECT_EQ(state(id), State::kScheduled);
  const auto opening = parse_rfc3339("2026-09-24T10:00:00+09:00").value();
  const auto order = query("SELECT begins_us, out_of_hours, plan FROM orders").at(0);
  EXPECT_EQ(order.integer(0), to_us(opening));
  EXPECT_EQ(order.integer(1), 0);
  const auto plan = parse_json(order.text(2)).value();
  EXPECT_EQ(plan.at("begins_at"), "2026-09-24T10:00:00+09:00");
  ASSERT_EQ(plan.at("begins_why").size(), 7U);
  EXPECT_EQ(plan.at("begins_why").at(3).at("name"), "敬老の日");
  clock_.advance(opening - clock_.now() - std::chrono::seconds(1));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(investigations_sent(), 0U);
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(investigations_sent(), 1U);
}

TEST_F(WorkflowTest, R11_OutOfHoursWorkThatWasOrderedBeginsAtOnce) {
  clock_.advance(std::chrono::hours(8));
  scheduled(true);
  EXPECT_EQ(investigations_sent(), 1U);
  EXPECT_EQ(query("SELECT out_of_hours FROM orders").at(0).integer(0), 1);
}

TEST_F(WorkflowTest, R12_R21_OtherWorkItemsAreRefusedInPlainWords) {
  const auto id = confirmed();
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_EQ(ask(id, "order", order_body("mail_abuse_response")).at("problem").at("problem"),
            "work-item-not-confirmed");
  EXPECT_EQ(ask(id, "order", order_body("investigation_recovery")).at("problem").at("problem"),
            "work-item-not-available");
  auto wrong_server = order_body();
  wrong_server["server_id"] = "srv-9";
  EXPECT_EQ(ask(id, "order", wrong_server).at("problem").at("problem"), "wrong-server");
}

TEST_F(WorkflowTest, R28_R29_TheOrderKeepsWhatTheCustomerWasShown) {
  quote_ = {{"quote_id", "quo_1"}, {"total_yen", 55'000}, {"annex_versions", {{"prices", "prices-1"}}}};
  quote_["sha256"] = sha256_hex(dump_json(quote_));
  const auto id = scheduled();
  const auto order = view(id).at("orders").at(0);
  EXPECT_EQ(order.at("quote"), quote_);
  EXPECT_EQ(order.at("versions").size(), 2U) << order.at("versions");
  const Json shown{{"consents", order.at("consents")}, {"quote", quote_}, {"versions", order.at("versions")}};
  EXPECT_EQ(order.at("shown_sha256"), sha256_hex(dump_json(shown)));
  const auto choice = view(id).at("choice");
  EXPECT_EQ(choice.at("shown"), load(id).situation);
  EXPECT_EQ(choice.at("actor").at("person"), "P-1");
}

TEST_F(WorkflowTest, R31_R41_CompletesOnceTheReportIsReceivedAndIsChargedThen) {
  const auto id = reporting();
  const auto early = ask(id, "report_receipt", {{"report_sha256", std::string(64, 'c')}, {"channel", "web"}});
  EXPECT_EQ(early.at("problem").at("problem"), "report-not-ready");
  const auto made = app_->customer_reports().make_due();
  ASSERT_TRUE(made) << made.error().detail;
  const auto sha = load(id).report_sha256.value();
  EXPECT_EQ(sha256_hex(query("SELECT report FROM incidents").at(0).text(0)), sha);
  const auto wrong = ask(id, "report_receipt", {{"report_sha256", std::string(64, 'c')}, {"channel", "web"}});
  EXPECT_EQ(wrong.at("problem").at("problem"), "report-mismatch");
  EXPECT_TRUE(sent("pricing", messages::kChargeCreate).empty());
  ASSERT_TRUE(ask(id, "report_receipt", {{"report_sha256", sha}, {"channel", "web"}}).at("accepted"));
  EXPECT_EQ(state(id), State::kCompleted);
  ASSERT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
  ASSERT_TRUE(receive(messages::kChargeCreated, id,
                      {{"order_id", "o"}, {"charge_id", "chg_1"}, {"total_yen", 55'000}}));
  EXPECT_EQ(load(id).charge.at("total_yen"), 55'000);
}

TEST_F(WorkflowTest, R31_AnOperatorMayRecordADeliveryByOtherMeansAndTheFeeIsDue) {
  const auto id = reporting();
  EXPECT_EQ(decide_as_operator(id, {{"decision", "deliver"}}).error().problem, "report-not-ready");
  ASSERT_TRUE(app_->customer_reports().make_due());
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "deliver"}}));
  EXPECT_EQ(state(id), State::kCompleted);
  EXPECT_EQ(load(id).delivery.at("channel"), "operator");
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
}

TEST_F(WorkflowTest, R42_ABreakInAfterTheWorkOrUnderSelfRemediationIsANewIncident) {
  const auto own = confirmed();
  ASSERT_TRUE(choose(own, "self_remediation").at("accepted"));
  const auto later = report();
  EXPECT_EQ(load(later).id, later);
  EXPECT_EQ(state(later), State::kPrecheck);
}

TEST_F(WorkflowTest, R42_AClosedIncidentIsNotReopenedBesideANewerOne) {
  const auto old = confirmed();
  ASSERT_TRUE(decide_as_operator(old, {{"decision", "close"}}));
  report();
  EXPECT_EQ(choose(old, "service").at("problem").at("problem"), "illegal-transition");
}

TEST_F(WorkflowTest, R32_ACompletedIncidentTakesNoMoreSteps) {
  const auto id = reporting();
  ASSERT_TRUE(app_->customer_reports().make_due());
  ASSERT_TRUE(
      ask(id, "report_receipt", {{"report_sha256", load(id).report_sha256.value()}, {"channel", "mail"}})
          .at("accepted"));
  for (const auto* decision : {"unconfirm", "recheck", "close", "cancel", "deliver"}) {
    EXPECT_EQ(decide_as_operator(id, {{"decision", decision}}).error().problem, "illegal-transition")
        << decision;
  }
  EXPECT_EQ(choose(id, "service").at("problem").at("code"), "conflict");
  EXPECT_EQ(ask(id, "cancellation", {{"reason", "late"}}).at("problem").at("code"), "conflict");
  EXPECT_EQ(ask(id, "hearing_answers", {{"answers", Json::object()}}).at("problem").at("code"), "conflict");
}

TEST_F(WorkflowTest, R41_CancellingCostsNothingBeforeTheWorkAndTheFeeAfter) {
  const auto early = scheduled();
  ASSERT_TRUE(ask(early, "cancellation", {{"reason", "not needed"}}).at("accepted"));
  EXPECT_EQ(state(early), State::kCancelled);
  EXPECT_TRUE(sent("pricing", messages::kChargeCreate).empty());
  EXPECT_EQ(job_state(job_of(early, "investigation")), "cancelled");
  const auto late = working();
  ASSERT_TRUE(decide_as_operator(late, {{"decision", "cancel"}}));
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U);
}

TEST_F(WorkflowTest, NoStepLiesBeforeTheNoticeWhereIntakesClockIsAhead) {
  clock_.step(std::chrono::minutes(5));
  const auto ahead_us = to_us(clock_.now());
  clock_.step(std::chrono::minutes(-5));
  const auto id = IncidentId::make(clock_.now()).str();
  ASSERT_TRUE(receive(messages::kReportReceived, id,
                      {{"report_id", ReportId::make(clock_.now()).str()},
                       {"source", "third_party"},
                       {"category", "intrusion"},
                       {"server_id", "srv-1001"},
                       {"customer", "C-1001"},
                       {"summary", "SSH log-ins from your server"},
                       {"seen_at_us", nullptr},
                       {"received_us", ahead_us},
                       {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
                       {"raw_sha256", std::string(64, 'a')}}));
  const auto incident = load(id);
  EXPECT_LE(incident.entered_us(State::kReported), incident.entered_us(State::kPrecheck));
}

TEST_F(WorkflowTest, AnIncidentCanBeCancelledOrClosedBeforeTheOrder) {
  const auto in_precheck = report();
  ASSERT_TRUE(decide_as_operator(in_precheck, {{"decision", "cancel"}}));
  EXPECT_EQ(job_state(job_of(in_precheck, "precheck")), "cancelled");
  const auto waiting = confirmed();
  ASSERT_TRUE(ask(waiting, "cancellation", {{"reason", "moved away"}}).at("accepted"));
  const auto silent = confirmed();
  ASSERT_TRUE(decide_as_operator(silent, {{"decision", "close"}}));
  EXPECT_EQ(state(silent), State::kClosed);
}

TEST_F(WorkflowTest, AQuoteIsReleasedWhenItsOrderWasCancelledMeanwhile) {
  const auto id = confirmed();
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_TRUE(ask(id, "order", order_body()).is_null());
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "cancel"}}));
  EXPECT_FALSE(redeem(id, true).at("accepted"));
  EXPECT_EQ(sent("pricing", messages::kQuoteRelease).size(), 1U);
  EXPECT_EQ(state(id), State::kCancelled);
}

TEST_F(WorkflowTest, AnOrderTellsPricingWhichIdsWereMergedIntoItsIncident) {
  const auto id = confirmed();
  const auto merged = report();
  ASSERT_TRUE(choose(merged, "service").at("accepted"));
  ASSERT_TRUE(ask(merged, "order", order_body()).is_null());
  const auto asked = sent("pricing", messages::kQuoteRedeem).back();
  EXPECT_EQ(asked.incident_id, id);
  EXPECT_EQ(asked.body.at("merged_ids"), Json::array({merged}));
}

TEST_F(WorkflowTest, ADecisionNamesItsFaults) {
  const auto id = report();
  EXPECT_EQ(decide_as_operator(id, {{"decision", "confirm"}}).error().pointer, "/confirmation");
  EXPECT_EQ(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"burglary"}}}).error().problem,
            "not-allowed-value");
  EXPECT_EQ(decide_as_operator(id, {{"decision", "promote"}}).error().pointer, "/decision");
  EXPECT_EQ(decide_as_operator(id, {{"decision", "unconfirm"}, {"version", 99}}).error().problem,
            "version-conflict");
  EXPECT_EQ(decide_as_operator("inc_none", {{"decision", "unconfirm"}}).error().problem,
            "incident-not-found");
}

TEST_F(WorkflowTest, TheAuditTrailIsWholeAfterAllOfIt) {
  reporting();
  const auto rows = app_->service().database().read([](store::Tx& tx) { return store::Audit::verify(tx); });
  ASSERT_TRUE(rows);
  EXPECT_GT(*rows, 8);
}

TEST(WorkflowConfig, TheShippedExampleLoads) {
  const auto config =
      load_config(std::string(RESCUE_SOURCE_DIR) + "/services/workflow/workflow.example.json");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->common.http_port, 8102);
}

}  // namespace
}  // namespace rescue::workflow
