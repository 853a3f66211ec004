// Whose password it is that a mail server takes.
#include "smtp_auth.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

using Words = std::vector<std::string>;

class SmtpAuth : public ::testing::Test {
 protected:
  LoginSources sources() {
    const auto run = server.programs();
    return login_sources({server.files(), run});
  }
  testing::TestServer server;
};

TEST_F(SmtpAuth, R13_PostfixTellsItPerServiceAndCyrusInItsSettings) {
  EXPECT_FALSE(sources().any());
  server.write("/etc/postfix/main.cf", "smtpd_sasl_type = dovecot\n");
  EXPECT_FALSE(sources().any()) << "nobody can log in";
  server.write("/etc/postfix/master.cf",
               "submission inet n - y - - smtpd\n  -o smtpd_sasl_auth_enable=yes\n");
  EXPECT_TRUE(sources().dovecot);
  server.write("/etc/postfix/main.cf", "x = y\n");
  EXPECT_TRUE(sources().sasldb) << "Cyrus' default";
  server.write("/etc/postfix/sasl/smtpd.conf",
               "# pwcheck_method: auxprop\npwcheck_method: saslauthd\nmech_list: PLAIN login\n");
  EXPECT_FALSE(sources().sasldb);
  EXPECT_EQ(sources().others.size(), 1U) << "what saslauthd asks is not known";
  server.write("/etc/default/saslauthd", "START=yes\nMECHANISMS=\"pam\"\n");
  EXPECT_TRUE(sources().system);
  EXPECT_TRUE(sources().others.empty());
  server.write("/etc/pam.d/smtp", "auth required pam_mysql.so user=x\n");
  EXPECT_EQ(sources().others, Words{"PAM's module pam_mysql"});
  server.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: auxprop\nauxprop_plugin: sql\n");
  EXPECT_EQ(sources().others, Words{"Cyrus SASL's plugin sql"});
}

TEST(SmtpAuthText, R13_EximsAuthenticatorsAreReadByWhatTheyAsk) {
  LoginSources sources;
  bool saslauthd = false;
  add_exim_authenticators(
      "\nclient authenticator:\ndriver = plaintext\nserver_condition = \nclient_send = ^x^y\n"
      "\na authenticator:\ndriver = plaintext\nserver_condition = ${if "
      "crypteq{$auth3}{${lookup{$auth2}lsearch{/etc/shadow}{$value}}}}\n"
      "\nb authenticator:\ndriver = plaintext\nserver_condition = ${if saslauthd{{$auth2}{$auth3}}}\n"
      "\nc authenticator:\ndriver = dovecot\nserver_socket = /x\n"
      "\nd authenticator:\ndriver = plaintext\nserver_condition = ${if "
      "eq{$auth3}{${lookup{$auth2}lsearch{/etc/p}}}}\n"
      "\ne authenticator:\ndriver = plaintext\nserver_condition = ${if "
      "crypteq{$auth3}{${lookup{$auth2}wildlsearch{/etc/p}}}}\n"
      "\nf authenticator:\ndriver = cram_md5\nserver_secret = x\n",
      sources, saslauthd);
  EXPECT_TRUE(sources.dovecot);
  EXPECT_TRUE(sources.system);
  EXPECT_TRUE(saslauthd);
  EXPECT_TRUE(sources.files.empty());
  EXPECT_EQ(sources.others,
            (Words{"Exim's authenticator d", "Exim's authenticator e", "Exim's authenticator f"}))
      << "a password in clear is not written over with a known one";
}

TEST(SmtpAuthText, SaslauthdsWordsAreReadAsGetoptDoes) {
  EXPECT_EQ(saslauthd_of({"saslauthd", "-cam", "-m", "c"}).mechanism, "m");
  EXPECT_TRUE(saslauthd_of({"saslauthd", "-cam"}).remembers);
  EXPECT_FALSE(saslauthd_of({"saslauthd", "-m", "-c", "-a"}).remembers);
  EXPECT_EQ(saslauthd_of({"saslauthd", "-a", "shadow"}).mechanism, "shadow");
}

}  // namespace
}  // namespace rescue::recovery
