// The incident logic with a real database and a real customer report; messages are handed in as the consumer
// would hand them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app.hpp"
#include "decisions.hpp"
#include "handlers/routes.hpp"
#include "hearing_rounds.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::State;

const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();

std::string read_file(const std::string& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

class WorkflowTest : public ::testing::Test {
 protected:
  WorkflowTest() : clock_(kBegin) {
    dir_ = std::filesystem::temp_directory_path() / ("workflow_test_" + random_hex(8));
    std::filesystem::create_directories(dir_);
    std::ofstream(dir_ / "keys.json") << R"({"keys":[]})";
    std::ofstream(dir_ / "token") << "rk_w_" + std::string(64, '0');
    document_ = read_file(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
    start_worker();
    Config config;
    config.common.name = "workflow";
    config.common.database_url = "sqlite://" + (dir_ / "workflow.db").string();
    config.common.keys_file = (dir_ / "keys.json").string();
    config.common.log_level = log::Level::kError;
    annexes_.edit("documents.yaml", "runbook-1", "runbook-7");
    annexes_.edit("documents.yaml", "terms-1", "terms-3");
    config.annexes.directory = annexes_.path();
    config.hearing_deadline = std::chrono::hours(72);
    config.job_lease = std::chrono::seconds(60);
    config.redispatch_after = std::chrono::seconds(60);
    config.job_attempts_max = 3;
    config.worker_url = "http://127.0.0.1:" + std::to_string(worker_->port());
    config.worker_token_file = (dir_ / "token").string();
    app_ = std::make_unique<App>(config, clock_);
  }

  ~WorkflowTest() override {
    log_edges();
    app_.reset();
    worker_->drain();
    std::filesystem::remove_all(dir_);
  }

  /// Stands where worker serves evidence.
  void start_worker() {
    http::Route route;
    route.pattern = "/v1/evidence/{sha256}";
    route.handler = [this](const http::Request& request) -> Result<http::Response> {
      if (request.param("sha256") != sha256_hex(document_)) {
        return fail(ErrorCode::kNotFound, "evidence-not-found", "no such evidence");
      }
      http::Response response;
      response.body = document_;
      return response;
    };
    worker_ = std::make_unique<http::Server>(http::Server::Options{}, std::vector<http::Route>{route}, keys_,
                                             log_, metrics_);
    worker_->start();
  }

  /// The steps this test's incidents took, for the coverage of the table.
  void log_edges() {
    const char* path = std::getenv("RESCUE_EDGE_LOG");
    if (path == nullptr) return;
    std::ofstream out(path, std::ios::app);
    for (const auto& row : query("SELECT details FROM audit WHERE action = 'incident.transition'")) {
      const auto step = parse_json(row.text(0)).value();
      out << step.at("from").get<std::string>() << ' ' << step.at("event").get<std::string>() << ' '
          << step.at("to").get<std::string>() << '\n';
    }
  }

  template <class F>
  auto write(F&& work) {
    return app_->service().database().write(std::forward<F>(work));
  }
  std::vector<store::Row> query(const std::string& sql, std::initializer_list<store::Value> params = {}) {
    return app_->service().database().read([&](store::Tx& tx) { return tx.query(sql, params); }).value();
  }

  Status receive(std::string_view type, const std::string& incident_id, Json body) {
    Message message;
    message.id = make_id("msg", clock_.now());
    message.type = type;
    message.incident_id = incident_id;
    message.sequence = 1;
    message.traceparent = Trace::start().traceparent();
    message.body = std::move(body);
    auto& casework = app_->casework();
    return write([&](store::Tx& tx) -> Status {
      if (type == messages::kReportReceived) return casework.on_report(tx, message);
      if (type == messages::kRequestSubmitted) return app_->requests().on_submitted(tx, message);
      if (type == messages::kQuoteRedeemed) return app_->requests().on_quote_redeemed(tx, message);
      if (type == messages::kSystemUnlisted) return casework.on_system_unlisted(tx, message);
      if (type == messages::kChargeCreated) return casework.on_charge_created(tx, message);
      if (type == messages::kJobStarted) return casework.jobs.on_started(tx, message);
      if (type == messages::kJobHeartbeat) return casework.jobs.on_heartbeat(tx, message);
      return casework.jobs.on_finished(tx, message);
    });
  }

  /// All messages sent to `to` of `type`, oldest first.
  std::vector<Message> sent(const std::string& to, std::string_view type) {
    const auto pending = app_->service()
                             .database()
                             .read([](store::Tx& tx) { return store::Outbox::pending(tx, 1000); })
                             .value();
    std::vector<Message> out;
    for (const auto& one : pending) {
      auto message = decode_message(one.encoded).value();
      if (message.to == to && message.type == type) out.push_back(std::move(message));
    }
    return out;
  }

  std::string report(const std::string& category = "intrusion", const std::string& server = "srv-1001") {
    const auto id = IncidentId::make(clock_.now()).str();
    clock_.advance(std::chrono::milliseconds(5));
    const auto status = receive(messages::kReportReceived, id,
                                {{"report_id", ReportId::make(clock_.now()).str()},
                                 {"source", "third_party"},
                                 {"category", category},
                                 {"server_id", server},
                                 {"customer", "C-1001"},
                                 {"summary", "SSH log-ins from your server"},
                                 {"seen_at_us", nullptr},
                                 {"received_us", to_us(clock_.now())},
                                 {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
                                 {"raw_sha256", std::string(64, 'a')}});
    EXPECT_TRUE(status) << status.error().detail;
    return id;
  }

  Incident load(const std::string& id) {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return app_->casework().incidents.load(tx, id); })
        .value();
  }
  State state(const std::string& id) { return load(id).state; }

  Result<Json> decide_as_operator(const std::string& id, Json body) {
    body["reason"] = "seen by an operator";
    return write(
        [&](store::Tx& tx) { return decide(app_->casework(), tx, id, body, "operator:k3", Trace::start()); });
  }

  /// Submits a request as intake would; its decision, null while it is pending.
  Json ask(const std::string& id, const std::string& kind, Json body,
           const std::string& customer = "C-1001") {
    clock_.advance(std::chrono::milliseconds(5));
    last_request_ = RequestId::make(clock_.now()).str();
    const auto status = receive(messages::kRequestSubmitted, id,
                                {{"request_id", last_request_},
                                 {"kind", kind},
                                 {"actor", {{"key_id", "k1"}, {"customer", customer}, {"person", "P-1"}}},
                                 {"submitted_us", to_us(clock_.now())},
                                 {"body", std::move(body)}});
    EXPECT_TRUE(status) << status.error().detail;
    return decision_of(last_request_);
  }
  Json decision_of(const std::string& request_id) {
    for (const auto& message : sent("intake", messages::kRequestDecided)) {
      if (message.body.at("request_id") == request_id) return message.body;
    }
    return {};
  }

  Json choose(const std::string& id, const std::string& choice) {
    const Json situation = load(id).situation;
    const Json sha256 = situation.is_null() ? Json("none") : situation.at("sha256");
    return ask(id, "choice", {{"choice", choice}, {"situation_sha256", sha256}});
  }
  Json order_body(const std::string& work_item = "investigation") {
    return {{"server_id", "srv-1001"},
            {"work_item", work_item},
            {"quote", {{"id", "quo_1"}, {"sha256", quote_.value("sha256", std::string(64, 'b'))}}},
            {"consents", Json::array()}};
  }
  /// What pricing answers to the latest quote.redeem.
  Json redeem(const std::string& id, bool accepted, bool out_of_hours = false) {
    const auto asked = sent("pricing", messages::kQuoteRedeem).back();
    Json body{{"request_id", asked.body.at("request_id")},
              {"order_id", asked.body.at("order_id")},
              {"quote_id", asked.body.at("quote_id")},
              {"accepted", accepted}};
    if (accepted) {
      body["total_yen"] = 55'000;
      if (!quote_.empty()) body["quote"] = quote_;
      if (out_of_hours) body["out_of_hours"] = true;
    } else {
      body["problem"] = {
          {"code", "conflict"}, {"problem", "quote-used"}, {"detail", "used before"}, {"pointer", "/quote"}};
    }
    EXPECT_TRUE(receive(messages::kQuoteRedeemed, id, body));
    return decision_of(asked.body.at("request_id").get<std::string>());
  }

  /// What GET /v1/incidents/{id} shows an operator.
  Json view(const std::string& id) {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return incident_view(app_->casework(), tx, load(id), true); })
        .value();
  }
  Json hearing(const std::string& id) { return view(id).at("hearing"); }
  static Json known(const Json& hearing, const std::string& question_id) {
    for (const auto& question : hearing.at("questions")) {
      if (question.at("id") == question_id) return question.at("known");
    }
    return {};
  }
  Result<Json> ask_the_customer(const std::string& id, const Json& body) {
    return write([&](store::Tx& tx) {
      return ask_more(app_->casework(), tx, id, body, "operator:k3", Trace::start());
    });
  }

  /// From tomorrow on another version of `document` is in force.
  void new_document(const std::string& document, const std::string& new_version) {
    auto text = annexes_.text("documents.yaml");
    const auto row = text.find("  - document: " + document);
    text.replace(text.find("valid_to: null", row), 14, "valid_to: 2026-09-18");
    text += "  - document: " + document + "\n    version: " + new_version +
            "\n    valid_from: 2026-09-19\n    title: {ja: 文書, en: Document}\n";
    annexes_.write("documents.yaml", text);
    const auto read = app_->casework().annexes.refresh(clock_.now());
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].broken, std::nullopt);
  }

  std::string job_of(const std::string& id, const std::string& kind) {
    return query("SELECT job_id FROM jobs WHERE incident_id = ? AND kind = ?", {id, kind}).at(0).text(0);
  }
  std::string job_state(const std::string& job) {
    return query("SELECT state FROM jobs WHERE job_id = ?", {job}).at(0).text(0);
  }
  Status job_says(std::string_view type, const std::string& id, const std::string& job, int attempt,
                  Json more = Json::object()) {
    more["job_id"] = job;
    more["attempt"] = attempt;
    more["worker"] = "w1";
    return receive(type, id, more);
  }
  Json success() {
    return {{"outcome", "succeeded"},
            {"document_sha256", sha256_hex(document_)},
            {"summary", {{"intrusion", "confirmed"}, {"intrusion_why", "seen"}}}};
  }
  Json failure(const std::string& code) {
    return {{"outcome", "failed"}, {"failure", {{"code", code}, {"problem", "p"}, {"detail", "d"}}}};
  }

  std::string confirmed() {
    const auto id = report();
    EXPECT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
    return id;
  }
  std::string scheduled(bool out_of_hours = false) {
    const auto id = confirmed();
    EXPECT_TRUE(choose(id, "service").at("accepted"));
    EXPECT_TRUE(ask(id, "order", order_body()).is_null());
    EXPECT_TRUE(redeem(id, true, out_of_hours).at("accepted"));
    return id;
  }
  /// How many investigations the worker was given.
  std::size_t investigations_sent() {
    std::size_t count = 0;
    for (const auto& message : sent("worker", messages::kJobDispatched)) {
      count += message.body.at("kind") == "investigation" ? 1U : 0U;
    }
    return count;
  }
  std::string working() {
    const auto id = scheduled();
    EXPECT_TRUE(job_says(messages::kJobStarted, id, job_of(id, "investigation"), 1));
    return id;
  }
  std::string reporting() {
    const auto id = working();
    EXPECT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}).at("accepted"));
    EXPECT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
    return id;
  }

  catalog::testing::AnnexRoom annexes_;
  std::filesystem::path dir_;
  ManualClock clock_;
  std::string document_;
  std::string last_request_;
  Json quote_ = Json::object();  ///< what pricing redeems; empty: it tells of none
  http::ApiKeys keys_;
  SystemClock system_clock_;
  log::Logger log_{{.service = "worker", .minimum = log::Level::kError}, system_clock_};
  telemetry::Metrics metrics_;
  std::unique_ptr<http::Server> worker_;
  std::unique_ptr<App> app_;
};

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

TEST_F(WorkflowTest, R14_WorkEndsOnlyWithAHearingOrALoggedNonReply) {
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

TEST_F(WorkflowTest, AnAnswerToAQuestionThatWasNotAskedIsRefused) {
  const auto id = working();
  const auto refused = ask(id, "hearing_answers", {{"answers", {{"shoe-size", "43"}}}});
  EXPECT_EQ(refused.at("problem").at("pointer"), "/answers/shoe-size");
}

TEST_F(WorkflowTest, R14_QuestionsSayWhatIsKnownFromTheReportsAndThePrecheck) {
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

TEST_F(WorkflowTest, R14_AnswersMayComeInPartsAndEachIsKeptAsEvidence) {
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

TEST_F(WorkflowTest, R14_AnOperatorAsksMoreAndTheWorkWaitsAgain) {
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

TEST_F(WorkflowTest, R14_FurtherQuestionsAreCheckedFieldByFieldAndWantWorkUnderWay) {
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

TEST_F(WorkflowTest, R14_TheCustomerIsRemindedOnceBeforeTheDeadline) {
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

TEST_F(WorkflowTest, R14_APartOfTheAnswersIsARecordAndWhatIsMissingIsLogged) {
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

TEST_F(WorkflowTest, R32_AResultThatNobodyWaitsForChangesNothing) {
  const auto id = report();
  const auto job = job_of(id, "precheck");
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 1));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  EXPECT_EQ(job_state(job), "cancelled");
  const auto version = load(id).version;
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, success()));
  EXPECT_EQ(load(id).version, version);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
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

TEST_F(WorkflowTest, R41_TheFeeIsDueWhereWorkThatHadStartedWaitsToBeDoneAgain) {
  const auto id = reporting();
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "rework"}}));
  ASSERT_EQ(state(id), State::kScheduled);
  ASSERT_TRUE(ask(id, "cancellation", {{"reason", "it takes too long"}}).at("accepted"));
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

TEST_F(WorkflowTest, AFailedAttemptIsTriedAgainAndTheOldAttemptIsRefused) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, failure("unavailable")));
  EXPECT_EQ(job_state(job), "queued");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, success()));
  EXPECT_EQ(job_state(job), "queued") << "a result of attempt 1 is refused";
  clock_.advance(std::chrono::minutes(1));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().body.at("attempt"), 2);
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 2));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 2, success()));
  EXPECT_EQ(job_state(job), "succeeded");
}

TEST_F(WorkflowTest, ASilentWorkerLosesItsLeaseAndAHeartbeatKeepsIt) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  clock_.advance(std::chrono::seconds(50));
  ASSERT_TRUE(job_says(messages::kJobHeartbeat, id, job, 1));
  clock_.advance(std::chrono::seconds(50));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(job_state(job), "leased");
  clock_.advance(std::chrono::seconds(61));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(job_state(job), "queued");
}

TEST_F(WorkflowTest, ALeaseDoesNotEndWhileWeCouldNotHearTheWorker) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  auto& jobs = app_->casework().jobs;
  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(jobs.sweep([] { return std::nullopt; }));
  EXPECT_EQ(job_state(job), "leased") << "Redis is away";
  const auto back = clock_.now();
  clock_.advance(std::chrono::seconds(59));
  ASSERT_TRUE(jobs.sweep([&] { return back; }));
  EXPECT_EQ(job_state(job), "leased") << "its word may be on the way";
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(jobs.sweep([&] { return back; }));
  EXPECT_EQ(job_state(job), "queued");
}

TEST_F(WorkflowTest, AJobThatNobodyTookIsSentAgain) {
  const auto id = report();
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 1U);
  clock_.advance(std::chrono::seconds(61));
  ASSERT_TRUE(app_->casework().jobs.sweep([] { return kBegin; }));
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 2U);
}

TEST_F(WorkflowTest, AJobThatCannotSucceedDiesIntoATaskAndCanBeRequeuedWithAReason) {
  const auto id = working();
  const auto job = job_of(id, "investigation");
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, failure("not_found")));
  EXPECT_EQ(job_state(job), "dead");
  EXPECT_EQ(query("SELECT kind FROM tasks WHERE state = 'open'").at(0).text(0), "job_dead");
  const auto requeued = write([&](store::Tx& tx) {
    return app_->casework().jobs.requeue(tx, job, {"the disk is mounted now", "operator:k3"});
  });
  ASSERT_TRUE(requeued);
  EXPECT_EQ(requeued->attempt, 2);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
  EXPECT_EQ(write([&](store::Tx& tx) {
              return app_->casework().jobs.requeue(tx, job, {"again", "operator:k3"});
            })
                .error()
                .problem,
            "job-not-dead");
}

TEST_F(WorkflowTest, AReportThatCannotBeMadeBecomesATask) {
  const auto id = reporting();
  document_ = "{}";
  EXPECT_FALSE(app_->customer_reports().make_due());
  EXPECT_EQ(query("SELECT kind FROM tasks WHERE state = 'open'").at(0).text(0), "report_failed");
  EXPECT_EQ(state(id), State::kReporting);
}

TEST_F(WorkflowTest, WorkOfWhichNoReportCanBeMadeIsDoneAgain) {
  const auto id = reporting();
  const auto good = std::exchange(document_, "{}");
  EXPECT_FALSE(app_->customer_reports().make_due());
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "rework"}}));
  EXPECT_EQ(state(id), State::kScheduled);
  EXPECT_TRUE(query("SELECT kind FROM tasks WHERE state = 'open'").empty());
  document_ = good;
  const auto again = sent("worker", messages::kJobDispatched).back().body.at("job_id").get<std::string>();
  ASSERT_TRUE(job_says(messages::kJobStarted, id, again, 1));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, again, 1, success()));
  EXPECT_EQ(state(id), State::kReporting) << "the hearing that was held counts";
  ASSERT_TRUE(app_->customer_reports().make_due());
  EXPECT_TRUE(load(id).report_sha256);
}

TEST_F(WorkflowTest, EachDeadJobHasATaskOfItsOwn) {
  const auto id = report();
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, failure("not_found")));
  // Found by hand; later work dies too while that task is still open.
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return app_->casework().tasks.open(tx, {id, "job_dead", "job_other"}, Json::object());
  }));
  EXPECT_EQ(query("SELECT 1 FROM tasks WHERE state = 'open' AND kind = 'job_dead'").size(), 2U);
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  EXPECT_TRUE(query("SELECT 1 FROM tasks WHERE state = 'open'").empty());
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
