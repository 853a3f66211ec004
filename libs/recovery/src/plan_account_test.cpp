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
  EXPECT_EQ(step.actions[3].ends, "smtp-sessions");
  EXPECT_TRUE(step.files[0].by_line);
}

TEST_F(PlanAccount, R13_ASaslauthdThatRemembersPasswordsForgetsThem) {
  server.write("/proc/77/comm", "saslauthd\n");
  server.write("/proc/77/cmdline", std::string("/usr/sbin/saslauthd\0-a\0pam\0-c\0", 31));
  const auto by_hand = plan("sales");
  EXPECT_EQ(by_hand.manual.size(), 1U) << "nothing says that it would start again";
  EXPECT_EQ(by_hand.steps[0].actions.size(), 4U);
  ASSERT_TRUE(server.files().put("/etc/shadow", *by_hand.steps[0].files[0].after));
  EXPECT_EQ(plan("sales").manual.size(), 1U) << "as long as nobody has looked";
  ASSERT_TRUE(server.files().put("/etc/shadow", *by_hand.steps[0].files[0].before));
  server.write("/etc/init.d/saslauthd", "");
  server.write("/etc/default/saslauthd", "MECHANISMS=pam\nSTART=yes\n");
  const auto made = plan("sales");
  EXPECT_TRUE(made.manual.empty());
  EXPECT_EQ(made.steps[0].actions[0].arguments, (std::vector<std::string>{"saslauthd", "restart"}));
  server.write("/proc/77/cmdline", std::string("/usr/sbin/saslauthd\0-a\0pam\0", 28));
  EXPECT_EQ(plan("sales").steps[0].actions.size(), 4U);
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
  const std::string refused =
      "passdb {\n  args = /etc/dovecot/rescue-refused-users\n  deny = yes\n  driver = passwd-file\n}\n";
  made = plan("sales@example.jp", refused + "passdb {\n  driver = sql\n}\n");
  EXPECT_TRUE(made.steps.empty());
  EXPECT_EQ(made.already.size(), 1U);
  made = plan("info@example.jp", refused + "passdb {\n  driver = sql\n}\n");
  ASSERT_EQ(made.steps.at(0).files.size(), 2U);
  EXPECT_EQ(made.steps[0].files[0].after->bytes, "sales@example.jp\ninfo@example.jp\n");
  EXPECT_FALSE(made.steps[0].files[1].before) << "the settings go with the last user";
}

TEST_F(PlanAccount, R13_ADomainsMailboxIsNotTheSystemsUserOfThatName) {
  server.write("/etc/dovecot/users", "sales@example.jp:{PLAIN}x:5000:5000::/v::\nsales:{PLAIN}y\n", 0640);
  const std::string pam = "passdb {\n  driver = pam\n}\n";
  auto made =
      plan("sales@example.jp", "passdb {\n  args = /etc/dovecot/users\n  driver = passwd-file\n}\n" + pam);
  ASSERT_EQ(made.steps.size(), 1U);
  ASSERT_EQ(made.steps[0].files.size(), 1U) << "the file answers first";
  EXPECT_EQ(made.steps[0].files[0].after->bytes,
            "sales@example.jp:{CRYPT}!:5000:5000::/v::\nsales:{PLAIN}y\n");
  server.write("/etc/dovecot/dovecot.conf", "x = y\n!include conf.d/*.conf\n");
  server.write("/etc/dovecot/conf.d/10-auth.conf", "");
  for (const auto* first : {"driver = sql", "driver = passwd-file\n  args = /etc/dovecot/%d/users"}) {
    made = plan("sales@example.jp", "passdb {\n  " + std::string(first) + "\n}\n" + pam);
    ASSERT_EQ(made.steps.size(), 1U) << first;
    EXPECT_EQ(made.steps[0].files.at(0).path, "/etc/dovecot/rescue-refused-users") << first;
  }
  EXPECT_EQ(plan("sales@example.jp", pam).steps.at(0).files.at(0).path, "/etc/shadow")
      << "nothing else could have answered";
}

TEST_F(PlanAccount, R13_WhereDovecotDoesNotTellItsSourcesAPersonLooks) {
  EXPECT_EQ(plan("sales", "protocols = imap\n").manual.size(), 1U);
  EXPECT_EQ(plan("sales", "").manual.size(), 1U) << "doveconf fails";
  server.write("/etc/dovecot/dovecot.conf", "x = y\n!include conf.d/*.conf\n");
  const auto newer = plan("sales@example.jp", "passdb sql {\n  query = SELECT\n}\n");
  EXPECT_EQ(newer.manual.size(), 1U) << "settings of 2.4 are not written";
  EXPECT_TRUE(newer.steps.empty());
}

TEST_F(PlanAccount, R13_WhoThisServerIsReachedByIsNotShutOut) {
  server.write("/proc/" + std::to_string(::getpid()) + "/loginuid", "1001");
  const auto made = plan("sales");
  EXPECT_TRUE(made.steps.empty());
  ASSERT_EQ(made.manual.size(), 1U);
  EXPECT_EQ(made.manual[0].why, "this server is reached by it: give it a new password first");
}

/// sasldb as lines of text, and Cyrus' programs for it.
RunProgram cyrus(const testing::TestServer& server, bool works, std::vector<std::string>& copies) {
  return [&server, works, &copies](const Command& command) -> Result<Ended> {
    const auto& words = command.arguments;
    if (command.program == "/usr/sbin/sasldblistusers2") return Ended{0, server.text(words.at(1))};
    if (command.program != "/usr/sbin/saslpasswd2") return fail(ErrorCode::kNotFound, "program-missing", "");
    copies.push_back(words.at(2));
    if (!works) return Ended{0, ""};
    auto text = server.text(words.at(2));
    const auto line = words.at(5) + "@" + words.at(4) + ": userPassword\n";
    server.write(words.at(2), text.erase(text.find(line), line.size()), 0600);
    return Ended{0, ""};
  };
}

TEST_F(PlanAccount, R13_OfSasldbTheEntryOfTheServersRealmIsTakenOutAndLookedForAgain) {
  const std::string rest = "sales@b.example: userPassword\nsales2@a.example: userPassword\n";
  server.write("/etc/sasldb2", "sales@a.example: userPassword\n" + rest, 0640);
  server.write("/etc/postfix/main.cf", "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_local_domain = a.example\n");
  std::vector<std::string> copies;
  const Way way{.way = "abused_account", .account = "sales"};
  auto run = cyrus(server, true, copies);
  ResponsePlan made;
  plan_account({server.files(), run}, way, made);
  ASSERT_EQ(made.steps.size(), 1U);
  ASSERT_EQ(made.steps[0].files.size(), 1U);
  EXPECT_EQ(made.steps[0].files[0].after->bytes, rest);
  EXPECT_NE(copies.at(0).find(std::to_string(::getpid())), std::string::npos)
      << "a name of this process' own";
  EXPECT_FALSE(std::filesystem::exists(server.path(copies.at(0))));
  run = cyrus(server, false, copies);
  ResponsePlan left;
  plan_account({server.files(), run}, way, left);
  EXPECT_TRUE(left.steps.empty()) << "it is still in there";
  EXPECT_EQ(left.manual.size(), 1U);
  run = cyrus(server, true, copies);
  server.write("/etc/postfix/main.cf", "smtpd_sasl_auth_enable = yes\n");
  ResponsePlan unknown;
  plan_account({server.files(), run}, way, unknown);
  EXPECT_TRUE(unknown.steps.empty()) << "which realm is meant is not known";
  EXPECT_EQ(unknown.manual.size(), 1U);
  ResponsePlan whole;
  plan_account({server.files(), run}, {.way = "abused_account", .account = "sales@b.example"}, whole);
  ASSERT_EQ(whole.steps.size(), 1U);
  ASSERT_EQ(whole.steps[0].files.size(), 1U) << "the system's sales is another user";
  EXPECT_EQ(whole.steps[0].files[0].path, "/etc/sasldb2");
}

/// An Exim that tells this authenticator.
RunProgram exim_with(const std::string& condition) {
  return [condition](const Command& command) -> Result<Ended> {
    if (command.program != "/usr/sbin/exim4") return fail(ErrorCode::kNotFound, "program-missing", "");
    return Ended{0, "\nplain_server authenticator:\ndriver = plaintext\nserver_condition = " + condition +
                        "\nserver_set_id = $auth2\n"};
  };
}

TEST_F(PlanAccount, R13_AUserOfEximsOwnFileIsShutThereAndNotTheSystems) {
  server.write("/usr/sbin/exim4", "");
  server.write("/etc/exim4/passwd", "info:$1$i\nsales:$1$xx$yy:rest\n", 0640);
  const Way way{.way = "abused_account", .account = "sales"};
  const std::string file =
      "${if "
      "crypteq{$auth3}{${extract{1}{:}{${lookup{$auth2}lsearch{/etc/exim4/passwd}{$value}{*:*}}}}}{1}{0}}";
  auto run = exim_with(file);
  ResponsePlan made;
  plan_account({server.files(), run}, way, made);
  ASSERT_EQ(made.steps.size(), 1U);
  ASSERT_EQ(made.steps[0].files.size(), 1U);
  EXPECT_EQ(made.steps[0].files[0].path, "/etc/exim4/passwd");
  EXPECT_EQ(made.steps[0].files[0].after->bytes, "info:$1$i\nsales:{CRYPT}!:rest\n");
  for (const auto* condition : {"${lookup mysql{SELECT 1}}", "${readsocket{/run/x}{$auth2 $auth3}}", ""}) {
    run = exim_with(condition);
    ResponsePlan left;
    plan_account({server.files(), run}, way, left);
    EXPECT_TRUE(left.steps.empty()) << condition << ": the system's user is not known to be the account";
    EXPECT_EQ(left.manual.size(), 1U) << condition;
  }
}

TEST_F(PlanAccount, R13_SaslauthdThatRemembersIsStartedAgain) {
  server.write("/etc/postfix/main.cf", "smtpd_sasl_auth_enable = yes\n");
  server.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n");
  server.write("/proc/77/comm", "saslauthd\n");
  server.write("/proc/77/cmdline", std::string("saslauthd\0-a\0shadow\0-cm\0/run/saslauthd\0", 38));
  server.write("/etc/init.d/saslauthd", "");
  server.write("/etc/default/saslauthd", "START=yes\n");
  auto made = plan("sales", "");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].files.at(0).path, "/etc/shadow");
  const auto& first = made.steps[0].actions.at(0);
  EXPECT_EQ(first.arguments, (std::vector<std::string>{"saslauthd", "restart"}));
  EXPECT_TRUE(first.on_undo);
  EXPECT_TRUE(made.manual.empty());
  std::filesystem::remove(server.path("/etc/init.d/saslauthd"));
  made = plan("sales", "");
  EXPECT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.manual.size(), 1U) << "nobody knows how it is started";
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
