// Where an account's password is known from decides what shuts it.
#include "plan_account.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

class PlanAccount : public ::testing::Test {
 protected:
  PlanAccount() {
    server.write("/etc/passwd",
                 "root:x:0:0::/root:/bin/sh\nsales:x:1001:1001::/home/sales:/usr/sbin/nologin\n");
    server.write("/etc/shadow", "root:$y$r:1::::::\nsales:$y$s:1::::::\n", 0640);
  }
  ResponsePlan plan(const std::string& account,
                    const std::string& doveconf = "passdb {\n  driver = pam\n}\n") {
    const RunProgram run = [&](const Command& command) -> Result<Ended> {
      return Ended{command.program == "/usr/bin/doveconf" && !doveconf.empty() ? 0 : 1, doveconf};
    };
    ResponsePlan out;
    plan_account({server.files(), run},
                 {.way = "abused_account", .account = account, .addresses = {"192.0.2.1"}}, out);
    return out;
  }
  testing::TestServer server;
};

TEST_F(PlanAccount, R13_ASystemUserIsLockedAndItsSessionsEnd) {
  const auto made = plan("sales");
  ASSERT_EQ(made.steps.size(), 1U);
  const auto& step = made.steps[0];
  EXPECT_EQ(step.id, "suspend-account:sales");
  ASSERT_EQ(step.files.size(), 1U);
  EXPECT_EQ(step.files[0].after->bytes, "root:$y$r:1::::::\nsales:!$y$s:1::::::\n");
  EXPECT_TRUE(step.files[0].secret);
  EXPECT_EQ(describe(step)["files"][0].count("lines"), 0U) << "no password in a plan";
  ASSERT_EQ(step.actions.size(), 4U);
  EXPECT_EQ(step.actions[2].of, "1001");
  EXPECT_EQ(step.actions[3].addresses, std::vector<std::string>{"192.0.2.1"});
}

TEST_F(PlanAccount, R13_ALockedOneIsNotLockedAgain) {
  ASSERT_TRUE(server.files().put("/etc/shadow", *plan("sales").steps[0].files[0].after));
  const auto made = plan("sales@example.jp");
  EXPECT_TRUE(made.steps.empty());
  EXPECT_EQ(made.already, std::vector<std::string>{"The account sales@example.jp cannot log in any more."});
}

TEST_F(PlanAccount, R13_AUserOfAFileOfDovecotsIsShutThere) {
  server.write("/etc/dovecot/users", "sales@example.jp:{PLAIN}x:5000:5000::/v::\n", 0640);
  const auto made =
      plan("sales@example.jp", "passdb {\n  args = /etc/dovecot/users\n  driver = passwd-file\n}\n");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].files[0].path, "/etc/dovecot/users");
  EXPECT_EQ(made.steps[0].files.size(), 1U) << "the user of the system is another one";
}

TEST_F(PlanAccount, R13_BeforeADataBaseTheUserIsRefused) {
  server.write("/etc/dovecot/dovecot.conf", "x = y\n!include conf.d/*.conf\n");
  server.write("/etc/dovecot/conf.d/10-auth.conf", "");
  auto made = plan("sales@example.jp", "passdb {\n  args = /etc/dovecot/sql.conf\n  driver = sql\n}\n");
  ASSERT_EQ(made.steps.size(), 1U);
  ASSERT_EQ(made.steps[0].files.size(), 2U);
  for (const auto& file : made.steps[0].files) ASSERT_TRUE(server.files().put(file.path, *file.after));
  made = plan("sales@example.jp", "passdb {\n  driver = sql\n}\n");
  EXPECT_TRUE(made.steps.empty());
  made = plan("info@example.jp", "passdb {\n  driver = sql\n}\n");
  ASSERT_EQ(made.steps.at(0).files.size(), 1U);
  EXPECT_EQ(made.steps[0].files[0].after->bytes, "sales@example.jp\ninfo@example.jp\n");
}

TEST_F(PlanAccount, WhatNoFileHasIsAPersonsToDo) {
  EXPECT_EQ(plan("nobody-here").manual.size(), 1U);
  EXPECT_EQ(plan("root").manual.at(0).why, "it is root's");
  EXPECT_EQ(plan("").manual.size(), 1U);
  EXPECT_EQ(plan("sales@example.jp", "passdb {\n  driver = ldap\n}\n").manual.size(), 1U)
      << "Dovecot's settings include no folder";
  for (const auto* account : {"nobody-here", "root", ""}) EXPECT_TRUE(plan(account).steps.empty()) << account;
}

}  // namespace
}  // namespace rescue::recovery
