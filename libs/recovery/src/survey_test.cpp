// What a survey tells leaves the server: no password does.
#include "rescue/recovery/survey.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

Json settings(const testing::TestServer& server, const std::string& output) {
  const RunProgram run = [&](const Command&) -> Result<Ended> { return Ended{0, output}; };
  return survey({server.files(), run}).at("mail").at("settings");
}

TEST(Survey, R13_PasswordsInSettingsAreNotTold) {
  const testing::TestServer server;
  server.write("/etc/postfix/main.cf", "x = y\n");
  server.write("/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
  EXPECT_EQ(settings(server,
                     "mynetworks = 127.0.0.0/8\nsmtp_sasl_password_maps = static:me:hush\n"
                     "relay_maps = inline:{ a=hush }\nldap_bind_pw = hush\n"),
            Json({"mynetworks = 127.0.0.0/8", "smtp_sasl_password_maps = (not told)",
                  "relay_maps = (not told)", "ldap_bind_pw = (not told)"}));
  const testing::TestServer exim;
  exim.write("/usr/sbin/exim4", "");
  EXPECT_EQ(settings(exim,
                     "mysql_servers = localhost/mail/exim/hush\nno_mua_wrapper\n"
                     "x = ${lookup mysql{servers=a/b/c/hush; SELECT}}\n"),
            Json({"mysql_servers = (not told)", "no_mua_wrapper", "x = (not told)"}));
}

}  // namespace
}  // namespace rescue::recovery
