// The smallest that stops a script's mailing.
#include "plan_script.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

class PlanScript : public ::testing::Test {
 protected:
  PlanScript() {
    server.write("/etc/apache2/mods-enabled/php8.2.load", "");
    server.write("/etc/apache2/conf-enabled/x.conf", "");
    server.write("/etc/apache2/sites-enabled/000.conf",
                 "<VirtualHost *:80>\n  DocumentRoot /var/www/html\n</VirtualHost>\n");
    server.write("/var/www/html/index.php", std::string(300, 'x'));
  }
  ResponsePlan plan(const Way& way) {
    const RunProgram run = server.programs();
    ResponsePlan out;
    plan_script({server.files(), run}, way, out);
    return out;
  }
  ResponsePlan plan(const std::string& script) { return plan(Way{.way = "abused_script", .script = script}); }
  testing::TestServer server;
};

TEST_F(PlanScript, R13_AScriptAmongUploadsIsTakenAway) {
  server.write("/var/www/html/uploads/summer.php", "<?php mail();");
  const auto made = plan("/var/www/html/uploads/summer.php");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_FALSE(made.steps[0].files.at(0).after);
  EXPECT_EQ(made.steps[0].files[0].before->bytes, "<?php mail();");
  ASSERT_TRUE(server.files().remove("/var/www/html/uploads/summer.php"));
  EXPECT_EQ(plan("/var/www/html/uploads/summer.php").already.size(), 1U);
}

TEST_F(PlanScript, R13_OfAnApplicationOnlyTheMailIsStopped) {
  server.write("/var/www/html/blog/index.php", std::string(300, 'x'));
  server.write("/var/www/html/blog/lib/index.php", "<?php // Silence is golden.");
  server.write("/var/www/html/blog/lib/mailer.php", "<?php mail();");
  const auto made = plan("/var/www/html/blog/lib/mailer.php");
  ASSERT_EQ(made.steps.size(), 1U);
  const auto& file = made.steps[0].files.at(0);
  EXPECT_FALSE(file.before);
  EXPECT_NE(file.after->bytes.find(
                "<Directory \"/var/www/html/blog\">\n  php_admin_value sendmail_path \"/bin/false\""),
            std::string::npos)
      << file.after->bytes;
  ASSERT_TRUE(server.files().put(file.path, *file.after));
  EXPECT_TRUE(plan("/var/www/html/blog/lib/mailer.php").steps.empty());
}

TEST_F(PlanScript, R13_APoolOfItsUserSendsNoMail) {
  std::filesystem::remove(server.path("/etc/apache2/mods-enabled/php8.2.load"));
  server.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:77:77::/:/x\n");
  server.write("/etc/php/8.2/fpm/pool.d/a.conf", "[a]\nuser = root\n");
  server.write("/etc/php/8.2/fpm/pool.d/b.conf", "[b]\nuser = other\n");
  server.write("/var/www/html/form.php", "<?php mail();");
  const auto made = plan("/var/www/html/form.php");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].files.at(0).after->bytes,
            "[a]\nuser = root\nphp_admin_value[sendmail_path] = /bin/false\n");
}

TEST_F(PlanScript, R13_AUsersProgramsHandInNoMail) {
  server.write("/etc/postfix/main.cf", "x = y\n");
  const Way way{.way = "abused_script", .account = "www-data"};
  const auto made = plan(way);
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].files.at(0).after->bytes,
            "x = y\nauthorized_submit_users = !www-data, static:anyone\n");
  ASSERT_TRUE(server.files().put("/etc/postfix/main.cf", *made.steps[0].files[0].after));
  EXPECT_TRUE(plan(way).steps.empty());
  EXPECT_EQ(plan(Way{.way = "abused_script", .account = "root"}).manual.size(), 1U);
}

TEST_F(PlanScript, WhatCannotBeNamedInSettingsIsAPersonsToDo) {
  server.write("/var/www/html/a\"b/index.php", std::string(300, 'x'));
  server.write("/var/www/html/a\"b/m.php", "");
  EXPECT_EQ(plan("/var/www/html/a\"b/m.php").manual.size(), 1U);
  EXPECT_EQ(plan(Way{.way = "abused_script"}).manual.size(), 1U);
}

}  // namespace
}  // namespace rescue::recovery
