#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "app.hpp"
#include "decisions.hpp"
#include "openapi.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "service_room.hpp"

namespace rescue::workflow {

namespace messages = incident::messages;
using incident::State;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();
constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Notices with a real database and a real endpoint on loopback; time is turned by hand. What arrives there
/// is held against OpenAPI.
class NoticesTest : public ::testing::Test {
 protected:
  NoticesTest() : clock_(kBegin) {
    std::ifstream in(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
    document_.assign(std::istreambuf_iterator<char>(in), {});
    serve();
    config_.common = room_.config("workflow", contract::absent_redis());
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
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
      const auto fault = api_.webhook_fault({request.headers.begin(), request.headers.end()}, request.body);
      if (!fault.empty()) ADD_FAILURE() << fault << "\n" << request.body;
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
    investigated(id);
    return id;
  }
  void investigated(const std::string& id) {
    EXPECT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}));
    auto end = job(id);
    end.update(
        {{"outcome", "succeeded"}, {"document_sha256", sha256_hex(document_)}, {"summary", Json::object()}});
    EXPECT_TRUE(receive(messages::kJobFinished, id, end));
    const auto made = app_->customer_reports().make_due();
    EXPECT_TRUE(made) << made.error().detail;
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

  contract::OpenApi api_{"workflow"};
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

}  // namespace rescue::workflow
