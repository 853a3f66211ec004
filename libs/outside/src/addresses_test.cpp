#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::outside {
namespace {

using testing::look;
using testing::options_here;
using testing::Peer;
using testing::ScriptedServer;

/// A port at which somebody counts who comes.
class Addresses : public ::testing::Test {
 protected:
  Check at(const std::vector<std::string>& addresses, const Options& options) {
    return look({.kind = "open_port", .url = {}, .port = counter.port(), .protocol = {}}, options, addresses);
  }
  ScriptedServer counter{[](Peer& peer) { peer.say("here\n"); }};
};

TEST_F(Addresses, WhatIsNotOfThePublicInternetIsNeverGoneToUnlessItIsAllowed) {
  const Options nothing_allowed;
  for (const auto* text : {"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254",
                           "192.0.2.10", "224.0.0.1", "0.0.0.0", "fe80::1%lo", "0x7f.1", "2130706433",
                           "0177.0.0.1", "127.1", "64:ff9b::7f00:1", "2002:7f00:1::", "localhost", ""}) {
    const auto check = at({text}, nothing_allowed);
    EXPECT_EQ(check.answer, Answer::kNotChecked) << text;
    EXPECT_TRUE(check.transcript.empty()) << text;
    EXPECT_NE(check.why.find("not of the public internet"), std::string::npos) << check.why;
  }
  EXPECT_EQ(counter.connections(), 0);
  EXPECT_EQ(at({"127.0.0.1"}, options_here()).answer, Answer::kConfirmed);
  EXPECT_EQ(at({"::ffff:127.0.0.1"}, options_here()).address, "127.0.0.1");
  EXPECT_EQ(at({"0x7f.1"}, options_here()).answer, Answer::kNotChecked)
      << "allowed is what is written plainly";
}

TEST_F(Addresses, WithoutOneNothingIsChecked) {
  const auto check = at({}, options_here());
  EXPECT_EQ(check.answer, Answer::kNotChecked);
  EXPECT_EQ(check.why, "the server's address is not known, or may be somebody else's by now");
}

TEST_F(Addresses, AFurtherOneIsLookedAtWhereTheFirstShowsNothing) {
  auto options = options_here();
  options.limits.connect = std::chrono::milliseconds(300);
  // Nobody listens at 127.0.0.2.
  const auto check = at({"127.0.0.2", "10.1.2.3", "127.0.0.1"}, options);
  EXPECT_EQ(check.answer, Answer::kConfirmed);
  EXPECT_EQ(check.address, "127.0.0.1");
}

TEST(Check, KindsThatCannotBeSeenFromOutsideSaySo) {
  for (const auto* kind : {"login_attack", "port_scan", "ddos", "other"}) {
    const auto check = look({.kind = kind, .url = {}, .port = {}, .protocol = {}});
    EXPECT_EQ(check.answer, Answer::kNotChecked);
    EXPECT_EQ(check.why, "nothing of this kind can be seen from outside");
  }
}

TEST(Check, TheWorstOfSeveralAnswersStandsForAll) {
  const auto with = [](Answer answer) {
    Check check;
    check.answer = answer;
    return check;
  };
  EXPECT_EQ(overall({}), Answer::kNotChecked);
  EXPECT_EQ(overall({with(Answer::kNotChecked), with(Answer::kUnreachable)}), Answer::kUnreachable);
  EXPECT_EQ(overall({with(Answer::kNotReproduced), with(Answer::kConfirmed)}), Answer::kConfirmed);
}

}  // namespace
}  // namespace rescue::outside
