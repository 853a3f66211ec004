#include "jobs/live_examination.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "response/ssh_responder.hpp"
#include "ssh_testing.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LiveDocument, TellsHowItWasRead) {
  const auto before = parse_json(testing::example_document()).value();
  const auto told = tell_how_it_was_read(testing::example_document(), "over SSH");
  ASSERT_TRUE(told);
  auto after = parse_json(*told).value();
  ASSERT_EQ(after["gaps"].size(), before["gaps"].size() + 1);
  EXPECT_NE(after["gaps"].back()["reason"].get<std::string>().find("over SSH"), std::string::npos);
  after["gaps"].erase(after["gaps"].size() - 1);
  EXPECT_EQ(after, before) << "nothing else is touched";
}

TEST(LiveDocument, WhatIsNoneIsRefused) {
  for (const char* bad : {"", "[]", "{}", "{\"gaps\": 7}", "{\"gaps\": []} {\"gaps\": []}"}) {
    EXPECT_EQ(tell_how_it_was_read(bad, "x").error().problem, "probe-bad-document") << bad;
  }
}

/// One attempt with access to a server of the test's own, whose probe is a script.
class LiveExaminationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: it logs in as root";
    server_.start();
    limits_.wall = seconds(60);
  }
  /// In a sealed box, as it came with the job.
  SealedAccess sealed(const std::string& host_key) {
    const auto pair = seal::KeyPair::make(SystemClock().now());
    const auto box = seal::seal_to(
        pair.public_key, dump_json({{"address", "127.0.0.1"},
                                    {"port", server_.port()},
                                    {"user", "root"},
                                    {"host_key", host_key},
                                    {"private_key", target::testing::read_file(ssh_folder_.path("user"))},
                                    {"sudo", "none"}}));
    seal::Keyring keys;
    EXPECT_TRUE(
        keys.add(seal::KeyPair::of(seal::Secret::copy_of(pair.secret_key.view()), pair.made_at).value()));
    const std::string keyring = folder_.write("keyring", std::string(keys.encode().view()));
    ::chmod(keyring.c_str(), 0600);
    return {keyring, box};
  }
  JobContext context_with(const SealedAccess* access) {
    return {.attempt = attempt_,
            .evidence = *evidence_,
            .stop = stop_,
            .log = log_,
            .log_fields = Json::object(),
            .tick = milliseconds(100),
            .on_tick =
                [this] {
                  ++ticks_;
                  if (on_tick_) on_tick_();
                },
            .report_progress = [this](const Progress& progress) { phases_.emplace(progress.phase); },
            .access = access};
  }
  Result<JobResult> examine(const std::string& lines, const std::string& host_key) {
    config_.probe_path = folder_.script("probe", lines);
    const auto access = sealed(host_key);
    return examine_live(context_with(&access), config_, limits_);
  }
  Result<JobResult> examine(const std::string& lines) {
    return examine(lines, target::testing::read_file(ssh_folder_.path("host_ed25519.pub")));
  }
  static std::string problem(const Result<JobResult>& result) {
    return result ? "none" : result.error().problem;
  }

  target::testing::Folder ssh_folder_;
  target::testing::Server server_{ssh_folder_};
  testing::Folder folder_;
  std::unique_ptr<EvidenceStore> evidence_ = EvidenceStore::open(folder_.path("evidence")).value();
  Attempt attempt_ = testing::dispatched("job_1");
  StopSignal stop_;
  SystemClock clock_;
  UniqueFd log_file_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
  log::Logger log_{{.service = "worker", .fd = log_file_.get(), .minimum = log::Level::kDebug}, clock_};
  Config config_;
  ProbeLimits limits_;
  std::function<void()> on_tick_;
  int ticks_ = 0;
  std::set<std::string, std::less<>> phases_;
};

TEST_F(LiveExaminationTest, TheProbeRunsAtTheServerAndItsDocumentIsKept) {
  const auto result = examine("sleep 1; echo \"$*\" >&2; cat '" RESCUE_SOURCE_DIR
                              "/api/examples/investigation.json' > \"$OUT\"");
  ASSERT_TRUE(result) << result.error().problem << ": " << result.error().detail;
  const auto document = parse_json(evidence_->get(result->document_sha256).value()).value();
  EXPECT_NE(document["gaps"].back()["reason"].get<std::string>().find("(over SSH)"), std::string::npos);
  EXPECT_EQ(result->summary["gaps"], document["gaps"].size());
  EXPECT_GT(ticks_, 3);
  EXPECT_TRUE(phases_.contains("connecting") && phases_.contains("probe-running") &&
              phases_.contains("document-stored"));
  EXPECT_NE(testing::read_file(folder_.path("log")).find("investigate --root / --out"), std::string::npos);
}

TEST_F(LiveExaminationTest, WhatIsNoDocumentIsRefusedAndAFloodIsCut) {
  EXPECT_EQ(problem(examine("echo '{\"gaps\": []}' > \"$OUT\"")), "probe-bad-document");
  limits_.output_bytes = 100'000;
  EXPECT_EQ(problem(examine("exec cat /dev/zero")), "probe-output-too-large");
  EXPECT_EQ(problem(examine("echo bad >&2; exit 3")), "probe-failed");
}

TEST_F(LiveExaminationTest, AResponderSpeaksLineByLineAndIsLetToEndItsStepWhenTheLineIsCut) {
  const std::string done = folder_.path("done");
  config_.responder_path = folder_.write(
      "responder", "#!/bin/sh\nread -r a; echo \"heard $a\"; read -r b; sleep 1; echo > '" + done + "'\n");
  ::chmod(config_.responder_path.c_str(), 0755);
  const auto access = sealed(target::testing::read_file(ssh_folder_.path("host_ed25519.pub")));
  const auto context = context_with(&access);
  auto channel = open_ssh_responder(context, config_);
  ASSERT_TRUE(channel) << channel.error().detail;
  const auto soon = std::chrono::steady_clock::now() + seconds(30);
  ASSERT_TRUE((*channel)->send("{}", soon));
  EXPECT_EQ((*channel)->receive(soon).value_or("nothing"), "heard {}");
  ASSERT_TRUE((*channel)->send("a step", soon));
  for (const pid_t session : server_.sessions()) ::kill(session, SIGKILL);
  EXPECT_FALSE((*channel)->receive(soon));
  channel->reset();
  EXPECT_TRUE(target::testing::wait_until([&] { return std::filesystem::exists(done); }));
}

TEST_F(LiveExaminationTest, WithoutAccessThereIsNoResponder) {
  EXPECT_EQ(open_ssh_responder(context_with(nullptr), config_).error().problem, "access-missing");
}

TEST_F(LiveExaminationTest, AnotherHostKeyEndsItBeforeAnythingIsSent) {
  const auto result = examine("exit 0", "SHA256:" + std::string(42, 'A') + "E");
  EXPECT_EQ(problem(result), "host-key-mismatch");
  EXPECT_EQ(result.error().code, ErrorCode::kForbidden);
}

TEST_F(LiveExaminationTest, ACancelledJobLeavesNothingRunning) {
  const std::string pid_file = folder_.path("pid");
  on_tick_ = [&] {
    if (std::filesystem::exists(pid_file)) stop_.raise(StopSignal::Reason::kCancelled);
  };
  EXPECT_EQ(problem(examine("echo $$ > '" + pid_file + "'; exec sleep 1000")), "job-cancelled");
  EXPECT_TRUE(target::testing::is_over(std::stoi(testing::read_file(pid_file))));
}

TEST_F(LiveExaminationTest, AStoppedWorkerGivesTheJobBack) {
  on_tick_ = [&] { stop_.raise(StopSignal::Reason::kStopping); };
  EXPECT_EQ(problem(examine("exec sleep 1000")), "worker-stopping");
}

TEST_F(LiveExaminationTest, AConnectionThatEndsIsWorthAnotherAttempt) {
  const std::string pid_file = folder_.path("pid");
  on_tick_ = [&] {
    if (!std::filesystem::exists(pid_file)) return;
    for (const pid_t session : server_.sessions()) ::kill(session, SIGKILL);
  };
  const auto result = examine("echo $$ > '" + pid_file + "'; exec sleep 1000");
  EXPECT_EQ(problem(result), "target-lost");
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace rescue::worker
