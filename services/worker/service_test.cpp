#include <gtest/gtest.h>

#include "app.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/queue/testing/redis_server.hpp"
#include "service_room.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

namespace messages = incident::messages;

/// The whole worker beside a real Redis, with the test standing where workflow would. Its probe is a script.
class WorkerServiceTest : public ::testing::Test {
 protected:
  WorkerServiceTest() {
    folder_.write("disks/srv-1001/etc/hostname", "web01\n");
    folder_.write("document.json", testing::example_document());
    use_probe("cat " + folder_.path("document.json") + " > \"$OUT\"");
  }
  ~WorkerServiceTest() override { stop(); }

  void use_probe(const std::string& lines) { probe_ = folder_.script("probe", lines); }
  void make_app() { app_.emplace(config(), clock_); }
  void start() {
    make_app();
    app_->start();
    running_ = true;
  }
  void stop() {
    if (std::exchange(running_, false)) app_->stop();
    app_.reset();
  }
  Config config() {
    Config out;
    out.service = room_.config("worker", redis_.options());
    out.probe_path = probe_;
    out.disks_dir = folder_.path("disks");
    out.evidence_dir = folder_.path("evidence");
    out.sealing_keyring = keyring_;
    return out;
  }
  void dispatch(const std::string& job_id, std::int64_t attempt = 1,
                const std::string& server_id = "srv-1001") {
    workflow_.send("worker", messages::kJobDispatched, kIncident,
                   {{"job_id", job_id},
                    {"kind", "investigation"},
                    {"attempt", attempt},
                    {"server_id", server_id},
                    {"lease_s", 60}},
                   to_us(clock_.now()));
  }
  contract::Door door(const std::string& caller) {
    return {api_, app_->service().http_port(), room_.token(caller)};
  }
  http::ClientResponse raw_get(const std::string& path, const std::string& caller = "operator") {
    http::Client::Options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(app_->service().http_port());
    options.token = room_.token(caller);
    return http::Client(options).get(path).value();
  }

  static constexpr const char* kIncident = "inc_01j8m0000000000000000000aa";
  testing::Folder folder_;
  std::string probe_;
  std::string keyring_;
  SystemClock clock_;
  contract::ServiceRoom room_;
  contract::OpenApi api_{"worker"};
  queue::testing::RedisServer redis_;
  contract::Neighbour workflow_{redis_.options(), "workflow"};
  std::optional<App> app_;
  bool running_ = false;
};

TEST_F(WorkerServiceTest, ShowsWhichSealedAccessItCanOpen) {
  seal::Keyring ring;
  ASSERT_TRUE(ring.add(seal::KeyPair::make(Timestamp())));
  const auto id = ring.keys().front().public_key.id;
  keyring_ = folder_.write("keyring", std::string(ring.encode().view()));
  std::filesystem::permissions(keyring_, std::filesystem::perms::owner_read);
  make_app();
  auto text = app_->service().metrics().text();
  EXPECT_NE(text.find("\nrescue_sealing_keys 1\n"), std::string::npos);
  EXPECT_NE(text.find("rescue_sealing_key_held{key_id=\"" + id + "\"} 1\n"), std::string::npos);
  std::filesystem::remove(keyring_);
  text = app_->service().metrics().text();
  EXPECT_NE(text.find("\nrescue_sealing_keys 0\n"), std::string::npos);
  EXPECT_NE(text.find("rescue_sealing_key_held{key_id=\"" + id + "\"} 0\n"), std::string::npos);
}

TEST_F(WorkerServiceTest, ServesTheRoutesOfItsOpenApiDocument) {
  make_app();
  EXPECT_EQ(api_.differences(app_->routes()), std::vector<std::string>());
  EXPECT_EQ(api_.faults(), std::vector<std::string>());
}

TEST_F(WorkerServiceTest, AJobGoesFromItsMessageToEvidenceThatCanBeFetched) {
  start();
  dispatch("job_1");
  EXPECT_EQ(workflow_.expect(messages::kJobStarted).body["worker"], "worker");
  const Message finished = workflow_.expect(messages::kJobFinished);
  EXPECT_EQ(finished.incident_id, kIncident);
  EXPECT_EQ(finished.body["outcome"], "succeeded");
  const std::string sha256 = finished.body["document_sha256"];
  for (const char* caller : {"operator", "internal"}) {
    const auto answer = raw_get("/v1/evidence/" + sha256, caller);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, testing::example_document());
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_EQ(answer.headers.at("etag"), "\"" + sha256 + "\"");
  }
}

TEST_F(WorkerServiceTest, EvidenceSurvivesARestart) {
  start();
  dispatch("job_1");
  const std::string sha256 = workflow_.expect(messages::kJobFinished).body["document_sha256"];
  stop();
  start();
  EXPECT_EQ(raw_get("/v1/evidence/" + sha256).body, testing::example_document());
  EXPECT_EQ(door("operator").get("/v1/worker/attempts").body["items"][0]["document_sha256"], sha256);
}

TEST_F(WorkerServiceTest, EvidenceIsForOperatorsAndServicesOnly) {
  start();
  const std::string nowhere(64, 'a');
  EXPECT_EQ(door("web_form").get("/v1/evidence/" + nowhere).status, 403);
  EXPECT_EQ(door("reporter").get("/v1/evidence/" + nowhere).status, 403);
  EXPECT_EQ(door("internal").get("/v1/worker/attempts").status, 403);
  EXPECT_EQ(door("operator").get("/v1/evidence/" + nowhere).problem(), "evidence-not-found");
  EXPECT_EQ(door("operator").get("/v1/evidence/..%2F..%2Fetc%2Fpasswd").status, 400);
}

TEST_F(WorkerServiceTest, DamagedEvidenceIsNotServed) {
  start();
  const std::string sha256 = app_->evidence().put("{\"a\":1}").value();
  const std::string file =
      folder_.path("evidence/" + sha256.substr(0, 2) + "/" + sha256.substr(2, 2) + "/" + sha256);
  std::filesystem::remove(file);
  std::ofstream(file) << "{\"a\":2}";
  const auto answer = door("operator").get("/v1/evidence/" + sha256);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.problem(), "evidence-corrupt");
}

TEST_F(WorkerServiceTest, BytesThatAreNoJsonAreNotCalledSo) {
  start();
  const std::string sha256 = app_->evidence().put("{<script>").value();
  EXPECT_EQ(raw_get("/v1/evidence/" + sha256).headers.at("content-type"), "application/octet-stream");
}

TEST_F(WorkerServiceTest, EvidenceThatAPersonBringsIsKeptUnderItsHash) {
  start();
  auto desk = door("operator");
  const auto kept = desk.post("/v1/evidence", {{"content_base64", "ZgFvbw=="}}, "bring-1");
  ASSERT_EQ(kept.status, 201);
  const auto sha256 = kept.body.at("sha256").get<std::string>();
  EXPECT_EQ(kept.body.at("bytes"), 4);
  EXPECT_EQ(raw_get("/v1/evidence/" + sha256).body, "f\x01oo");
  EXPECT_EQ(desk.post("/v1/evidence", {{"content_base64", "ZgFvbw=="}}, "bring-1").body, kept.body);
  EXPECT_EQ(desk.post("/v1/evidence", {{"content_base64", "ZgFvbw=="}}).body, kept.body)
      << "again changes nothing";
  EXPECT_EQ(desk.post("/v1/evidence", {{"content_base64", "no base 64"}}).body.at("pointer"),
            "/content_base64");
  EXPECT_EQ(desk.post("/v1/evidence", {{"content_base64", std::string(218'460, 'A')}}).problem(),
            "wrong-length");
  EXPECT_EQ(door("reporter").post("/v1/evidence", {{"content_base64", "Zm9v"}}).status, 403);
}

TEST_F(WorkerServiceTest, ListsAttemptsInPagesAndByJob) {
  use_probe("exit 1");
  start();
  for (const char* job : {"job_1", "job_2", "job_3"}) {
    dispatch(job);
    workflow_.expect(messages::kJobFinished);
  }
  auto operators = door("operator");
  const Json first = operators.get("/v1/worker/attempts?limit=2").body;
  ASSERT_EQ(first["items"].size(), 2U);
  EXPECT_EQ(first["items"][0]["job_id"], "job_3");
  EXPECT_EQ(first["items"][0]["state"], "failed");
  const Json second =
      operators.get("/v1/worker/attempts?limit=2&cursor=" + first["next_cursor"].get<std::string>()).body;
  ASSERT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["items"][0]["job_id"], "job_1");
  EXPECT_TRUE(second["next_cursor"].is_null());
  EXPECT_EQ(operators.get("/v1/worker/attempts?job_id=job_2").body["items"].size(), 1U);
  EXPECT_EQ(operators.get("/v1/worker/attempts?state=failed").status, 400);
}

TEST_F(WorkerServiceTest, WhatRanWhenTheProcessDiedIsReportedOnce) {
  make_app();
  // As a process leaves it that dies while the probe runs: taken, and nothing more.
  ASSERT_TRUE(app_->service().database().write([&](store::Tx& tx) -> Status {
    Attempt attempt = testing::dispatched("job_1");
    attempt.incident_id = kIncident;
    RESCUE_TRY(app_->journal().record(tx, attempt));
    RESCUE_TRY(app_->journal().take(tx, 2'000'000));
    return {};
  }));
  stop();
  start();
  const Message report = workflow_.expect(messages::kJobFinished);
  EXPECT_EQ(report.body["failure"]["problem"], "worker-restarted");
  EXPECT_EQ(report.body["failure"]["code"], "unavailable");
  stop();
  start();
  dispatch("job_2");
  Message next = workflow_.expect(messages::kJobFinished);
  // The relay may publish a message again; it is the same one, and takes effect once.
  while (next.id == report.id) next = workflow_.expect(messages::kJobFinished);
  EXPECT_EQ(next.body["job_id"], "job_2") << "nothing more about job_1";
}

TEST_F(WorkerServiceTest, AJobThatRanAtAnOrderlyStopRunsAgain) {
  use_probe("touch " + folder_.path("running") + "; exec sleep 1000");
  start();
  dispatch("job_1");
  ASSERT_TRUE(contract::reaches([&] { return std::filesystem::exists(folder_.path("running")); }));
  stop();
  use_probe("cat " + folder_.path("document.json") + " > \"$OUT\"");
  start();
  EXPECT_EQ(workflow_.expect(messages::kJobFinished).body["outcome"], "succeeded");
}

TEST_F(WorkerServiceTest, SaysWhatItWaitsForBeforeItIsReady) {
  start();
  ASSERT_TRUE(contract::reaches([&] { return door("operator").get("/readyz").status == 200; }));
  std::filesystem::remove(probe_);
  ASSERT_TRUE(contract::reaches([&] { return door("operator").get("/readyz").status == 503; }));
  EXPECT_NE(dump_json(door("operator").get("/readyz").body).find("probe.path"), std::string::npos);
}

#ifdef RESCUE_PROBE
TEST_F(WorkerServiceTest, TheRealProbeTellsABrokenIntoServerFromACleanOne) {
  probe_ = RESCUE_PROBE;
  for (const char* recording : {"breakin", "clean"}) {
    const std::string disk = folder_.path(std::string("disks/") + recording);
    ASSERT_EQ(std::system((RESCUE_SOURCE_DIR "/tests/corpus/unpack " + (recording + (" " + disk))).c_str()),
              0);
  }
  start();
  const auto verdict_on = [&](const std::string& server) {
    dispatch("job_" + server, 1, server);
    return workflow_.expect(messages::kJobFinished).body["summary"];
  };
  const Json broken_into = verdict_on("breakin");
  EXPECT_EQ(broken_into["intrusion"], "confirmed");
  EXPECT_EQ(broken_into["cause_known"], true);
  const Json clean = verdict_on("clean");
  EXPECT_EQ(clean["intrusion"], "none_found");
  EXPECT_EQ(clean["findings"]["critical"], 0);
}
#endif

TEST_F(WorkerServiceTest, AMessageThatIsNoDispatchGoesToTheDeadLetters) {
  start();
  workflow_.send("worker", messages::kJobDispatched, kIncident,
                 {{"job_id", "job_0"},
                  {"kind", "investigation"},
                  {"attempt", 1},
                  {"server_id", "srv-1001"},
                  {"lease_s", 60},
                  {"outside", {{"addresses", {"192.0.2.10"}}, {"complaints", {{{"kind", "noise"}}}}}}},
                 to_us(clock_.now()));
  EXPECT_TRUE(contract::reaches(
      [&] { return door("operator").get("/v1/worker/dead-letters").body["items"].size() == 1; }));
  workflow_.send("worker", messages::kJobDispatched, kIncident, {{"job_id", "job_1"}}, to_us(clock_.now()));
  EXPECT_TRUE(contract::reaches(
      [&] { return door("operator").get("/v1/worker/dead-letters").body["items"].size() == 2; }));
}

}  // namespace
}  // namespace rescue::worker
