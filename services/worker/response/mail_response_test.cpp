// The job against the real responder, on a folder that stands for the server's root.
#include "mail_response.hpp"

#include "mail_response_testing.hpp"

namespace rescue::worker {
namespace {

using testing::waiting_mail;
class MailResponse : public testing::MailResponseRoom {};

// Postfix' own programs are not asked for a folder that has no postfix: what the server refuses is told, and
// the rest is done.
TEST_F(MailResponse, R13_DoesWhatCanBeDoneAndTellsWhatIsLeft) {
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto response = document(end).at("response");
  EXPECT_EQ(response.at("outcome"), "partial") << response.dump(1);
  EXPECT_EQ(end.result->summary.at("response").at("outcome"), "partial");
  std::map<std::string, std::string> states;
  for (const auto& step : response.at("steps")) states[step.at("id")] = step.at("state");
  EXPECT_EQ(states["stop-script:/var/www/html/uploads/m.php"], "done");
  EXPECT_FALSE(std::filesystem::exists(root() + "/var/www/html/uploads/m.php"));
  const auto& manual = response.at("manual");
  const auto says = [&](const char* text) {
    return std::any_of(manual.begin(), manual.end(), [&](const Json& one) {
      return one.at("why").get<std::string>().find(text) != std::string::npos;
    });
  };
  EXPECT_EQ(manual.size(), 3U) << manual.dump(1) << ": nobody knows the account, who relayed, the queue";
  EXPECT_TRUE(says("nobody who used it is known by address"));
  EXPECT_TRUE(says("no queue of Postfix, Exim or Sendmail was found"));
  for (const auto& step : response.at("steps")) {
    if (step.at("state") == "done") {
      EXPECT_TRUE(evidence_->get(step.at("evidence_sha256").get<std::string>()))
          << "before and after are kept";
    }
  }
}

TEST_F(MailResponse, R13_AWayThatCouldNotBeToldIsAPersonsAndNoFullOutcome) {
  config_.probe_path = folder_.script(
      "probe-odd",
      std::string("cat > \"$OUT\" <<'END'\n") +
          R"({"schema_version":1,"tool":{},"verdict":{"intrusion":{"state":"none_found","why":"x"},)"
          R"("mail_abuse":{"state":"confirmed","why":"y","ways":["abused_account"]}},)"
          R"("cause":{"known":true,"why":"z"},"gaps":[],"counts":{"files_read":3},)"
          R"("findings":[{"rule":"mail.account_abused","severity":"high","account":"a b"}]})" +
          "\nEND");
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto response = document(end).at("response");
  EXPECT_EQ(response.at("odd_names"), 1);
  EXPECT_NE(response.at("outcome"), "full");
  EXPECT_TRUE(std::any_of(response.at("manual").begin(), response.at("manual").end(), [](const Json& one) {
    return one.at("title") == "End 1 more ways of the abuse by hand";
  }));
  Json ended{{"ways", {{{"way", "open_relay"}}}},
             {"steps", Json::array()},
             {"verified", {{"ended", true}}},
             {"odd_names", 0}};
  EXPECT_EQ(response_outcome(ended), "full");
  ended["doubtful"] = {{{"way", "abused_account"}}};
  EXPECT_NE(response_outcome(ended), "full");
  ended.erase("doubtful");
  ended["manual"] = {{{"title", "Look through the mail that waits"}, {"why", "x"}}};
  EXPECT_EQ(response_outcome(ended), "partial");
  ended.erase("manual");
  ended["odd_names"] = 1;
  EXPECT_NE(response_outcome(ended), "full");
}

TEST(ResponseOutcome, R13_ARelayThatIsOutOfSightAfterwardsIsNoFullOutcome) {
  const auto seen = [](const char* before, const char* after) {
    const auto checks = [](const char* answer) {
      return Json{{"checks", {{{"complaint", {{"kind", "open_relay"}}}, {"answer", answer}}}}};
    };
    return response_outcome({{"ways", {{{"way", "open_relay"}}}},
                             {"steps", {{{"state", "done"}}}},
                             {"verified", {{"ended", true}}},
                             {"outside", {{"before", checks(before)}, {"after", checks(after)}}}});
  };
  EXPECT_EQ(seen("confirmed", "not_reproduced"), "full");
  EXPECT_EQ(seen("confirmed", "unreachable"), "partial");
  EXPECT_EQ(seen("not_reproduced", "not_checked"), "partial");
  EXPECT_EQ(seen("confirmed", "confirmed"), "partial");
  EXPECT_EQ(seen("unreachable", "unreachable"), "full") << "it was never to be seen from where we are";
}

TEST_F(MailResponse, R13_PurgesTheMailOfTheAbuseThatWaitsAndNoOther) {
  const std::string queue = "disks/srv-1/var/spool/postfix/";
  std::filesystem::create_directories(folder_.path(queue + "hold"));
  for (const auto& [name, account] : {std::pair("A00001", "nobody-knows"), std::pair("A00002", "sales")}) {
    folder_.write(queue + "active/" + name, waiting_mail(account));
    std::filesystem::permissions(folder_.path(queue + "active/" + name), std::filesystem::perms::owner_all);
  }
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto told = document(end).at("response").at("queue");
  EXPECT_EQ(told.at("held").at("held"), 1) << told.dump(1);
  EXPECT_EQ(told.at("purged").at("purged"), 1);
  EXPECT_FALSE(told.contains("failure"));
  const auto stays = document(end).at("response").at("stays");
  ASSERT_EQ(stays.size(), 2U) << stays.dump(1);
  EXPECT_EQ(stays[0].at("what"), "purged_mail");
  EXPECT_EQ(stays[0].at("messages"), 1);
  EXPECT_EQ(stays[1].at("what"), "records");
  const auto steps = document(end).at("response").at("steps");
  EXPECT_TRUE(std::any_of(steps.begin(), steps.end(), [](const Json& step) {
    return step.at("id") == "purge-queue" && step.at("state") == "done";
  }));
  ASSERT_EQ(told.at("evidence_sha256").size(), 2U);
  EXPECT_NE(evidence_->get(told.at("evidence_sha256").at(1).get<std::string>())->find("c@d.example"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_.path(queue + "active/A00001")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path(queue + "hold/A00001")));
  EXPECT_TRUE(std::filesystem::exists(folder_.path(queue + "active/A00002")));
  const auto again = run(2);
  ASSERT_TRUE(again.result) << again.result.error().detail;
  EXPECT_EQ(document(again).at("response").at("queue").at("purged"), told.at("purged"));
}

TEST_F(MailResponse, WhatCouldNotBeJudgedOfTheQueueIsToldAndTheOutcomeIsNotFull) {
  const std::string queue = "disks/srv-1/var/spool/postfix/";
  std::filesystem::create_directories(folder_.path(queue + "hold"));
  for (const auto& [name, bytes] :
       {std::pair("A00001", waiting_mail("nobody-knows")), std::pair("A00002", std::string("garbage"))}) {
    folder_.write(queue + "active/" + name, bytes);
    std::filesystem::permissions(folder_.path(queue + "active/" + name), std::filesystem::perms::owner_all);
  }
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto response = document(end).at("response");
  const auto unsure = response.at("queue").at("unsure");
  EXPECT_EQ(unsure.at(0), "1 messages cannot be read, and were left");
  EXPECT_NE(unsure.dump().find("A00002: no queue file, or a damaged one"), std::string::npos);
  EXPECT_NE(response.at("manual").dump().find("cannot be read"), std::string::npos);

  Json whole{{"ways", {{{"way", "open_relay"}}}},
             {"steps", {{{"state", "done"}}}},
             {"verified", {{"ended", true}}},
             {"queue", {{"purged", {}}}}};
  EXPECT_EQ(response_outcome(whole), "full");
  whole["queue"]["unsure"] = unsure;
  EXPECT_EQ(response_outcome(whole), "partial");
}

TEST(ResponseOutcome, R13_IsNotFullWhereWhatHadToFollowAStepFailedOrTheServerIsSilent) {
  Json response{
      {"ways", {{{"way", "open_relay"}}}},
      {"steps", {{{"state", "done"}, {"told", {{{"why", "reload"}, {"undo", false}, {"ok", true}}}}}}},
      {"before", {{"answers", true}}},
      {"verified", {{"ended", true}, {"answers", true}}}};
  EXPECT_EQ(response_outcome(response), "full");
  auto failed = response;
  failed["steps"][0]["told"][0]["ok"] = false;
  EXPECT_EQ(response_outcome(failed), "partial");
  failed["steps"][0]["told"].push_back({{"why", "reload"}, {"undo", false}, {"ok", true}});
  EXPECT_EQ(response_outcome(failed), "full") << "it was done again, and well";
  response["verified"]["answers"] = false;
  EXPECT_EQ(response_outcome(response), "partial");
  response["before"]["answers"] = false;
  EXPECT_EQ(response_outcome(response), "full") << "it did not answer before, either";
}

TEST_F(MailResponse, R13_ALaterAttemptFindsItDone) {
  ASSERT_TRUE(run(1).result);
  const auto again = run(2);
  ASSERT_TRUE(again.result) << again.result.error().detail;
  const auto found = document(again);
  std::map<std::string, std::string> states;
  for (const auto& step : found.at("response").at("steps")) states[step.at("id")] = step.at("state");
  EXPECT_EQ(states["stop-script:/var/www/html/uploads/m.php"], "earlier");
}

TEST_F(MailResponse, AnEarlierAttemptIsFencedOff) {
  ASSERT_TRUE(run(2).result);
  const auto late = run(1);
  EXPECT_EQ(late.result.error().problem, "fenced-off");
  EXPECT_FALSE(late.begun);
}

TEST_F(MailResponse, ALostResponderIsAReasonToTryAgainAndNotForAPerson) {
  int ticks = 0;
  on_tick_ = [&] {
    if (++ticks == 3) ::kill(responder_, SIGKILL);
  };
  const auto cut = run(1);
  ASSERT_FALSE(cut.result);
  EXPECT_EQ(cut.result.error().code, ErrorCode::kUnavailable) << cut.result.error().detail;
  EXPECT_FALSE(cut.begun) << "the responder leaves nothing half done";
  on_tick_ = [] {};
  EXPECT_TRUE(run(2).result);
}

TEST_F(MailResponse, AnExceptionAfterTheFirstChangeIsForAPerson) {
  on_tick_ = [this] {
    if (std::filesystem::exists(root() + "/var/www/html/uploads/m.php")) return;
    throw std::runtime_error("a fault of ours");
  };
  const auto end = run(1);
  ASSERT_FALSE(end.result);
  EXPECT_EQ(end.result.error().problem, "internal-error");
  EXPECT_TRUE(end.begun);
}

TEST_F(MailResponse, WithoutAWayToTheServerNothingIsTried) {
  const JobContext context{attempt_,       *evidence_,
                           stop_,          log_,
                           Json::object(), std::chrono::milliseconds(1'000),
                           on_tick_,       [](const Progress&) {}};
  const JobSurroundings surroundings{config_, *evidence_, job_kinds(), {{"a secret"}}, "w1"};
  EXPECT_EQ(run_job(context, surroundings, clock_.now()).result.error().problem, "access-missing");
}

}  // namespace
}  // namespace rescue::worker
