// What a hostile server may answer, and that none of it is taken for an answer.
#include "responder_link.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "remote_place.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::worker {
namespace {

struct Said {
  std::deque<Result<std::string>> answers;
  std::vector<std::string> sent;
  std::chrono::steady_clock::time_point until{};  ///< of the last answer that was waited for
};

class Scripted final : public LineChannel {
 public:
  explicit Scripted(Said& said) : said_(&said) {}
  Status send(std::string_view line, SteadyTime) override {
    said_->sent.emplace_back(line);
    return {};
  }
  Result<std::string> receive(SteadyTime until) override {
    said_->until = until;
    if (said_->answers.empty()) return fail(ErrorCode::kTimeout, "program-silent", "nothing");
    auto answer = said_->answers.front();
    said_->answers.pop_front();
    return answer;
  }

 private:
  Said* said_;
};

class ResponderLinkTest : public ::testing::Test {
 protected:
  ResponderLinkTest()
      : link(std::make_unique<Scripted>(said),
             {.patience = std::chrono::seconds(0), .long_patience = std::chrono::seconds(0)}) {}
  Said said;
  ResponderLink link;
};

TEST_F(ResponderLinkTest, WhatIsNoAnswerToTheRequestEndsTheTalk) {
  for (const auto* answer :
       {"", "garbage", "[]", R"({"id":7,"ok":true,"result":{}})", R"({"id":1,"ok":1,"result":{}})",
        R"({"id":1,"ok":true})", R"({"id":1,"ok":false,"result":{}})", R"({"id":1,"ok":true,"result":[]})"}) {
    Said other{{std::string(answer)}, {}};
    ResponderLink one(std::make_unique<Scripted>(other), {});
    EXPECT_EQ(one.ask("hello").error().problem, "responder-bad-answer") << answer;
    EXPECT_TRUE(one.lost());
    EXPECT_EQ(one.ask("hello").error().problem, "responder-silent");
    EXPECT_EQ(other.sent.size(), 1U);
  }
}

TEST_F(ResponderLinkTest, SilenceHasAnEnd) {
  EXPECT_EQ(link.ask("survey").error().problem, "responder-silent");
}

TEST_F(ResponderLinkTest, ASilentLineIsNoReasonToTickMoreOften) {
  int ticks = 0;
  ResponderLink silent(std::make_unique<Scripted>(said), {.patience = std::chrono::seconds(1),
                                                          .tick = std::chrono::milliseconds(300),
                                                          .on_tick = [&] { ++ticks; }});
  EXPECT_EQ(silent.ask("lock-read").error().problem, "responder-silent");
  EXPECT_GE(ticks, 1);
  EXPECT_LE(ticks, 4);
}

TEST_F(ResponderLinkTest, ALineThatIsCutEndsTheTalkThoughTheProgramHasAnHour) {
  said.answers = {fail(ErrorCode::kTimeout, "program-silent", "not yet"),
                  fail(ErrorCode::kTimeout, "target-silent", "nothing came from the server for 60 s")};
  ResponderLink cut(std::make_unique<Scripted>(said), {});
  EXPECT_EQ(cut.ask("queue-purge").error().problem, "target-silent");
  EXPECT_TRUE(cut.lost());
}

TEST_F(ResponderLinkTest, WhatReadsAWholeQueueHasAnHour) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::steady_clock;
  for (const auto* op : {"queue-plan", "queue-hold", "queue-purge", "plan", "verify", "apply"}) {
    Said other{{std::string(R"({"id":1,"ok":true,"result":{}})")}, {}};
    ResponderLink one(std::make_unique<Scripted>(other), {.tick = hours(2)});
    EXPECT_TRUE(one.ask(op)) << op;
    EXPECT_GT(other.until - steady_clock::now(), minutes(50)) << op;
  }
  Said other{{std::string(R"({"id":1,"ok":true,"result":{}})")}, {}};
  ResponderLink one(std::make_unique<Scripted>(other), {.tick = hours(2)});
  EXPECT_TRUE(one.ask("lock-read"));
  EXPECT_LT(other.until - steady_clock::now(), minutes(5));
}

TEST_F(ResponderLinkTest, AllOfATalkHasAnEndInBytesAndInTime) {
  const std::string padding(900, ' ');
  said.answers = {R"({"id":1,"ok":true,"result":{}})" + padding,
                  R"({"id":2,"ok":true,"result":{}})" + padding};
  ResponderLink wordy(std::make_unique<Scripted>(said), {.bytes_max = 1'000});
  EXPECT_TRUE(wordy.ask("status"));
  EXPECT_EQ(wordy.ask("status").error().problem, "responder-bad-answer");
  EXPECT_TRUE(wordy.lost());
  ResponderLink slow(std::make_unique<Scripted>(said), {.whole = std::chrono::seconds(0)});
  EXPECT_EQ(slow.ask("queue-plan").error().problem, "responder-silent");
}

TEST_F(ResponderLinkTest, FailuresHaveNamesOfOursOnly) {
  said.answers = {
      std::string(
          R"({"id":1,"ok":false,"error":{"problem":"changed-since","code":"internal","detail":"d"}})"),
      std::string(R"({"id":2,"ok":false,"error":{"problem":"worker-restarted","detail":7}})"),
      std::string(R"({"id":3,"ok":true,"result":{"protocol":2}})")};
  EXPECT_EQ(link.ask("apply").error().code, ErrorCode::kConflict);
  EXPECT_EQ(link.ask("apply").error().problem, "responder-refused");
  EXPECT_FALSE(link.lost());
  EXPECT_EQ(link.greet().error().problem, "responder-bad-answer") << "another protocol";
}

TEST_F(ResponderLinkTest, ALockRecordIsBytesOfTheServersChoice) {
  RemotePlace place(link);
  said.answers = {std::string(R"({"id":1,"ok":true,"result":{"record":null}})"),
                  std::string(R"({"id":2,"ok":true,"result":{"record":"?"}})"),
                  std::string(R"({"id":3,"ok":true,"result":{"record":"YWJj"}})"),
                  std::string(R"({"id":4,"ok":true,"result":{}})")};
  EXPECT_EQ(*place.read(), std::nullopt);
  EXPECT_EQ(place.read().error().problem, "lock-damaged");
  EXPECT_EQ(*place.read(), "abc");
  EXPECT_EQ(place.record_sha256().size(), 64U);
  EXPECT_EQ(*place.read(), std::nullopt);
}

}  // namespace
}  // namespace rescue::worker
