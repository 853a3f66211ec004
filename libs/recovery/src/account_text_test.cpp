// One account is shut, every other byte stays.
#include "rescue/recovery/account_text.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

TEST(AccountText, R13_OnlyTheAbusedAccountsPasswordIsLocked) {
  const std::string shadow = "root:*:1::::::\nsales:$y$j9T$x:19000:0:99999:7:::\nsales2:$y$z:1::::::\n";
  EXPECT_EQ(with_locked_password(shadow, "sales"),
            "root:*:1::::::\nsales:!$y$j9T$x:19000:0:99999:7:::\nsales2:$y$z:1::::::\n");
  EXPECT_EQ(with_locked_password(*with_locked_password(shadow, "sales"), "sales"),
            with_locked_password(shadow, "sales"));
  EXPECT_EQ(with_locked_password(shadow, "root"), shadow);
  EXPECT_EQ(with_locked_password("a::1\n", "a"), "a:!:1\n") << "no password at all lets everybody in";
  for (const auto* nobody : {"", "sale", "none", "sales:", "x\nroot"})
    EXPECT_EQ(with_locked_password(shadow, nobody), std::nullopt) << nobody;
}

TEST(AccountText, R13_ADovecotUserKeepsTheMailAndLosesThePassword) {
  const std::string users =
      "# users\ninfo@example.jp:{SHA512-CRYPT}$6$a:5000:5000::/var/mail/info::\nsales@example.jp:{PLAIN}x\n";
  EXPECT_EQ(with_unusable_password(users, "info@example.jp"),
            "# users\ninfo@example.jp:{CRYPT}!:5000:5000::/var/mail/info::\nsales@example.jp:{PLAIN}x\n");
  EXPECT_EQ(
      with_unusable_password(users, "sales@example.jp"),
      "# users\ninfo@example.jp:{SHA512-CRYPT}$6$a:5000:5000::/var/mail/info::\nsales@example.jp:{CRYPT}!\n");
  EXPECT_EQ(with_unusable_password(users, "sales"), std::nullopt);
}

TEST(AccountText, WhereDovecotKnowsPasswordsFromIsReadFromItsSettings) {
  const auto sources = password_sources(
      "# 2.3.19\nprotocols = imap\npassdb {\n  args = scheme=CRYPT username_format=%u /etc/dovecot/users\n  "
      "driver = passwd-file\n}\n"
      "passdb {\n  driver = pam\n}\nservice auth {\n  unix_listener x {\n    mode = 0660\n  }\n}\npassdb {\n "
      " args = /etc/dovecot/%d/users\n  deny = yes\n  driver = passwd-file\n}\n");
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].path, "/etc/dovecot/users");
  EXPECT_EQ(sources[1].driver, "pam");
  EXPECT_EQ(sources[2].path, "");
  EXPECT_TRUE(sources[2].deny);
}

TEST(AccountText, ABlockWithANameIsASourceToo) {
  const auto sources = password_sources(
      "passdb sql {\n  query = SELECT\n}\npassdb first {\n  driver = passwd-file\n  passwd_file_path = "
      "/etc/dovecot/users\n}\npassdb_default_password_scheme = X\n");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].driver, "sql");
  EXPECT_TRUE(sources[0].named);
  EXPECT_EQ(sources[1].driver, "passwd-file");
  EXPECT_EQ(sources[1].path, "/etc/dovecot/users");
}

TEST(AccountText, AUsersIdIsANumber) {
  EXPECT_EQ(user_id("root:x:0:0::/root:/bin/sh\nsales:x:1001:1001::/:/x\n", "sales"), 1001U);
  for (const auto* odd : {"sales:x:", "sales:x", "sales:x:a:b", "sales:x:99999999999:1", ""})
    EXPECT_EQ(user_id(odd, "sales"), std::nullopt) << odd;
}

}  // namespace
}  // namespace rescue::recovery
