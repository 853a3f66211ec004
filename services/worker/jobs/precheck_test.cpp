#include <gtest/gtest.h>

#include "../testing.hpp"
#include "job_run.hpp"
#include "json_schema.hpp"
#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::worker {
namespace {

using outside::testing::Peer;
using outside::testing::ScriptedServer;

/// A mail server that takes what it is asked for, or nothing.
ScriptedServer::Talk relay(bool open) {
  return [open](Peer& peer) {
    peer.say("220 mail.victim.test ESMTP\r\n");
    for (auto line = peer.hear(); !line.empty(); line = peer.hear()) {
      const bool foreign =
          line.starts_with("RCPT TO:") && (!open || line.find("nobody-") != std::string::npos);
      peer.say(foreign ? "554 5.7.1 no\r\n" : "250 ok\r\n");
    }
  };
}

/// A precheck of a server that stands on loopback, with a disk or without.
class Precheck : public ::testing::Test {
 protected:
  Precheck() {
    config_.outside = {.allow = net::Networks::parse({"127.0.0.0/8"}).value(),
                       .helo = "check.example.com",
                       .sender = "a@example.com",
                       .recipient = "b@example.org"};
    config_.disks_dir = folder_.path("disks");
    config_.probe_path = folder_.script(
        "probe", "exec cat " + folder_.write("document.json", testing::example_document()) + " > \"$OUT\"");
    attempt_.kind = "precheck";
  }
  void mount() { folder_.write("disks/srv-1001/etc/hostname", "web01\n"); }
  void complain(Json complaint, const std::string& address = "127.0.0.1") {
    attempt_.outside = {{"addresses", {address}}, {"complaints", {std::move(complaint)}}};
  }
  Result<JobResult> run() {
    const JobContext context{.attempt = attempt_,
                             .evidence = *evidence_,
                             .stop = stop_,
                             .log = log_,
                             .log_fields = Json::object(),
                             .tick = std::chrono::milliseconds(50),
                             .on_tick = [this] { on_tick_(); },
                             .report_progress = [](const Progress&) {}};
    return run_job(context, {config_, *evidence_}, clock_.now()).result;
  }
  Json stored(const Json& sha256) {
    return parse_json(evidence_->get(sha256.get<std::string>()).value()).value();
  }

  testing::Folder folder_;
  Config config_;
  SystemClock clock_;
  log::Logger log_{{.service = "worker", .minimum = log::Level::kError}, clock_};
  std::unique_ptr<EvidenceStore> evidence_ = EvidenceStore::open(folder_.path("evidence")).value();
  Attempt attempt_ = testing::dispatched("job_1");
  StopSignal stop_;
  std::function<void()> on_tick_ = [] {};
};

TEST_F(Precheck, R26_LooksFromOutsideBesideTheDisk) {
  mount();
  ScriptedServer server(relay(true));
  complain({{"kind", "open_relay"}, {"port", server.port()}});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(evidence_->get(result->document_sha256).value(), testing::example_document());
  EXPECT_EQ(result->summary["intrusion"], "confirmed") << "the disk's";
  const auto& outside = result->summary["outside"];
  EXPECT_EQ(outside["answer"], "confirmed") << outside;
  EXPECT_EQ(outside["checks"][0]["address"], "127.0.0.1");
  EXPECT_FALSE(outside["checks"][0].contains("transcript"));
  const Json document = stored(outside["document_sha256"]);
  contract::Documents schemas(RESCUE_SOURCE_DIR "/api/schemas");
  EXPECT_EQ(contract::schema_fault(schemas, {"outside.schema.json", &schemas.document("outside.schema.json")},
                                   document),
            "");
  EXPECT_NE(dump_json(document["checks"][0]["transcript"]).find("RCPT TO:<b@example.org>"),
            std::string::npos);
  EXPECT_TRUE(document["gaps"].empty());
}

TEST_F(Precheck, R26_WithoutADiskWhatWasSeenFromOutsideIsTheResultAndTheRestAGap) {
  ScriptedServer server(relay(false));
  complain({{"kind", "open_relay"}, {"port", server.port()}});
  const auto result = run();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->summary["intrusion"], "undetermined");
  EXPECT_EQ(result->summary["gaps"], 1);
  EXPECT_EQ(result->summary["outside"]["answer"], "not_reproduced");
  EXPECT_EQ(result->summary["outside"]["document_sha256"], result->document_sha256);
  EXPECT_EQ(stored(result->document_sha256)["gaps"][0]["reason"],
            "nothing inside the server was looked at: its disk was not mounted");
}

TEST_F(Precheck, WithoutADiskAndWithoutAnAnswerItFailsAsBefore) {
  complain({{"kind", "login_attack"}});
  EXPECT_EQ(run().error().problem, "disk-not-mounted");
  complain({{"kind", "open_port"}, {"port", 25}}, "192.0.2.10");
  EXPECT_EQ(run().error().problem, "disk-not-mounted");
  attempt_.outside = nullptr;
  EXPECT_EQ(run().error().problem, "disk-not-mounted");
}

TEST_F(Precheck, WhatMayNotBeGoneToIsNotCheckedAndSaysWhy) {
  mount();
  complain({{"kind", "open_port"}, {"port", 25}}, "192.0.2.10");
  const auto checks = run()->summary["outside"]["checks"];
  EXPECT_EQ(checks[0]["answer"], "not_checked");
  EXPECT_EQ(checks[0]["why"], "192.0.2.10 is not of the public internet and not allowed by outside.allow");
}

TEST_F(Precheck, WithoutAComplaintNothingIsSaidOfOutside) {
  mount();
  EXPECT_FALSE(run()->summary.contains("outside"));
}

TEST_F(Precheck, ACancelledJobDoesNotWaitForASilentServer) {
  mount();
  ScriptedServer silent([](Peer& peer) { peer.wait_for_end(); });
  complain({{"kind", "open_relay"}, {"port", silent.port()}});
  on_tick_ = [this] { stop_.raise(StopSignal::Reason::kCancelled); };
  EXPECT_EQ(run().error().problem, "job-cancelled");
}

TEST_F(Precheck, AnInvestigationLooksAtNothingFromOutside) {
  mount();
  attempt_.kind = "investigation";
  ScriptedServer server(relay(true));
  complain({{"kind", "open_relay"}, {"port", server.port()}});
  EXPECT_FALSE(run()->summary.contains("outside"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Precheck, R6_LooksAtNothingFromOutsideOnceTheContractIsOver) {
  ScriptedServer server(relay(true));
  mount();
  complain({{"kind", "open_port"}, {"port", server.port()}});
  attempt_.outside["contract"] = "over";
  attempt_.outside["addresses"] = Json::array();
  const auto result = run();
  ASSERT_TRUE(result) << result.error().detail;
  const auto& check = result->summary.at("outside").at("checks").at(0);
  EXPECT_EQ(check.at("answer"), "not_checked");
  EXPECT_EQ(check.at("why"), "the server is no longer under contract with the incident's customer");
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace rescue::worker
