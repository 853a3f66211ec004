// Settings are changed where they stand; every other byte stays.
#include "rescue/recovery/postfix_text.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

TEST(PostfixText, ASettingIsReplacedWithTheLinesThatGoOnIt) {
  EXPECT_EQ(with_setting("a = 1\nmynetworks = 0.0.0.0/0\n  192.0.2.0/24\n# mine\n  ::/0\nb = 2\n",
                         "mynetworks", "127.0.0.0/8"),
            "a = 1\nmynetworks = 127.0.0.0/8\n# mine\nb = 2\n");
}

TEST(PostfixText, TheLastOneCounts) {
  EXPECT_EQ(with_setting("x = 1\nx=2\n", "x", "3"), "x = 1\nx = 3\n");
}

TEST(PostfixText, ASettingThatIsNotThereIsAdded) {
  EXPECT_EQ(with_setting("a = 1", "x", "3"), "a = 1\nx = 3\n");
  EXPECT_EQ(with_setting("#x = 1\n", "x", "3"), "#x = 1\nx = 3\n");
  EXPECT_EQ(with_setting("", "x", "3"), "x = 3\n");
}

TEST(PostfixText, AnOverrideIsReplacedInEveryForm) {
  const std::string master =
      "smtp inet n - y - - smtpd\n"
      "submission inet n - y - - smtpd -o syslog_name=postfix/submission\n"
      "  -o smtpd_relay_restrictions=permit\n"
      "# -o smtpd_relay_restrictions=other\n"
      "  -osmtpd_relay_restrictions=permit -o { smtpd_relay_restrictions = permit, reject }\n"
      "pickup unix n - y 60 1 pickup -o smtpd_relay_restrictions=permit\n";
  EXPECT_EQ(with_override(master, 2, "smtpd_relay_restrictions", "reject"),
            "smtp inet n - y - - smtpd\n"
            "submission inet n - y - - smtpd -o syslog_name=postfix/submission\n"
            "  -o smtpd_relay_restrictions=reject\n"
            "# -o smtpd_relay_restrictions=other\n"
            "  -osmtpd_relay_restrictions=reject -o { smtpd_relay_restrictions =reject }\n"
            "pickup unix n - y 60 1 pickup -o smtpd_relay_restrictions=permit\n");
  EXPECT_EQ(with_override(master, 1, "smtpd_relay_restrictions", "reject"), master);
  EXPECT_EQ(with_override(master, 99, "x", "y"), master);
}

TEST(PostfixText, AWordIsTakenOutOfItsLineAlone) {
  EXPECT_EQ(without_word("127.0.0.0/8\n 0.0.0.0/0 \n# 0.0.0.0/0\n", "0.0.0.0/0"),
            "127.0.0.0/8\n# 0.0.0.0/0\n");
  EXPECT_EQ(without_word("192.0.2.0/24, 0.0.0.0/0\n0.0.0.0/0 198.51.100.7/32\n", "0.0.0.0/0"),
            "192.0.2.0/24\n198.51.100.7/32\n");
}

}  // namespace
}  // namespace rescue::recovery
