#include "notices/notices.hpp"

#include <gtest/gtest.h>

#include "customer_tasks.hpp"
#include "hearing_rounds.hpp"
#include "notices/announcements.hpp"
#include "notices/notices_testing.hpp"
#include "notices/settlements.hpp"

namespace rescue::workflow {
namespace {

TEST_F(NoticesTest, TheReporterHearsThatTheReportIsTakenAndNothingOfTheCustomer) {
  start();
  const auto id = report();
  EXPECT_EQ(state_of("report_taken"), "pending") << "made in the transaction of the report";
  deliver();
  EXPECT_EQ(state_of("report_taken"), "delivered");
  const auto body = posted("report_taken");
  EXPECT_EQ(body.at("data").at("facts").at("incident_id"), id);
  const auto text = dump_json(body);
  EXPECT_EQ(text.find("C-1001"), std::string::npos);
  EXPECT_EQ(text.find("srv-1001"), std::string::npos);
  report();
  deliver();
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'report_taken'").size(), 2U) << "one for each report";
}

TEST_F(NoticesTest, EachReporterGetsOneClosingAnswerThatNamesNobody) {
  start();
  const auto id = confirmed();
  const auto joined = report();
  deliver();
  const Json close{{"decision", "cancel"}, {"reason", "asked by phone"}};
  ASSERT_TRUE(write_tx(
      [&](store::Tx& tx) { return decide(app_->casework(), tx, id, close, "operator:k3", Trace::start()); }));
  EXPECT_EQ(state_of("report_closed"), "pending") << "made in the transaction that ends the incident";
  deliver();
  const auto body = posted("report_closed");
  const auto text = dump_json(body);
  for (const auto* secret : {"C-1001", "srv-1001", "192.0.2.10", "customer", "intrusion"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'report_closed'").size(), 2U) << "one for each report";
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'report_closed' AND facts LIKE ?", {"%" + joined + "%"})
                .size(),
            1U)
      << "under the id that was given out";
  const auto told =
      query("SELECT 1 FROM outbox WHERE recipient = 'intake' AND encoded LIKE '%report.closed%'");
  EXPECT_EQ(told.size(), 2U);
}

TEST_F(NoticesTest, R2_ADeclinedIncidentGetsTheReinstallGuidanceAndNoOrderJobOrCharge) {
  start();
  const auto id = confirmed();
  const auto jobs_before = query("SELECT 1 FROM jobs").size();
  choose(id, "self_remediation");
  deliver();
  EXPECT_EQ(state_of("self_remediation_guidance"), "delivered");
  const auto text = posted("self_remediation_guidance").at("data").at("text").at("en").get<std::string>();
  EXPECT_NE(text.find("Reinstall the OS afresh"), std::string::npos);
  EXPECT_TRUE(query("SELECT 1 FROM orders").empty());
  EXPECT_EQ(query("SELECT 1 FROM jobs").size(), jobs_before);
  EXPECT_TRUE(load(id).charge.is_null());
}

TEST_F(NoticesTest, R28_TheSituationIsDeliveredAndTheChoiceIsItsReceipt) {
  start();
  const auto id = confirmed();
  deliver();
  EXPECT_EQ(state_of("situation"), "delivered");
  EXPECT_EQ(receipt_channel("situation"), "webhook");
  const auto data = posted("situation").at("data");
  const auto shown = load(id).situation;
  EXPECT_EQ(data.at("facts").at("situation_sha256"), shown.at("sha256"));
  EXPECT_NE(data.at("text").at("ja").get<std::string>().find(shown.at("ja").get<std::string>()),
            std::string::npos);
  choose(id, "service");
  EXPECT_EQ(receipt_channel("situation"), "web_form") << "a person's word goes over a machine's";
}

TEST_F(NoticesTest, R14_TheCustomerHearsOfFurtherQuestionsAndOfTheDeadline) {
  start();
  const auto id = working();
  deliver();
  const auto asked = app_->service().database().write([&](store::Tx& tx) {
    return ask_more(
        app_->casework(), tx, id,
        {{"questions", {{{"ja", "追加の質問"}, {"en", "Who else has the key?"}}}}, {"reason", "r"}},
        "operator:k", Trace::start());
  });
  ASSERT_TRUE(asked) << asked.error().detail;
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'hearing_questions'").size(), 2U);
  clock_.advance(hours(49));
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'hearing_reminder'").size(), 1U);
  deliver();
  const auto text = posted("hearing_reminder").at("data").at("text").at("en").get<std::string>();
  EXPECT_NE(text.find("Who else has the key?"), std::string::npos) << text;
  ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}});
  EXPECT_EQ(receipt_channel("hearing_reminder"), "web_form");
}

TEST_F(NoticesTest, R31_AnEndpoints2xxToTheReportCompletesTheIncident) {
  start();
  const auto id = reported();
  EXPECT_EQ(load(id).state, State::kReporting);
  answer_ = 503;
  deliver();
  EXPECT_EQ(load(id).state, State::kReporting) << "queued and tried is not delivered";
  answer_ = 200;
  clock_.advance(minutes(10));
  deliver();
  EXPECT_EQ(load(id).state, State::kCompleted);
  EXPECT_EQ(load(id).delivery.at("channel"), "webhook");
  const auto report = posted("report_ready").at("data").at("report");
  EXPECT_EQ(sha256_hex(dump_json(report)), load(id).report_sha256.value());
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'completed'").size(), 1U);
}

TEST_F(NoticesTest, R31_WhereThePolicyWantsAReceiptAWebhookIsNone) {
  config_.notices.report_delivery = "receipt";
  start();
  const auto id = reported();
  deliver();
  EXPECT_EQ(state_of("report_ready"), "delivered");
  EXPECT_EQ(load(id).state, State::kReporting);
  EXPECT_TRUE(ask(id, "report_receipt", {{"report_sha256", *load(id).report_sha256}, {"channel", "web"}}));
  EXPECT_EQ(load(id).state, State::kCompleted);
}

TEST_F(NoticesTest, R31_AReportThatWasOvertakenIsNotDeliveredAnyMore) {
  start();
  answer_ = 503;
  const auto id = reported();
  const Json body{{"decision", "rework"}, {"reason", "not good enough"}};
  ASSERT_TRUE(write_tx(
      [&](store::Tx& tx) { return decide(app_->casework(), tx, id, body, "operator:k3", Trace::start()); }));
  EXPECT_EQ(state_of("report_ready"), "withdrawn");
  answer_ = 200;
  clock_.advance(hours(1));
  deliver();
  EXPECT_TRUE(posted("report_ready").is_null());
  EXPECT_EQ(load(id).state, State::kScheduled);
}

TEST_F(NoticesTest, R40_TheCustomerIsToldOfATaskOnceAndWithItsReport) {
  start();
  const auto id = reported();
  EXPECT_EQ(state_of("customer_task"), "pending") << "made in the transaction of the report";
  const auto task = query("SELECT task_id, title, why FROM customer_tasks").at(0);
  const auto title = parse_json(task.text(1)).value();
  const auto why = parse_json(task.text(2)).value();
  const Json asked = Json::array({{{"id", "customer-password"}, {"title", title}, {"why", why}}});
  ASSERT_TRUE(write_tx(
      [&](store::Tx& tx) { return CustomerTasks::take_over(app_->casework(), tx, load(id), asked); }));
  EXPECT_EQ(query("SELECT 1 FROM notices WHERE kind = 'customer_task'").size(), 1U) << "it is the same task";
  deliver();
  EXPECT_EQ(state_of("customer_task"), "delivered");
  const auto data = posted("customer_task").at("data");
  EXPECT_EQ(data.at("facts").at("task_id"), task.text(0));
  for (const auto* language : {"ja", "en"}) {
    const auto text = data.at("text").at(language).get<std::string>();
    EXPECT_NE(text.find(title.at(language).get<std::string>()), std::string::npos) << text;
    EXPECT_NE(text.find(why.at(language).get<std::string>()), std::string::npos) << text;
  }
}

TEST_F(NoticesTest, R40_DoingTheTaskIsTheReceiptOfItsNotice) {
  start();
  answer_ = 503;
  const auto id = reported();
  deliver();
  const auto task_id = query("SELECT task_id FROM customer_tasks").at(0).text(0);
  ASSERT_TRUE(ask(id, "customer_task_completion", {{"task_id", task_id}}));
  EXPECT_EQ(receipt_channel("customer_task"), "web_form");
  EXPECT_TRUE(query("SELECT 1 FROM notice_deliveries d JOIN notices n ON n.notice_id = d.notice_id WHERE "
                    "n.kind = 'customer_task' AND d.state = 'pending'")
                  .empty());
}

TEST_F(NoticesTest, R40_ATaskThatIsNoLongerAskedForIsNotToldAnyMore) {
  start();
  const auto id = reported();
  ASSERT_TRUE(write_tx([&](store::Tx& tx) {
    return CustomerTasks::take_over(app_->casework(), tx, load(id), Json::array());
  }));
  EXPECT_EQ(state_of("customer_task"), "withdrawn");
  EXPECT_EQ(state_of("report_ready"), "pending");
  deliver();
  EXPECT_TRUE(posted("customer_task").is_null());
}

TEST_F(NoticesTest, WithoutAContactANoticeIsShownAndNothingWaitsForIt) {
  start_without_contacts();
  const auto id = reported();
  deliver();
  EXPECT_EQ(posts(), 0U);
  EXPECT_EQ(state_of("report_ready"), "shown");
  ASSERT_TRUE(ask(id, "notice_receipt", {{"notice_id", id_of("order_accepted")}}));
  EXPECT_EQ(state_of("order_accepted"), "delivered");
  EXPECT_EQ(receipt_channel("order_accepted"), "web_form");
  EXPECT_TRUE(ask(id, "report_receipt", {{"report_sha256", *load(id).report_sha256}, {"channel", "web"}}));
  EXPECT_EQ(load(id).state, State::kCompleted);
  EXPECT_EQ(state_of("report_ready"), "delivered");
  EXPECT_EQ(open_tasks("notice_undelivered"), 0U);
}

TEST_F(NoticesTest, R35_AStopWindowIsLoggedAndTold) {
  start();
  const StopWindow window{kBegin + hours(2), kBegin + hours(3), "the disk is copied"};
  const auto announce = [&](const std::string& id) {
    return write_tx([&](store::Tx& tx) -> Result<Json> {
      RESCUE_ASSIGN(const auto incident, app_->casework().incidents.load(tx, id));
      return announce_stop_window(app_->casework(), tx, incident, window, "operator:k3");
    });
  };
  const auto id = confirmed();
  EXPECT_EQ(announce(id).error().problem, "illegal-transition") << "nothing is ordered";
  EXPECT_TRUE(query("SELECT 1 FROM stop_windows").empty());
  choose(id, "self_remediation");
  const auto busy = working();
  ASSERT_TRUE(announce(busy));
  deliver();
  EXPECT_EQ(state_of("stop_window"), "delivered");
  EXPECT_EQ(query("SELECT 1 FROM audit WHERE action = 'stop_window.announced'").size(), 1U);
  const auto text = posted("stop_window").at("data").at("text").at("en").get<std::string>();
  EXPECT_NE(text.find("From: 2026-09-18T14:00:00+09:00"), std::string::npos) << text;
}

TEST_F(NoticesTest, ATryIsRepeatedOverDaysAndThenAPersonSaysHowItWasDelivered) {
  config_.notices.endpoint_dead_after = hours(24 * 30);
  start();
  answer_ = 500;
  const auto id = confirmed();
  for (const std::chrono::seconds pause : config_.notices.retry_pauses) {
    deliver();
    const auto before = posts();
    clock_.advance(pause * 8 / 10);
    deliver();
    EXPECT_EQ(posts(), before) << "not before " << pause.count() << " s";
    clock_.advance(pause * 4 / 10);
  }
  EXPECT_EQ(state_of("situation"), "pending");
  deliver();
  EXPECT_EQ(state_of("situation"), "undeliverable");
  const auto notice = id_of("situation");
  EXPECT_EQ(query("SELECT 1 FROM notice_attempts a JOIN notice_deliveries d ON d.delivery_id = a.delivery_id "
                  "WHERE d.notice_id = ? AND a.outcome <> 'delivered'",
                  {notice})
                .size(),
            10U);
  EXPECT_EQ(open_tasks("notice_undelivered"), 2U) << "the reporter's too";
  const auto settled = write_tx([&](store::Tx& tx) {
    return settle_notice(app_->casework(), tx, notice,
                         {"operator:k3", "told the owner by telephone", {{"channel", "phone"}}});
  });
  ASSERT_TRUE(settled) << settled.error().detail;
  EXPECT_EQ(state_of("situation"), "delivered");
  EXPECT_EQ(receipt_channel("situation"), "operator");
  EXPECT_EQ(open_tasks("notice_undelivered"), 1U);
  const auto again = write_tx([&](store::Tx& tx) {
    return settle_notice(app_->casework(), tx, notice, {"operator:k3", "x", {{"channel", "phone"}}});
  });
  EXPECT_EQ(again.error().problem, "notice-delivered");
}

TEST_F(NoticesTest, R31_SettlingTheNoticeOfTheReportIsDeliveringIt) {
  config_.notices.retry_pauses = {seconds(1)};
  start();
  answer_ = 500;
  const auto id = reported();
  for (int i = 0; i < 20; ++i, clock_.advance(minutes(10))) deliver();
  EXPECT_EQ(state_of("report_ready"), "undeliverable");
  EXPECT_EQ(load(id).state, State::kReporting) << "R31: an incident cannot complete undelivered";
  ASSERT_TRUE(write_tx([&](store::Tx& tx) {
    return settle_notice(app_->casework(), tx, id_of("report_ready"),
                         {"operator:k3", "by registered post", {{"channel", "post"}}});
  }));
  EXPECT_EQ(load(id).state, State::kCompleted);
  EXPECT_EQ(load(id).delivery.at("channel"), "operator");
}

TEST_F(NoticesTest, AnEndpointThatIsGoneIsUsedNoMoreUntilAnOperatorSaysSo) {
  start();
  answer_ = 410;
  const auto id = confirmed();
  deliver();
  EXPECT_EQ(state_of("situation"), "undeliverable");
  EXPECT_EQ(open_tasks("endpoint_disabled"), 2U) << "the customer's and the reporter's";
  const auto before = posts();
  choose(id, "self_remediation");
  deliver();
  EXPECT_EQ(posts(), before) << "nothing goes there";
  EXPECT_EQ(state_of("self_remediation_guidance"), "undeliverable");
  answer_ = 200;
  ASSERT_TRUE(write_tx([&](store::Tx& tx) {
    return app_->casework().notices.enable_endpoint(tx, "main", {"operator:k3", "they mended it"});
  }));
  deliver();
  EXPECT_EQ(state_of("self_remediation_guidance"), "delivered");
  EXPECT_EQ(open_tasks("endpoint_disabled"), 1U);
  EXPECT_EQ(open_tasks("notice_undelivered"), 1U);
  const auto again = write_tx([&](store::Tx& tx) {
    return app_->casework().notices.enable_endpoint(tx, "main", {"operator:k3", "x"});
  });
  EXPECT_EQ(again.error().problem, "endpoint-not-disabled");
}

TEST_F(NoticesTest, AnEndpointThatIsDeadForDaysIsDisabledAndReported) {
  start();
  answer_ = 502;
  confirmed();
  for (int hour = 0; hour < 90; ++hour, clock_.advance(hours(1))) deliver();
  EXPECT_EQ(query("SELECT state FROM notice_endpoints WHERE endpoint_id = 'main'").at(0).text(0), "disabled");
  EXPECT_EQ(open_tasks("endpoint_disabled"), 2U);
  EXPECT_NE(app_->service().metrics().text().find("rescue_notice_endpoints_disabled 2"), std::string::npos);
  EXPECT_NE(app_->service().metrics().text().find("rescue_notices{state=\"undeliverable\"} 2"),
            std::string::npos);
}

TEST_F(NoticesTest, WhatAnotherTookMeanwhileIsNotCountedTwice) {
  start();
  report();
  // An attempt that never came back: its time passes, the next one is another.
  ASSERT_TRUE(write_tx([&](store::Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("UPDATE notice_deliveries SET attempts = 1, next_us = next_us + 5000000", {}));
    RESCUE_TRY(
        tx.execute("INSERT INTO notice_attempts (delivery_id, number, begun_us) SELECT delivery_id, 1, 0 "
                   "FROM notice_deliveries",
                   {}));
    return {};
  }));
  deliver();
  EXPECT_EQ(posts(), 0U) << "it is in somebody's hands";
  clock_.advance(seconds(6));
  deliver();
  EXPECT_EQ(posts(), 1U);
  const auto attempts = query("SELECT outcome FROM notice_attempts ORDER BY number");
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].text(0), "unknown");
  EXPECT_EQ(attempts[1].text(0), "delivered");
}

}  // namespace
}  // namespace rescue::workflow
