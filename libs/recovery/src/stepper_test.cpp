// A step is done whole or not at all, twice with the same result, and undone byte for byte.
#include "rescue/recovery/stepper.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

using testing::TestServer;

class StepperTest : public ::testing::Test {
 protected:
  StepperTest() {
    server.write("/etc/postfix/main.cf", "mynetworks = 0.0.0.0/0\n", 0640);
    server.write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
  }
  Step step() const {
    Step out{.id = "close-relay", .title = "t", .why = "w", .check = Check::kPostfix};
    FileChange main{.path = "/etc/postfix/main.cf", .before = *server.files().read("/etc/postfix/main.cf")};
    main.after = main.before;
    main.after->bytes = "mynetworks = 127.0.0.0/8\n";
    main.after->mtime_ns = 0;
    out.files = {main,
                 {.path = "/etc/postfix/extra", .before = std::nullopt, .after = FileState{.bytes = "x\n"}}};
    out.actions.push_back(
        {.why = "reload", .program = "/usr/sbin/postfix", .arguments = {"reload"}, .on_undo = true});
    return out;
  }
  Result<StepEnd> apply(const Step& what) { return stepper().apply(what, "aa"); }
  Stepper stepper() {
    book.emplace(*StepBook::open(server.files()));
    return {server.files(), *book, server.programs(), greeting};
  }

  TestServer server;
  std::optional<StepBook> book;
  Greeting greeting;
};

TEST_F(StepperTest, R13_IsDoneOnceAndFoundDoneTheSecondTime) {
  const auto what = step();
  const auto first = apply(what);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->kind, StepEnd::Kind::kDone);
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 127.0.0.0/8\n");
  ASSERT_EQ(server.asked.size(), 2U) << "tried, then read again";
  EXPECT_EQ(server.asked[0].arguments,
            (std::vector<std::string>{"-c", "/var/lib/rescue-responder/trial", "check"}));
  EXPECT_EQ(server.text("/var/lib/rescue-responder/trial/main.cf"), "mynetworks = 127.0.0.0/8\n");
  const auto again = apply(what);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->kind, StepEnd::Kind::kAlready);
  EXPECT_EQ(server.asked.size(), 2U) << "nothing was done";
  EXPECT_EQ(book->all()->size(), 1U);
}

TEST_F(StepperTest, R13_UndoPutsBackEveryByteModeAndTime) {
  const auto before = *server.files().read("/etc/postfix/main.cf");
  ASSERT_TRUE(apply(step()));
  const auto undone = stepper().undo(1, "aa");
  ASSERT_TRUE(undone) << undone.error().detail;
  const auto after = *server.files().read("/etc/postfix/main.cf");
  EXPECT_TRUE(same(before, after));
  EXPECT_EQ(before->mtime_ns, after->mtime_ns);
  EXPECT_FALSE(std::filesystem::exists(server.path("/etc/postfix/extra")));
  EXPECT_EQ(stepper().undo(1, "aa")->kind, StepEnd::Kind::kAlready);
  EXPECT_EQ(stepper().undo(2, "aa").error().problem, "no-such-step");
  EXPECT_EQ(stepper().undo(1, "aa", std::string(64, '0')).error().problem, "record-damaged");
}

TEST_F(StepperTest, WhatSomebodyChangedSinceIsLeftAlone) {
  const auto what = step();
  ASSERT_TRUE(apply(what));
  server.write("/etc/postfix/main.cf", "mine\n", 0640);
  EXPECT_EQ(stepper().undo(1, "aa").error().problem, "changed-since");
  EXPECT_EQ(apply(what).error().problem, "changed-since");
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mine\n");
  EXPECT_TRUE(std::filesystem::exists(server.path("/etc/postfix/extra"))) << "nor is anything else put back";
}

TEST_F(StepperTest, WhatTheMailServerDoesNotTakeIsNotPutInPlace) {
  server.refuse = "/usr/sbin/postfix";
  EXPECT_EQ(apply(step()).error().problem, "configuration-refused");
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_TRUE(book->all()->empty());
}

TEST_F(StepperTest, R13_AMailServerThatGreetsNoMoreGetsItsSettingsBackAtOnce) {
  greeting = {.who = [] { return std::set<std::string>{"127.0.0.1:25"}; },
              .still_all =
                  [this](const auto&) {
                    return server.text("/etc/postfix/main.cf").find("/8") == std::string::npos;
                  }};
  const auto end = apply(step());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().problem, "configuration-refused");
  EXPECT_NE(end.error().detail.find("greets again"), std::string::npos) << end.error().detail;
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(book->all()->front().state, StepState::kUndone);
  EXPECT_EQ(server.asked.size(), 3U) << "tried, read again, and once more with the old ones";
  greeting.who = [] { return std::set<std::string>(); };
  EXPECT_TRUE(apply(step())) << "where it did not greet before nothing is to be lost";
}

TEST_F(StepperTest, R13_WhereNoSessionIsToBeEndedNothingFailed) {
  const auto ok = [&](Ended ended) {
    book.emplace(*StepBook::open(server.files()));
    Step what{.id = "suspend", .title = "t", .why = "w"};
    what.actions.push_back({.why = "x", .program = "/usr/bin/doveadm", .arguments = {"kick", "sales"}});
    const RunProgram run = [&](const Command&) -> Result<Ended> { return ended; };
    return Stepper(server.files(), *book, run).apply(what, "aa")->record.told.at(0).at("ok").get<bool>();
  };
  EXPECT_TRUE(ok({68, "", "Error: no users kicked"}));
  EXPECT_TRUE(ok({75, "", "Fatal: net_connect_unix(/run/dovecot/anvil) failed: No such file or directory"}));
  EXPECT_FALSE(ok({75, "", "Fatal: Permission denied"}));
}

TEST_F(StepperTest, WhereOneFileCannotBeWrittenNoneIsChanged) {
  auto what = step();
  what.files[1].path = "/etc/no-such-folder/extra";
  EXPECT_FALSE(apply(what));
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(book->all()->front().state, StepState::kUndone);
}

TEST_F(StepperTest, WhatADeadOneHadBegunIsBroughtToItsEnd) {
  const auto what = step();
  stepper();
  StepRecord record{.step = what, .state = StepState::kGoing, .lock_sha256 = "aa"};
  ASSERT_TRUE(book->write(record));
  ASSERT_TRUE(server.files().put("/etc/postfix/main.cf", *what.files[0].after))
      << "it died between two files";
  EXPECT_EQ(*stepper().settle(), 1);
  EXPECT_EQ(server.text("/etc/postfix/extra"), "x\n");
  EXPECT_EQ(book->all()->front().state, StepState::kDone);
  auto undoing = book->all()->front();
  undoing.state = StepState::kUndoing;
  ASSERT_TRUE(book->write(undoing));
  EXPECT_EQ(*stepper().settle(), 1);
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(*stepper().settle(), 0);
}

// The second file was changed while nobody looked after the step.
TEST_F(StepperTest, R13_WhatADeadOneHadBegunAndCannotBeEndedGoesBackWhole) {
  const auto what = step();
  stepper();
  StepRecord record{.step = what, .state = StepState::kGoing, .lock_sha256 = "aa"};
  ASSERT_TRUE(book->write(record));
  ASSERT_TRUE(server.files().put("/etc/postfix/main.cf", *what.files[0].after));
  server.write("/etc/postfix/extra", "somebody's\n");
  EXPECT_EQ(stepper().settle().error().problem, "changed-since");
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(server.text("/etc/postfix/extra"), "somebody's\n");
  EXPECT_EQ(book->all()->front().state, StepState::kUndone);
}

// The run died while it waited for the greeting.
TEST_F(StepperTest, R13_WhoeverEndsADeadOnesStepLooksWhetherTheMailServerGreets) {
  const auto what = step();
  stepper();
  StepRecord record{.step = what, .state = StepState::kGoing, .lock_sha256 = "aa"};
  record.greeted = {"127.0.0.1:25"};
  ASSERT_TRUE(book->write(record));
  for (const auto& file : what.files) ASSERT_TRUE(server.files().put(file.path, *file.after));
  greeting.still_all = [](const std::set<std::string>& who) { return !who.contains("127.0.0.1:25"); };
  EXPECT_EQ(stepper().settle().error().problem, "configuration-refused");
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(book->all()->front().state, StepState::kUndone);
}

TEST_F(StepperTest, ARecordThatIsNotOursIsAnErrorAndNothingIsDone) {
  ASSERT_TRUE(apply(step()));
  for (const auto* text :
       {"", "{}", "garbage", R"({"number":1,"step":{},"state":"done","lock_sha256":"","told":[]})"}) {
    server.write("/var/lib/rescue-responder/steps/0001", text, 0600);
    EXPECT_EQ(stepper().undo(1, "aa").error().problem, "record-damaged") << text;
  }
}

TEST_F(StepperTest, AStepIsNotBegunWhereItsRecordHasNoRoomForItsEnd) {
  auto what = step();
  what.actions.clear();
  constexpr std::size_t kNearlyAll = (ServerFiles::kMostBytes - (512U << 10U)) / 4 * 3;
  what.files[1].after->bytes = std::string(kNearlyAll, 'x');
  EXPECT_EQ(apply(what).error().problem, "too-many-steps");
  EXPECT_EQ(server.text("/etc/postfix/main.cf"), "mynetworks = 0.0.0.0/0\n");
  EXPECT_TRUE(book->all()->empty());
}

TEST_F(StepperTest, R13_AScriptWithATimeOfItsOwnersMakingLeavesTheBookWhole) {
  server.write("/var/www/x.php", "<?php");
  const std::array<timespec, 2> times{timespec{.tv_sec = -7, .tv_nsec = 5},
                                      timespec{.tv_sec = -7, .tv_nsec = 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, server.path("/var/www/x.php").c_str(), times.data(), 0), 0);
  Step what{.id = "stop", .title = "t", .why = "w"};
  what.files.push_back({.path = "/var/www/x.php", .before = *server.files().read("/var/www/x.php")});
  ASSERT_TRUE(apply(what));
  ASSERT_TRUE(book->all()) << "every later step reads it";
  ASSERT_TRUE(stepper().undo(1, "aa"));
  EXPECT_EQ(server.text("/var/www/x.php"), "<?php");
}

TEST_F(StepperTest, SecretsStayOnTheServer) {
  auto what = step();
  what.files[0].secret = true;
  const auto end = apply(what);
  ASSERT_TRUE(end);
  const auto text = dump_json(evidence_of(end->record));
  EXPECT_EQ(text.find("bXluZXR3b3Jrcy"), std::string::npos) << text;
  EXPECT_NE(text.find("sha256"), std::string::npos);
}

}  // namespace
}  // namespace rescue::recovery
