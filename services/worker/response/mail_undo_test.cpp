// The undo and the dry run of a response against the real responder, on a folder that stands for the server's
// root.
#include "mail_undo.hpp"

#include <sys/stat.h>

#include "json_schema.hpp"
#include "mail_response_testing.hpp"

namespace rescue::worker {
namespace {

using testing::read_file;
using testing::waiting_mail;

constexpr const char* kTwoScripts =
    R"({"schema_version":1,"tool":{},"verdict":{"intrusion":{"state":"none_found","why":"x"},"mail_abuse":{"state":"confirmed","why":"y","ways":["abused_script"]}},)"
    R"("cause":{"known":true,"why":"z"},"gaps":[],"counts":{"files_read":3},"findings":[)"
    R"({"rule":"mail.script_abused","severity":"high","path":"/var/www/html/uploads/m.php"},)"
    R"({"rule":"mail.script_abused","severity":"high","path":"/var/www/html/uploads/n.php"},)"
    R"({"rule":"mail.account_abused","severity":"high","account":"nobody-knows"}]})";

class MailUndo : public testing::MailResponseRoom {
 protected:
  MailUndo() {
    folder_.write("disks/srv-1" + kOther, kOtherText);
    constexpr uid_t kSiteUser = 33;
    if (::geteuid() == 0) {
      EXPECT_EQ(::chown((root() + kOther).c_str(), kSiteUser, kSiteUser), 0);
    }
    config_.probe_path =
        folder_.script("probe-two", std::string("cat > \"$OUT\" <<'END'\n") + kTwoScripts + "\nEND");
  }
  /// The response as job_1; the numbers of its steps.
  Json respond() {
    const auto end = run();
    EXPECT_TRUE(end.result) << end.result.error().detail;
    return end.result ? end.result->summary.at("response").at("numbers") : Json();
  }
  JobEnd undo(const Json& steps, const std::string& job = "job_2", std::int64_t attempt = 1) {
    attempt_.kind = "mail_abuse_undo";
    attempt_.job_id = job;
    attempt_.instructions = {{"jobs", {"job_1"}}, {"steps", steps}, {"queue", queue_}};
    return run(attempt);
  }
  /// The document of an undo or a plan, held against its schema.
  Json told(const JobEnd& end) {
    const Json out = document(end);
    contract::Documents schemas(RESCUE_SOURCE_DIR "/api/schemas");
    EXPECT_EQ(contract::schema_fault(
                  schemas, {"response.schema.json", &schemas.document("response.schema.json")}, out),
              "")
        << out.dump(1);
    return out;
  }
  struct stat status(const std::string& path) {
    struct stat out {};
    EXPECT_EQ(::stat((root() + path).c_str(), &out), 0) << path;
    return out;
  }

  const std::string kScript = "/var/www/html/uploads/m.php", kOther = "/var/www/html/uploads/n.php";
  const std::string kOtherText = "<?php mail(); // another";
  bool queue_ = false;
};

TEST_F(MailUndo, R13_PutsEachFileBackByteForByteAndTwiceIsTheSame) {
  const auto before = status(kScript);
  const auto numbers = respond();
  ASSERT_EQ(numbers, (Json{1, 2}));
  ASSERT_FALSE(std::filesystem::exists(root() + kScript));
  const auto end = undo({2, 1});
  ASSERT_TRUE(end.result) << end.result.error().detail;
  EXPECT_EQ(end.result->summary.at("undo"), (Json{{"outcome", "full"},
                                                  {"undone", {2, 1}},
                                                  {"already", Json::array()},
                                                  {"refused", Json::array()},
                                                  {"queue", nullptr}}));
  EXPECT_EQ(read_file(root() + kScript), "<?php mail();");
  EXPECT_EQ(read_file(root() + kOther), kOtherText);
  const auto after = status(kScript);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  for (const auto& step : told(end).at("undo").at("steps")) {
    const auto of_before = *parse_json(*evidence_->get(step.at("before_sha256").get<std::string>()));
    const auto of_after = *parse_json(*evidence_->get(step.at("after_sha256").get<std::string>()));
    EXPECT_EQ(of_before.at("state"), "done") << "evidence before";
    EXPECT_EQ(of_after.at("state"), "undone") << "and after";
  }

  const auto again = undo({2, 1}, "job_3");
  ASSERT_TRUE(again.result) << again.result.error().detail;
  EXPECT_EQ(again.result->summary.at("undo").at("outcome"), "full");
  EXPECT_EQ(again.result->summary.at("undo").at("already"), (Json{2, 1}));
  EXPECT_EQ(read_file(root() + kScript), "<?php mail();");
}

TEST_F(MailUndo, R13_WithoutNumbersItIsAllThatTheServerHasOfTheJob) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  const auto end = undo(Json::array());
  ASSERT_TRUE(end.result) << end.result.error().detail;
  EXPECT_EQ(end.result->summary.at("undo").at("undone"), (Json{2, 1})) << "the last one first";
}

TEST_F(MailUndo, R13_AStepWhoseFileSomebodyHasChangedIsRefusedAndTheOthersAreUndone) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  folder_.write("disks/srv-1" + kOther, "the customer's own");
  const auto end = undo({2, 1});
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto undone = told(end).at("undo");
  EXPECT_EQ(undone.at("outcome"), "partial");
  EXPECT_EQ(undone.at("steps").at(0).at("state"), "refused");
  EXPECT_EQ(undone.at("steps").at(0).at("failure").at("problem"), "changed-since");
  EXPECT_EQ(undone.at("steps").at(1).at("state"), "undone");
  EXPECT_EQ(read_file(root() + kOther), "the customer's own");
  EXPECT_EQ(read_file(root() + kScript), "<?php mail();");
}

TEST_F(MailUndo, WhatIsAnotherIncidentsOrNotThereIsNotUndone) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  attempt_.kind = "mail_abuse_undo";
  attempt_.job_id = "job_2";
  attempt_.instructions = {{"jobs", {"job_9"}}, {"steps", {77, 1}}, {"queue", false}};
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  const auto undone = told(end).at("undo");
  EXPECT_EQ(undone.at("outcome"), "failed");
  for (const auto& step : undone.at("steps")) EXPECT_EQ(step.at("failure").at("problem"), "no-such-step");
  EXPECT_FALSE(std::filesystem::exists(root() + kScript));
}

TEST_F(MailUndo, TheResponseOfALaterIncidentHasNoStepsOfItsOwnWhereAllWasDone) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  attempt_.job_id = "job_2";
  EXPECT_EQ(respond(), Json::array());
}

TEST_F(MailUndo, AnEarlierAttemptIsFencedOffAndChangesNothing) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  ASSERT_TRUE(undo({2}, "job_2", 2).result);
  const auto late = undo({1}, "job_2", 1);
  EXPECT_EQ(late.result.error().problem, "fenced-off");
  EXPECT_FALSE(late.begun);
  EXPECT_FALSE(std::filesystem::exists(root() + kScript));
}

TEST_F(MailUndo, ALostResponderLeavesNothingHalfDoneAndTheNextAttemptEndsIt) {
  ASSERT_EQ(respond(), (Json{1, 2}));
  int ticks = 0;
  on_tick_ = [&] {
    if (++ticks == 2) ::kill(responder_, SIGKILL);
  };
  const auto cut = undo({2, 1});
  ASSERT_FALSE(cut.result);
  EXPECT_EQ(cut.result.error().code, ErrorCode::kUnavailable) << cut.result.error().detail;
  EXPECT_FALSE(cut.begun);
  on_tick_ = [] {};
  const auto end = undo({2, 1}, "job_2", 2);
  ASSERT_TRUE(end.result) << end.result.error().detail;
  EXPECT_EQ(end.result->summary.at("undo").at("outcome"), "full");
}

TEST_F(MailUndo, R13_PurgedMailComesBackWhereThatIsAskedFor) {
  const std::string queue = "disks/srv-1/var/spool/postfix/";
  for (const auto* folder : {"hold", "deferred"}) {
    std::filesystem::create_directories(folder_.path(queue + folder));
  }
  const auto bytes = waiting_mail("nobody-knows");
  folder_.write(queue + "active/A00001", bytes);
  std::filesystem::permissions(folder_.path(queue + "active/A00001"), std::filesystem::perms::owner_all);
  const auto numbers = respond();
  ASSERT_FALSE(std::filesystem::exists(folder_.path(queue + "active/A00001")));
  queue_ = true;
  const auto end = undo({2, 1});
  ASSERT_TRUE(end.result) << end.result.error().detail;
  EXPECT_EQ(end.result->summary.at("undo").at("queue"),
            (Json{{"restored", 1}, {"not_kept", 0}, {"released", 1}}));
  std::size_t back = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path(queue))) {
    if (entry.is_regular_file() && read_file(entry.path()) == bytes) ++back;
  }
  EXPECT_EQ(back, 1U);
  (void)told(end);
  const auto again = undo({2, 1}, "job_3");
  ASSERT_TRUE(again.result) << again.result.error().detail;
  EXPECT_EQ(again.result->summary.at("undo").at("queue"),
            (Json{{"restored", 1}, {"not_kept", 0}, {"released", 0}}));
}

TEST_F(MailUndo, WhatIsAskedForIsHeldToItsForm) {
  attempt_.kind = "mail_abuse_undo";
  for (const Json& wrong : {Json(nullptr), Json{{"jobs", {"job_1"}}, {"steps", {0}}},
                            Json{{"jobs", {"job_1"}}, {"steps", {1}}, {"more", 1}}}) {
    attempt_.instructions = wrong;
    EXPECT_EQ(run().result.error().code, ErrorCode::kInvalid) << wrong;
  }
}

TEST_F(MailUndo, R13_ThePlanIsForAPersonToReadAndChangesNothing) {
  const auto all = [this] {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root()))
      files[entry.path()] = entry.is_regular_file() ? read_file(entry.path()) : "";
    return files;
  };
  const auto before = all();
  attempt_.kind = "mail_abuse_plan";
  const auto end = run();
  ASSERT_TRUE(end.result) << end.result.error().detail;
  EXPECT_FALSE(end.begun);
  const auto plan = end.result->summary.at("plan");
  EXPECT_NE(plan.at("text").get<std::string>().find("Takes away " + kScript), std::string::npos)
      << plan.at("text");
  EXPECT_GE(plan.at("steps"), 2);
  EXPECT_TRUE(plan.at("messages").contains("abuse"));
  EXPECT_EQ(told(end).at("plan").at("ways").size(), 3U);
  EXPECT_EQ(all(), before) << "no lock, no record, no file of ours";
}

}  // namespace
}  // namespace rescue::worker
