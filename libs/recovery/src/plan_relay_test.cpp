// What the mail server's own programs say is asked, never guessed: no answer is no refusal.
#include <gtest/gtest.h>

#include "plan_exim_relay.hpp"
#include "recovery_testing.hpp"
#include "rescue/recovery/postfix_server.hpp"

namespace rescue::recovery {
namespace {

using testing::TestServer;

constexpr const char* kWarning =
    "/usr/sbin/postconf: warning: /etc/postfix/main.cf: unused parameter: my_list=foo, reject\n";

class PlanRelay : public ::testing::Test {
 protected:
  PlanRelay() { server.write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n"); }
  ResponsePlan plan_postfix() {
    const RunProgram run = [this](const Command& command) -> Result<Ended> {
      if (command.program != "/usr/sbin/postconf") return Ended{1, "", errors};
      const auto at = settings.find(command.arguments.back());
      if (command.arguments.front() == "-h" && !old) return Ended{1, ""};
      if (command.arguments.front() == "-xh" && old) return Ended{1, "", "unknown option"};
      return Ended{0, (at == settings.end() ? "" : at->second) + "\n", kWarning};
    };
    ResponsePlan plan;
    plan_postfix_relay({server.files(), run}, plan);
    return plan;
  }
  ResponsePlan plan_exim(const std::string& dialogue) {
    const RunProgram run = [&](const Command& command) -> Result<Ended> {
      if (command.arguments.front() == "-bV")
        return Ended{0, "Configuration file is /etc/exim4/exim4.conf\n"};
      if (dialogue.empty()) return fail(ErrorCode::kTimeout, "program-timed-out", "x");
      return Ended{0, dialogue, ">>> 250 250 250\n"};
    };
    ResponsePlan plan;
    plan_exim_relay({server.files(), run}, plan);
    return plan;
  }
  TestServer server;
  std::map<std::string, std::string> settings{
      {"mail_version", "3.7.11"},
      {"mynetworks", "127.0.0.0/8"},
      {"smtpd_relay_restrictions", "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"}};
  std::string errors;
  bool old = false;
};

TEST_F(PlanRelay, R13_AWarningOfPostconfsIsNoSetting) {
  server.write("/etc/postfix/main.cf", "mynetworks = 0.0.0.0/0\nmy_list = foo, reject\n");
  EXPECT_EQ(plan_postfix().steps.size(), 1U) << "the word reject stands in the warning alone";
  settings["smtpd_relay_restrictions"] = "";
  server.write("/etc/postfix/main.cf",
               "smtpd_recipient_restrictions = check_client_access static:OK, "
               "reject_unauth_destination\nmy_list = foo, reject\n");
  const auto plan = plan_postfix();
  ASSERT_EQ(plan.steps.size(), 1U);
  const auto& after = plan.steps[0].files.at(0).after->bytes;
  EXPECT_EQ(after.find("warning"), std::string::npos) << after;
}

TEST_F(PlanRelay, R13_AValueThatIsNoListIsAPersons) {
  server.write("/etc/postfix/main.cf", "x = y\n");
  EXPECT_EQ(plan_postfix().already.size(), 1U);
  for (const auto* odd : {"permit_mynetworks\nreject", "postconf: warning", "${a?{reject}}"}) {
    settings["smtpd_relay_restrictions"] = odd;
    const auto plan = plan_postfix();
    EXPECT_TRUE(plan.already.empty()) << odd;
    EXPECT_TRUE(plan.steps.empty());
    EXPECT_EQ(plan.manual.size(), 1U);
  }
}

TEST_F(PlanRelay, R13_ATableThatCannotBeAskedIsNoRefusal) {
  server.write("/etc/postfix/main.cf",
               "smtpd_relay_restrictions = check_client_access mysql:/etc/postfix/x, reject\n");
  errors = "postmap: warning: mysql:/etc/postfix/x: a key twice\n";
  EXPECT_EQ(plan_postfix().already.size(), 1U) << "it said that it knows nobody";
  errors = "postmap: fatal: unsupported dictionary type: mysql\n";
  EXPECT_EQ(plan_postfix().manual.size(), 1U);
}

TEST_F(PlanRelay, R13_OldPostconfIsAskedInItsOwnWay) {
  old = true;
  settings = {{"mail_version", "2.6.6"},
              {"mydestination", "$myhostname"},
              {"relay_domains", "$mydestination"},
              {"smtpd_recipient_restrictions", "permit_mynetworks, reject_unauth_destination"}};
  server.write("/etc/postfix/main.cf", "mynetworks = 127.0.0.0/8\n");
  EXPECT_EQ(plan_postfix().already.size(), 1U);
  server.write("/etc/postfix/main.cf", "mynetworks = 0.0.0.0/0\n");
  EXPECT_EQ(plan_postfix().steps.size(), 1U);
}

TEST_F(PlanRelay, R13_EximThatSaysNothingIsNotTakenForClosed) {
  server.write("/usr/sbin/exim4", "");
  server.write("/etc/exim4/exim4.conf", "acl_smtp_rcpt = acl_rcpt\n");
  EXPECT_EQ(plan_exim("220 x\n250 x\n250 OK\n550 relay not permitted\n").already.size(), 1U);
  for (const auto* said : {"", "220 x\n550 no HELO of yours\n", "220 x\n250 x\n250 OK\n451 later\n",
                           "220 x\n250 x\n250 OK\n250 Accepted\n"}) {
    const auto plan = plan_exim(said);
    EXPECT_TRUE(plan.already.empty()) << said;
    EXPECT_EQ(plan.manual.size(), 1U) << said;
    EXPECT_EQ(plan.relay_open, std::string_view(said).ends_with("Accepted\n")) << said;
  }
}

TEST_F(PlanRelay, R13_AnOpenRelayThatNoStepClosesIsKnownToBeOpen) {
  server.write("/etc/postfix/main.cf", "mynetworks = 127.0.0.0/8 cidr:/etc/postfix/nets\n");
  server.write("/etc/postfix/nets", "203.0.113.0/24 OK\n0.0.0.0/0 OK\n");
  const auto plan = plan_postfix();
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_EQ(plan.manual.size(), 1U);
  EXPECT_TRUE(plan.relay_open);
}

}  // namespace
}  // namespace rescue::recovery
