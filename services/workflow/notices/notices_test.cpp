// Notices with a real database and a real endpoint on loopback; time is turned by hand.
#include "notices/notices.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "app.hpp"
#include "customer_tasks.hpp"
#include "decisions.hpp"
#include "hearing_rounds.hpp"
#include "notices/announcements.hpp"
#include "notices/settlements.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "service_room.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::State;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();
constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class NoticesTest : public ::testing::Test {
 protected:
  NoticesTest() : clock_(kBegin) {
    std::ifstream in(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
    document_.assign(std::istreambuf_iterator<char>(in), {});
    serve();
    config_.common = room_.config("workflow", contract::absent_redis());
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config_.hearing_deadline = hours(72);
    config_.job_lease = seconds(60);
    config_.redispatch_after = seconds(60);
    config_.job_attempts_max = 3;
    config_.worker_url = "http://127.0.0.1:" + std::to_string(server_->port());
    config_.worker_token_file = write("token", room_.token("internal"));
    config_.notices.allow_private_addresses = config_.notices.allow_http = true;
    config_.notices.timeout = seconds(2);
  }
  ~NoticesTest() override {
    app_.reset();
    server_->drain();
  }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = room_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  /// One server stands for the customer's endpoint (answers `answer_`), and for worker.
  void serve() {
    http::Route hook;
    hook.method = http::Method::kPost;
    hook.pattern = "/hooks/{who}";
    hook.handler = [this](const http::Request& request) -> Result<http::Response> {
      const std::scoped_lock lock(mutex_);
      posted_.push_back(request);
      return http::Response{.status = answer_};
    };
    http::Route evidence;
    evidence.pattern = "/v1/evidence/{sha256}";
    evidence.handler = [this](const http::Request&) -> Result<http::Response> {
      return http::Response{.body = document_};
    };
    server_ = std::make_unique<http::Server>(http::Server::Options{},
                                             std::vector<http::Route>{hook, evidence}, keys_, log_, metrics_);
    server_->start();
  }

  /// With endpoints for the customer C-1001 and the reporter k1.
  void start() {
    const auto webhook = [&](const std::string& id) {
      return Json{{"id", id},
                  {"url", "http://127.0.0.1:" + std::to_string(server_->port()) + "/hooks/" + id},
                  {"secrets_file", write("secrets", kSecret)}};
    };
    const Json contacts{{"customers", {{"C-1001", {{"language", "ja"}, {"webhooks", {webhook("main")}}}}}},
                        {"reporters", {{"k1", {{"language", "en"}, {"webhooks", {webhook("rep")}}}}}}};
    config_.notices.contacts_file = write("contacts.json", dump_json(contacts));
    app_ = std::make_unique<App>(config_, clock_);
  }
  void start_without_contacts() { app_ = std::make_unique<App>(config_, clock_); }

  template <class F>
  auto write_tx(F&& work) {
    return app_->service().database().write(std::forward<F>(work));
  }
  std::vector<store::Row> query(const std::string& sql, std::initializer_list<store::Value> params = {}) {
    return app_->service().database().read([&](store::Tx& tx) { return tx.query(sql, params); }).value();
  }
  Status receive(std::string_view type, const std::string& incident_id, Json body) {
    clock_.advance(std::chrono::milliseconds(5));
    Message message;
    message.id = make_id("msg", clock_.now());
    message.incident_id = incident_id;
    message.traceparent = Trace::start().traceparent();
    message.body = std::move(body);
    auto& casework = app_->casework();
    return write_tx([&](store::Tx& tx) -> Status {
      if (type == messages::kReportReceived) return casework.on_report(tx, message);
      if (type == messages::kRequestSubmitted) return app_->requests().on_submitted(tx, message);
      if (type == messages::kQuoteRedeemed) return app_->requests().on_quote_redeemed(tx, message);
      if (type == messages::kChargeCreated) return casework.on_charge_created(tx, message);
      if (type == messages::kJobStarted) return casework.jobs.on_started(tx, message);
      return casework.jobs.on_finished(tx, message);
    });
  }
  std::string report() {
    const auto id = IncidentId::make(clock_.now()).str();
    EXPECT_TRUE(receive(messages::kReportReceived, id,
                        {{"report_id", ReportId::make(clock_.now()).str()},
                         {"source", "third_party"},
                         {"category", "intrusion"},
                         {"server_id", "srv-1001"},
                         {"customer", "C-1001"},
                         {"summary", "log-ins"},
                         {"seen_at_us", nullptr},
                         {"received_us", to_us(clock_.now())},
                         {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
                         {"raw_sha256", std::string(64, 'a')}}));
    return id;
  }
  Status ask(const std::string& id, const std::string& kind, Json body) {
    return receive(messages::kRequestSubmitted, id,
                   {{"request_id", RequestId::make(clock_.now()).str()},
                    {"kind", kind},
                    {"actor", {{"key_id", "f"}, {"customer", "C-1001"}, {"person", "P-1"}}},
                    {"submitted_us", to_us(clock_.now())},
                    {"body", std::move(body)}});
  }
  std::string confirmed() {
    const auto id = report();
    const Json body{{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "seen"}};
    EXPECT_TRUE(write_tx([&](store::Tx& tx) {
      return decide(app_->casework(), tx, id, body, "operator:k3", Trace::start());
    }));
    return id;
  }
  Incident load(const std::string& id) {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return app_->casework().incidents.load(tx, id); })
        .value();
  }
  void choose(const std::string& id, const std::string& choice) {
    EXPECT_TRUE(
        ask(id, "choice", {{"choice", choice}, {"situation_sha256", load(id).situation.at("sha256")}}));
  }
  std::string working() {
    const auto id = confirmed();
    choose(id, "service");
    EXPECT_TRUE(ask(id, "order",
                    {{"server_id", "srv-1001"},
                     {"work_item", "investigation"},
                     {"quote", {{"id", "quo_1"}, {"sha256", std::string(64, 'b')}}},
                     {"consents", Json::array()}}));
    const auto order = query("SELECT order_id, request_id FROM orders").at(0);
    EXPECT_TRUE(receive(messages::kQuoteRedeemed, id,
                        {{"request_id", order.text(1)},
                         {"order_id", order.text(0)},
                         {"quote_id", "quo_1"},
                         {"accepted", true},
                         {"total_yen", 55'000}}));
    EXPECT_TRUE(receive(messages::kJobStarted, id, job(id)));
    return id;
  }
  Json job(const std::string& id) {
    return {{"job_id", query("SELECT job_id FROM jobs WHERE incident_id = ? AND kind = 'investigation'", {id})
                           .at(0)
                           .text(0)},
            {"attempt", 1},
            {"worker", "w1"}};
  }
  std::string reported() {
    const auto id = working();
    EXPECT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}));
    auto end = job(id);
    end.update(
        {{"outcome", "succeeded"}, {"document_sha256", sha256_hex(document_)}, {"summary", Json::object()}});
    EXPECT_TRUE(receive(messages::kJobFinished, id, end));
    const auto made = app_->customer_reports().make_due();
    EXPECT_TRUE(made) << made.error().detail;
    return id;
  }
  /// All rounds there are now.
  void deliver() {
    while (!query("SELECT 1 FROM notice_deliveries WHERE state = 'pending' AND next_us <= ?",
                  {to_us(clock_.now())})
                .empty()) {
      const auto done = app_->courier().deliver_due();
      ASSERT_TRUE(done) << done.error().detail;
    }
  }
  std::string state_of(const std::string& kind) {
    return query("SELECT state FROM notices WHERE kind = ? ORDER BY notice_id DESC", {kind}).at(0).text(0);
  }
  std::string id_of(const std::string& kind) {
    return query("SELECT notice_id FROM notices WHERE kind = ? ORDER BY notice_id DESC", {kind})
        .at(0)
        .text(0);
  }
  std::string receipt_channel(const std::string& kind) {
    return parse_json(query("SELECT receipt FROM notices WHERE kind = ?", {kind}).at(0).text(0))
        .value()
        .value("channel", "");
  }
  std::size_t open_tasks(const std::string& kind) {
    return query("SELECT 1 FROM tasks WHERE state = 'open' AND kind = ?", {kind}).size();
  }
  Json posted(const std::string& type) {
    const std::scoped_lock lock(mutex_);
    for (const auto& request : posted_) {
      const auto body = parse_json(request.body).value();
      if (body.at("type") == "notice." + type) return body;
    }
    return {};
  }
  std::size_t posts() {
    const std::scoped_lock lock(mutex_);
    return posted_.size();
  }

  contract::ServiceRoom room_;
  ManualClock clock_;
  Config config_;
  std::string document_;
  std::atomic<int> answer_ = 204;
  std::mutex mutex_;
  std::vector<http::Request> posted_;
  http::ApiKeys keys_;
  SystemClock system_clock_;
  log::Logger log_{{.service = "test", .minimum = log::Level::kError}, system_clock_};
  telemetry::Metrics metrics_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<App> app_;
};

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
