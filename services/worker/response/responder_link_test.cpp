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
};

class Scripted final : public LineChannel {
 public:
  explicit Scripted(Said& said) : said_(&said) {}
  Status send(std::string_view line, SteadyTime) override {
    said_->sent.emplace_back(line);
    return {};
  }
  Result<std::string> receive(SteadyTime) override {
    if (said_->answers.empty()) return fail(ErrorCode::kTimeout, "target-silent", "nothing");
    auto answer = said_->answers.front();
    said_->answers.pop_front();
    return answer;
  }

 private:
  Said* said_;
};

class ResponderLinkTest : public ::testing::Test {
 protected:
  ResponderLinkTest() : link(std::make_unique<Scripted>(said), {.patience = std::chrono::seconds(0)}) {}
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
