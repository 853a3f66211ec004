#include "rescue/recovery/sendmail_relay.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"
#include "rescue/recovery/survey.hpp"

namespace rescue::recovery {
namespace {

const std::string kHead = "Version 8.17.1.9\n Compiled with: DNSMAP\nEnter <ruleset> <address>\n> > > > > > ";
const std::string kRefusal =
    R"($# error $@ 5 . 7 . 1 $: "550 Relaying denied. Proper authentication required.")";

std::string asked() {
  return "check_rcpt         input: somebody @ another-trial . example . net\n"
         "Basic_check_rcpt   input: somebody @ another-trial . example . net\n";
}
std::string answered(const std::string& what) {
  return "Basic_check_rcpt returns: " + what + "\ncheckrcpt        returns: " + what + "\n";
}
std::string refused() {
  return asked() + "Relay_ok           input: somebody @ another-trial . example . net\n" +
         answered(kRefusal) + "check_rcpt       returns: " + kRefusal + "\n> > > > > > ";
}
/// A check that looks at the sender comes after the one for the recipient, and refuses all of them.
std::string relayed(const std::string& trace, const std::string& what = "RELAY") {
  return asked() + trace + answered(what) +
         "check_rcpt       returns: $# error $@ 5 . 5 . 4 $: \"553 Domain name required for sender address "
         "\"\n> ";
}

TEST(SendmailRelay, R12_IsClosedWhereAllAreRefused) {
  const auto said = read_sendmail_trial(kHead + refused() + refused() + refused());
  ASSERT_TRUE(said);
  EXPECT_FALSE(said->open);
  EXPECT_EQ(said->version, "8.17.1.9");
}

TEST(SendmailRelay, DoesNotSayWhereTheTraceBreaksOff) {
  EXPECT_FALSE(read_sendmail_trial(kHead + refused() + refused()));
  EXPECT_FALSE(read_sendmail_trial("sendmail: fatal: no such option"));
  EXPECT_FALSE(read_sendmail_trial(""));
}

TEST(SendmailRelay, NamesTheEntryOfTheTableThatOpensIt) {
  const std::string trace =
      "A                  input: < 198 . 51 > < ? > < + Connect > < 198 . 51 . 100 . 9 >\n"
      "A                  input: < 198 > < ? > < + Connect > < 198 . 51 . 100 . 9 >\n"
      "A                returns: < RELAY > < 198 . 51 . 100 . 9 >\n"
      "A                returns: < RELAY > < 198 . 51 . 100 . 9 >\n"
      "Relay_ok         returns: RELAY\n";
  const auto said = read_sendmail_trial(kHead + relayed(trace) + refused() + refused());
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->open);
  EXPECT_EQ(said->why, "the table /etc/mail/access says RELAY of 198 (Connect)");
  EXPECT_NE(said->what_to_change.find("\"Connect:198 RELAY\""), std::string::npos);
}

TEST(SendmailRelay, NamesTheClassAndTheFeatures) {
  const std::string client = "Relay_ok           input: somebody @ another-trial . example . net\n";
  const auto why = [](const std::string& output) { return read_sendmail_trial(output)->what_to_change; };
  EXPECT_NE(why(kHead + refused() + relayed(client) + refused()).find("/etc/mail/relay-domains"),
            std::string::npos);
  EXPECT_NE(
      why(kHead + relayed("Rcpt_ok          returns: RELAY\n") + refused() + refused()).find("relay-domains"),
      std::string::npos);
  EXPECT_NE(why(kHead + relayed("", "somebody @ another-trial . example . net") + refused() + refused())
                .find("promiscuous_relay"),
            std::string::npos);
  EXPECT_NE(why(kHead + refused() + refused() + relayed(client)).find("relay_local_from"), std::string::npos);
}

TEST(SendmailRelay, SettingsWithoutTheRuleLetEverybodyIn) {
  const std::string none = "> Undefined ruleset check_rcpt\n";
  const auto said = read_sendmail_trial(kHead + none + none + none);
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->open);
}

std::string real_trial(const std::string& name) {
  std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/tests/fuzz/corpus/sendmail_relay/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SendmailRelay, ReadsWhatSendmailPrints) {
  EXPECT_FALSE(read_sendmail_trial(real_trial("closed"))->open);
  EXPECT_NE(read_sendmail_trial(real_trial("promiscuous"))->what_to_change.find("promiscuous_relay"),
            std::string::npos);
  const auto table = read_sendmail_trial(real_trial("table"));
  EXPECT_EQ(table->why, "the table /etc/mail/access says RELAY of 203 (Connect)");
  EXPECT_EQ(table->version, "8.17.1.9");
}

class SendmailServer : public testing::TestServer {
 public:
  SendmailServer() {
    write("/etc/mail/sendmail.cf", "V10/Berkeley\n");
    write("/usr/libexec/sendmail/sendmail", "", 0755);
  }
  RunProgram says(const std::string& output) {
    return [this, output](const Command& command) -> Result<Ended> {
      asked.push_back(command);
      return Ended{0, command.arguments.empty() ? "" : output};
    };
  }
};

TEST(SendmailRelay, R13_ClosingItIsAPersons) {
  SendmailServer server;
  const auto run = server.says(kHead + relayed("") + refused() + refused());
  const auto plan = plan_response({server.files(), run}, {});
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_TRUE(plan.relay_open);
  ASSERT_EQ(plan.manual.size(), 1U);
  EXPECT_EQ(plan.manual[0].title, "Close sendmail's relay by hand");
  EXPECT_FALSE(verify({server.files(), run}, {})["ended"].get<bool>());
  const auto told = survey({server.files(), run})["mail"];
  EXPECT_EQ(told["system"], "sendmail");
  EXPECT_EQ(told["relay"]["open"], true);
  EXPECT_LE(sendmail_questions().size(), 4'096U);  // what a program is given to read
}

TEST(SendmailRelay, AClosedOneIsDoneAlready) {
  SendmailServer server;
  const auto run = server.says(kHead + refused() + refused() + refused());
  const auto plan = plan_response({server.files(), run}, {});
  EXPECT_TRUE(plan.manual.empty());
  EXPECT_FALSE(plan.relay_open);
  EXPECT_EQ(plan.already.back(), "Sendmail refuses to relay for strangers.");
  const auto silent = server.says("");
  EXPECT_EQ(plan_response({server.files(), silent}, {}).manual.size(), 1U);
}

}  // namespace
}  // namespace rescue::recovery
