#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "app.hpp"
#include "decisions.hpp"
#include "jobs.hpp"
#include "rescue/catalog/testing/annex_room.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::workflow {

namespace messages = incident::messages;
using incident::State;
using std::chrono::minutes;
using std::chrono::seconds;

inline const Timestamp kBegin = parse_rfc3339("2026-09-18T03:00:00Z").value();
inline constexpr std::array kWipeWantedIn{State::kPrecheck};
inline const std::array kKinds{incident::job_kinds()[0], incident::job_kinds()[1],
                               incident::JobKind{"wipe", "wipe", 30, true, kWipeWantedIn, State::kPrecheck}};

/// Jobs with a real database, of each back end, and a clock that is turned by hand; messages are handed in as
/// the consumer would hand them. One kind is this test's own: it changes the server.
class JobsTest : public ::testing::TestWithParam<std::string> {
 protected:
  JobsTest() : clock_(kBegin) {
    std::filesystem::create_directories(dir_);
    std::ofstream(dir_ / "keys.json") << R"({"keys":[]})";
    std::ofstream(dir_ / "token") << "rk_w_" + std::string(64, '0');
    config_.common.name = "workflow";
    config_.common.database_url = GetParam() == "sqlite"
                                      ? "sqlite://" + (dir_ / "workflow.db").string()
                                      : store::testing::PostgresServer::shared().new_database();
    config_.common.keys_file = dir_ / "keys.json";
    config_.common.log_level = log::Level::kError;
    config_.hearing_deadline = std::chrono::hours(72);
    config_.job_lease = seconds(60);
    config_.redispatch_after = seconds(60);
    config_.job_attempts_max = 3;
    config_.job_deaths_max = 2;
    config_.jobs_outstanding_max = 2;
    config_.contracts.file = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";
    config_.annexes.directory = catalog::testing::AnnexRoom::shipped();
    config_.worker_url = "http://127.0.0.1:9";
    config_.worker_token_file = dir_ / "token";
    app_ = std::make_unique<App>(config_, clock_, Jobs::Options{kKinds, [this] { return share_; }});
  }
  ~JobsTest() override {
    app_.reset();
    std::filesystem::remove_all(dir_);
  }

  Jobs& jobs() { return app_->casework().jobs; }
  template <class F>
  auto write(F&& work) {
    return app_->service().database().write(std::forward<F>(work));
  }
  std::vector<store::Row> query(const std::string& sql, std::initializer_list<store::Value> params = {}) {
    return app_->service().database().read([&](store::Tx& tx) { return tx.query(sql, params); }).value();
  }

  Message message(std::string_view type, const std::string& incident, Json body) {
    Message out;
    out.id = make_id("msg", clock_.now());
    out.type = type;
    out.incident_id = incident;
    out.traceparent = Trace::start().traceparent();
    out.body = std::move(body);
    return out;
  }
  /// A new incident with its precheck queued.
  std::string report() {
    clock_.advance(std::chrono::milliseconds(5));
    const auto id = IncidentId::make(clock_.now()).str();
    const auto taken = write([&](store::Tx& tx) {
      return app_->casework().on_report(
          tx, message(messages::kReportReceived, id,
                      {{"report_id", ReportId::make(clock_.now()).str()},
                       {"source", "third_party"},
                       {"category", "intrusion"},
                       {"server_id", "srv-" + std::to_string(++servers_)},
                       {"customer", "C-1001"},
                       {"summary", "s"},
                       {"seen_at_us", nullptr},
                       {"received_us", to_us(clock_.now())},
                       {"reporter", {{"key_id", "k1"}, {"role", "reporter"}, {"person", nullptr}}},
                       {"raw_sha256", std::string(64, 'a')}}));
    });
    EXPECT_TRUE(taken) << taken.error().detail;
    return id;
  }
  Status dispatch(const std::string& incident_id, const std::string& kind,
                  std::optional<Timestamp> not_before = {}) {
    return write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(const auto incident, app_->casework().incidents.load(tx, incident_id));
      return jobs().dispatch(tx, incident, kind, Trace::start(), not_before);
    });
  }
  Job job_of(const std::string& incident, const std::string& kind = "precheck") {
    return app_->service()
        .database()
        .read([&](store::Tx& tx) { return jobs().list(tx, {.kind = kind, .incident_id = incident}, "", 10); })
        .value()
        .back();
  }
  std::string state(const Job& job) {
    return query("SELECT state FROM jobs WHERE job_id = ?", {job.id}).at(0).text(0);
  }
  /// What the worker says about the attempt that `job` is at.
  Status says(std::string_view type, const Job& job, Json more = Json::object()) {
    more["job_id"] = job.id;
    more["attempt"] = job.attempt;
    more["worker"] = "w1";
    const auto what = message(type, job.incident_id, std::move(more));
    return write([&](store::Tx& tx) -> Status {
      if (type == messages::kJobStarted) return jobs().on_started(tx, what);
      if (type == messages::kJobHeartbeat) return jobs().on_heartbeat(tx, what);
      if (type == messages::kJobReturned) return jobs().on_returned(tx, what);
      return jobs().on_finished(tx, what);
    });
  }
  Status started(const Job& job) { return says(messages::kJobStarted, job); }
  Status failed(const Job& job, const std::string& code, const std::string& problem, bool begun = false) {
    return says(messages::kJobFinished, job,
                {{"outcome", "failed"},
                 {"failure", {{"code", code}, {"problem", problem}, {"detail", "d"}}},
                 {"begun", begun}});
  }
  Status succeeded(const Job& job) {
    return says(
        messages::kJobFinished, job,
        {{"outcome", "succeeded"}, {"document_sha256", std::string(64, 'd')}, {"summary", Json::object()}});
  }
  /// Bodies of what was sent to the worker, oldest first.
  std::vector<Json> sent(std::string_view type = messages::kJobDispatched) {
    const auto pending = app_->service()
                             .database()
                             .read([](store::Tx& tx) { return store::Outbox::pending(tx, 1000); })
                             .value();
    std::vector<Json> out;
    for (const auto& one : pending) {
      auto decoded = decode_message(one.encoded).value();
      if (decoded.to == "worker" && decoded.type == type) out.push_back(std::move(decoded.body));
    }
    return out;
  }
  bool was_sent(const Job& job, std::string_view type = messages::kJobDispatched) {
    const auto all = sent(type);
    return std::any_of(all.begin(), all.end(), [&](const Json& body) {
      return body.at("job_id") == job.id && body.value("attempt", job.attempt) == job.attempt;
    });
  }
  Status sweep() {
    return jobs().sweep([] { return kBegin; });
  }
  Result<JobPause> pause(const PauseSubject& subject) {
    return write([&](store::Tx& tx) {
      return jobs().pause(tx, subject, {"operator:k3", "the disks are being moved", to_us(clock_.now())});
    });
  }
  Result<JobPause> resume(const PauseSubject& subject) {
    return write([&](store::Tx& tx) {
      return jobs().resume(tx, subject, {"operator:k3", "they are back", to_us(clock_.now())});
    });
  }
  Result<Job> requeue(const Job& job, bool take_over = false) {
    return write([&](store::Tx& tx) {
      return jobs().requeue(tx, job.id,
                            {.reason = "looked at", .actor = "operator:k3", .take_over = take_over});
    });
  }
  Json open_task() {
    const auto rows = query("SELECT details FROM tasks WHERE state = 'open' AND kind = 'job_dead'");
    return rows.empty() ? Json() : parse_json(rows.at(0).text(0)).value();
  }

  std::filesystem::path dir_ = std::filesystem::temp_directory_path() / ("jobs_test_" + random_hex(8));
  ManualClock clock_;
  double share_ = 0;
  int servers_ = 0;
  Config config_;
  std::unique_ptr<App> app_;
};

}  // namespace rescue::workflow
