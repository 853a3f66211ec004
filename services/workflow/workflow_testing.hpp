#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app.hpp"
#include "contracts_testing.hpp"
#include "decisions.hpp"
#include "edge_log_testing.hpp"
#include "handlers/routes.hpp"
#include "hearing_rounds.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "unread_reports.hpp"

namespace rescue::workflow {

namespace messages = incident::messages;
using incident::State;

/// The incident logic with a real database and a real customer report; messages are handed in as the consumer
/// would hand them, and a server stands where worker serves evidence.
class WorkflowTest : public ::testing::Test {
 protected:
  explicit WorkflowTest(Jobs::Options jobs = {}) {
    dir_ = std::filesystem::temp_directory_path() / ("workflow_test_" + random_hex(8));
    std::filesystem::create_directories(dir_);
    std::ofstream(dir_ / "keys.json") << R"({"keys":[]})";
    std::ofstream(dir_ / "token") << "rk_w_" + std::string(64, '0');
    std::stringstream document;
    document << std::ifstream(RESCUE_SOURCE_DIR "/api/examples/investigation.json").rdbuf();
    document_ = document.str();
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
    auto contracts = std::make_unique<testing::ScriptedContracts>();
    contracts_ = contracts.get();
    app_ = std::make_unique<App>(config, clock_, std::move(jobs), std::move(contracts));
  }

  ~WorkflowTest() override {
    log_edges(app_->service());
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
      if (type == messages::kReportUnread) return on_unread_report(casework, tx, message);
      if (type == messages::kRequestSubmitted) return app_->requests().on_submitted(tx, message);
      if (type == messages::kQuoteRedeemed) return app_->requests().on_quote_redeemed(tx, message);
      if (type == messages::kComparisonChecked) return app_->requests().on_comparison_checked(tx, message);
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

  /// `more` is what the notice says beside.
  std::string report(const std::string& category = "intrusion", const std::string& server = "srv-1001",
                     const Json& more = Json::object()) {
    const auto id = IncidentId::make(clock_.now()).str();
    clock_.advance(std::chrono::milliseconds(5));
    Json body{{"report_id", ReportId::make(clock_.now()).str()},
              {"source", "third_party"},
              {"category", category},
              {"server_id", server},
              {"customer", "C-1001"},
              {"summary", "SSH log-ins from your server"},
              {"seen_at_us", nullptr},
              {"received_us", to_us(clock_.now())},
              {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
              {"raw_sha256", std::string(64, 'a')}};
    body.update(more);
    const auto status = receive(messages::kReportReceived, id, std::move(body));
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
  static inline const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();
  ManualClock clock_{kBegin};
  std::string document_;
  std::string last_request_;
  Json quote_ = Json::object();  ///< what pricing redeems; empty: it tells of none
  http::ApiKeys keys_;
  SystemClock system_clock_;
  log::Logger log_{{.service = "worker", .minimum = log::Level::kError}, system_clock_};
  telemetry::Metrics metrics_;
  std::unique_ptr<http::Server> worker_;
  testing::ScriptedContracts* contracts_ = nullptr;  ///< the App's
  std::unique_ptr<App> app_;
};

}  // namespace rescue::workflow
