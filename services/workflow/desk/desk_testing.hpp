#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app.hpp"
#include "edge_log_testing.hpp"
#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/store/testing/postgres_server.hpp"
#include "service_room.hpp"

namespace rescue::workflow {

namespace messages = incident::messages;
using incident::State;

/// Stands where worker serves and takes evidence.
class StandInStore {
 public:
  StandInStore() {
    http::Route get{.pattern = "/v1/evidence/{sha256}", .handler = [this](const http::Request& request) {
                      return answer(request.param("sha256"));
                    }};
    http::Route post{.method = http::Method::kPost,
                     .pattern = "/v1/evidence",
                     .handler = [this](const http::Request& request) -> Result<http::Response> {
                       RESCUE_ASSIGN(const auto body, request.json());
                       RESCUE_ASSIGN(const auto bytes,
                                     decode_base64(body.at("content_base64").get<std::string>()));
                       return http::Response::json(201, {{"sha256", put(bytes)}, {"bytes", bytes.size()}});
                     }};
    server_ = std::make_unique<http::Server>(http::Server::Options{.threads = 2},
                                             std::vector<http::Route>{get, post}, keys_, log_, metrics_);
    server_->start();
  }
  ~StandInStore() { server_->drain(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::string put(const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    const auto name = sha256_hex(bytes);
    files_[name] = bytes;
    return name;
  }
  std::string file(const std::string& sha256) {
    const std::lock_guard lock(mutex_);
    return files_.contains(sha256) ? files_.at(sha256) : "";
  }

 private:
  Result<http::Response> answer(const std::string& sha256) {
    const auto bytes = file(sha256);
    if (bytes.empty()) return fail(ErrorCode::kNotFound, "evidence-not-found", "no such evidence");
    http::Response response;
    response.body = bytes;
    return response;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  http::ApiKeys keys_;
  SystemClock clock_;
  log::Logger log_{{.service = "worker", .minimum = log::Level::kError}, clock_};
  telemetry::Metrics metrics_;
  std::unique_ptr<http::Server> server_;
};

/// On each back end: the desk over HTTP, with two operators; every answer is held against
/// api/openapi/workflow.json. What the other services would say is handed in.
class DeskTest : public ::testing::TestWithParam<std::string> {
 protected:
  explicit DeskTest(std::vector<std::string> second_person = {})
      : app_(config(std::move(second_person)), clock_),
        desk_((app_.service().start(), door("operator"))),
        other_(door("other_operator")) {}
  ~DeskTest() override {
    log_edges(app_.service());
    app_.service().stop();
  }

  Config config(std::vector<std::string> second_person) const {
    const auto token_file = room_.path() + "/token";
    std::ofstream(token_file) << room_.token("internal");
    Config config;
    config.common = room_.config("workflow", contract::absent_redis());
    if (GetParam() == "postgresql") {
      config.common.database_url = store::testing::PostgresServer::shared().new_database();
    }
    config.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config.hearing_deadline = std::chrono::hours(72);
    config.job_lease = std::chrono::hours(1);
    config.redispatch_after = std::chrono::hours(1);
    config.job_attempts_max = 1;
    config.worker_url = store_.url();
    config.worker_token_file = token_file;
    config.second_person = std::move(second_person);
    config.sealing_public_keys = RESCUE_SOURCE_DIR "/libs/seal/data/sealing.example.json";
    return config;
  }

  contract::Door door(const std::string& caller) {
    return {api_, app_.service().http_port(), room_.token(caller)};
  }
  std::vector<store::Row> query(const std::string& sql, std::initializer_list<store::Value> params = {}) {
    return app_.service().database().read([&](store::Tx& tx) { return tx.query(sql, params); }).value();
  }
  Incident load(const std::string& id) {
    return app_.service()
        .database()
        .read([&](store::Tx& tx) { return app_.casework().incidents.load(tx, id); })
        .value();
  }
  Json view(const std::string& id) { return desk_.get("/v1/incidents/" + id).body; }

  Message message(const std::string& incident_id, Json body) {
    Message out;
    out.id = make_id("msg", clock_.now());
    out.incident_id = incident_id;
    out.traceparent = Trace::start().traceparent();
    out.body = std::move(body);
    return out;
  }
  void write(const std::function<Status(store::Tx&)>& work) {
    const auto done = app_.service().database().write([&](store::Tx& tx) { return work(tx); });
    ASSERT_TRUE(done) << done.error().detail;
  }

  struct Notice {
    std::string server = "srv-1001";
    std::optional<Timestamp> seen_at = {};
    std::chrono::seconds later{0};  ///< received so long from now
    std::string category = "intrusion";
  };
  std::string report(const Notice& notice) {
    const auto id = IncidentId::make(clock_.now()).str();
    const auto received_us = to_us(clock_.now() + notice.later);
    write([&](store::Tx& tx) {
      return app_.casework().on_report(
          tx, message(id, {{"report_id", ReportId::make(clock_.now()).str()},
                           {"source", "third_party"},
                           {"category", notice.category},
                           {"server_id", notice.server},
                           {"customer", "C-1001"},
                           {"summary", "attacks others"},
                           {"seen_at_us", notice.seen_at ? Json(to_us(*notice.seen_at)) : Json()},
                           {"received_us", received_us},
                           {"reporter", {{"key_id", "k"}, {"role", "reporter"}, {"person", nullptr}}},
                           {"raw_sha256", std::string(64, 'a')}}));
    });
    return id;
  }
  std::string report(const std::string& server = "srv-1001") { return report(Notice{.server = server}); }

  void ask(const std::string& id, const std::string& kind, Json body) {
    write([&](store::Tx& tx) {
      return app_.requests().on_submitted(
          tx, message(id, {{"request_id", RequestId::make(clock_.now()).str()},
                           {"kind", kind},
                           {"actor", {{"key_id", "k1"}, {"customer", "C-1001"}, {"person", "P-1"}}},
                           {"submitted_us", to_us(clock_.now())},
                           {"body", std::move(body)}}));
    });
  }
  /// All messages sent to `to` of `type`, oldest first.
  std::vector<Message> sent(const std::string& to, std::string_view type) {
    std::vector<Message> out;
    for (const auto& row : query("SELECT encoded FROM outbox ORDER BY number")) {
      auto message = decode_message(row.text(0)).value();
      if (message.to == to && message.type == type) out.push_back(std::move(message));
    }
    return out;
  }

  void confirm(const std::string& id) {
    const Json body{{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "seen"}};
    ASSERT_EQ(desk_.post("/v1/incidents/" + id + "/decisions", body).status, 201);
  }
  void choose(const std::string& id, const std::string& choice = "service") {
    ask(id, "choice", {{"choice", choice}, {"situation_sha256", load(id).situation.at("sha256")}});
  }
  void order(const std::string& id) {
    ask(id, "order",
        {{"server_id", load(id).server_id},
         {"work_item", "investigation"},
         {"quote", {{"id", "quo_1"}, {"sha256", std::string(64, 'b')}}},
         {"consents", Json::array()}});
  }
  /// Confirmed, chosen, ordered, accepted.
  std::string scheduled(const std::string& server = "srv-1001") {
    const auto id = report(server);
    confirm(id);
    choose(id);
    order(id);
    const auto asked = sent("pricing", messages::kQuoteRedeem).back().body;
    write([&](store::Tx& tx) {
      return app_.requests().on_quote_redeemed(tx, message(id, {{"request_id", asked.at("request_id")},
                                                                {"order_id", asked.at("order_id")},
                                                                {"quote_id", asked.at("quote_id")},
                                                                {"accepted", true},
                                                                {"total_yen", 55'000}}));
    });
    EXPECT_EQ(load(id).state, State::kScheduled);
    return id;
  }
  std::string job_of(const std::string& id, const std::string& kind) {
    return query("SELECT job_id FROM jobs WHERE incident_id = ? AND kind = ? ORDER BY job_id DESC",
                 {id, kind})
        .at(0)
        .text(0);
  }
  std::string working(const std::string& server = "srv-1001") {
    const auto id = scheduled(server);
    write([&](store::Tx& tx) {
      return app_.casework().jobs.on_started(
          tx, message(id, {{"job_id", job_of(id, "investigation")}, {"attempt", 1}, {"worker", "w1"}}));
    });
    return id;
  }
  void answer_hearing(const std::string& id) {
    ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}});
  }
  void investigate(const std::string& id) {
    std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
    const auto document = store_.put(std::string(std::istreambuf_iterator<char>(file), {}));
    write([&](store::Tx& tx) {
      return app_.casework().jobs.on_finished(tx, message(id, {{"job_id", job_of(id, "investigation")},
                                                               {"attempt", 1},
                                                               {"worker", "w1"},
                                                               {"outcome", "succeeded"},
                                                               {"document_sha256", document},
                                                               {"summary", Json::object()}}));
    });
  }
  Json wait_report(const std::string& id) {
    EXPECT_TRUE(contract::reaches([&] { return load(id).report_sha256.has_value(); }));
    return desk_.get("/v1/incidents/" + id + "/report").body;
  }
  void deliver(const std::string& id) {
    wait_report(id);
    ASSERT_EQ(
        desk_.post("/v1/incidents/" + id + "/decisions", {{"decision", "deliver"}, {"reason", "by post"}})
            .status,
        201);
  }
  std::string completed(const std::string& server = "srv-1001") {
    const auto id = working(server);
    answer_hearing(id);
    investigate(id);
    deliver(id);
    EXPECT_EQ(load(id).state, State::kCompleted);
    return id;
  }

  /// The open task of this kind.
  std::string task_of(const std::string& id, const std::string& kind) {
    const auto rows =
        query("SELECT task_id FROM tasks WHERE incident_id = ? AND kind = ? AND state = 'open'", {id, kind});
    EXPECT_EQ(rows.size(), 1U) << kind;
    return rows.empty() ? "none" : rows[0].text(0);
  }
  std::vector<std::string> actions_of(const std::string& id) {
    std::vector<std::string> out;
    for (const auto& row : query("SELECT action FROM audit WHERE incident_id = ? ORDER BY number", {id})) {
      out.push_back(row.text(0));
    }
    return out;
  }
  std::string attached(const std::string& id, const std::string& bytes = "netflow of that night") {
    const auto sha256 = store_.put(bytes);
    EXPECT_EQ(desk_
                  .post("/v1/incidents/" + id + "/attachments",
                        {{"sha256", sha256}, {"name", "netflow.csv"}, {"description", "from the router"}})
                  .status,
              201);
    return sha256;
  }

  contract::ServiceRoom room_;
  contract::OpenApi api_{"workflow"};
  const SystemClock clock_;
  StandInStore store_;
  App app_;
  contract::Door desk_, other_;
};

}  // namespace rescue::workflow
