// The smallest that stops a script's mailing.
#include "plan_script.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>

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
  /// A file that is not root's.
  void write_upload(const std::string& path, uid_t owner = 33) {
    server.write(path, "<?php mail();");
    server.give_to(owner, path);
  }
  testing::TestServer server;
};

TEST_F(PlanScript, R13_AScriptAmongUploadsIsTakenAway) {
  write_upload("/var/www/html/uploads/summer.php");
  const auto made = plan("/var/www/html/uploads/summer.php");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_FALSE(made.steps[0].files.at(0).after);
  EXPECT_EQ(made.steps[0].files[0].before->bytes, "<?php mail();");
  ASSERT_TRUE(server.files().remove("/var/www/html/uploads/summer.php"));
  EXPECT_EQ(plan("/var/www/html/uploads/summer.php").already.size(), 1U);
}

// Any local user can write the line that names a script into the log.
TEST_F(PlanScript, R13_WhatALogCanMakeUpIsNeverTakenAway) {
  write_upload("/root/.ssh/authorized_keys.php");
  write_upload("/home/user/.config/notes.php");
  write_upload("/var/www/html/uploads/.htaccess");
  write_upload("/var/www/html/uploads/real.php");
  std::filesystem::create_symlink("real.php", server.path("/var/www/html/uploads/link.php"));
  std::filesystem::create_directory_symlink("../../../../home/user/.config",
                                            server.path("/var/www/html/uploads/dir"));
  for (const auto* path :
       {"/root/.ssh/authorized_keys.php", "/home/user/.config/notes.php", "/var/www/html/uploads/.htaccess",
        "/var/www/html/uploads/link.php", "/var/www/html/uploads/dir/notes.php"}) {
    const auto made = plan(path);
    EXPECT_TRUE(made.steps.empty()) << path;
    EXPECT_EQ(made.manual.size(), 1U) << path;
  }
  EXPECT_EQ(plan("/var/www/html/uploads/real.php").steps.size(), 1U);
  write_upload("/var/www/html/uploads/roots.php", 0);
  EXPECT_EQ(plan("/var/www/html/uploads/roots.php").manual.size(), ::geteuid() == 0 ? 1U : 0U);
}

TEST_F(PlanScript, WhatNoRecordCanHoldIsAPersonsAndAnOddTimeIsTold) {
  const RunProgram run = [](const Command&) { return fail(ErrorCode::kNotFound, "program-missing", ""); };
  const Way way{.way = "abused_script", .script = "/var/www/html/uploads/m.php"};
  write_upload(way.script);
  const std::array<timespec, 2> times{};
  ASSERT_EQ(::utimensat(AT_FDCWD, server.path(way.script).c_str(), times.data(), 0), 0);
  const auto old = plan_response({server.files(), run}, {way});
  ASSERT_EQ(old.steps.size(), 1U);
  EXPECT_EQ(old.steps[0].notes.size(), 1U);
  std::filesystem::resize_file(server.path(way.script), 12U << 20U);
  const auto large = plan_response({server.files(), run}, {way});
  EXPECT_TRUE(large.steps.empty());
  EXPECT_EQ(large.manual.size(), 1U);
}

TEST_F(PlanScript, R13_OnlyBelowAServedFolderIsAPlaceOdd) {
  server.write("/etc/nginx/conf.d/a.conf", "server {\n  root /home/x/tmp/site;\n}\n");
  write_upload("/home/x/tmp/site/form.php");
  const auto made = plan("/home/x/tmp/site/form.php");
  ASSERT_EQ(made.steps.size(), 1U);
  EXPECT_EQ(made.steps[0].files.at(0).path.find("/etc/apache2/conf-enabled/rescue-"), 0U);
}

TEST_F(PlanScript, R13_OnlyAScriptThatIsNotThereIsGone) {
  EXPECT_EQ(plan("/var/www/html/gone.php").already.size(), 1U);
  // The log's reader cuts names at 256 bytes: another file is meant.
  const auto cut = plan("/var/www/html/" + std::string(242, 'a'));
  EXPECT_EQ(cut.manual.size(), 1U);
  EXPECT_TRUE(cut.already.empty());
  std::filesystem::create_symlink("loop.php", server.path("/var/www/html/loop.php"));
  EXPECT_EQ(plan("/var/www/html/loop.php").manual.size(), 1U);
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

// The module being installed does not say that it runs the site.
TEST_F(PlanScript, R13_WhereFastCgiMayRunTheSiteItsPoolIsStoppedToo) {
  server.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:77:77::/:/x\n");
  server.write("/var/www/html/form.php", "<?php mail();");
  server.write("/etc/nginx/sites-enabled/site", "server {\n root /var/www/html;\n}\n");
  EXPECT_EQ(plan("/var/www/html/form.php").manual.size(), 1U) << "no pool is clearly its own";
  server.write("/etc/php/8.2/fpm/pool.d/a.conf", "[a]\nuser = root\n");
  const auto both = plan("/var/www/html/form.php");
  ASSERT_EQ(both.steps.size(), 2U);
  EXPECT_TRUE(both.manual.empty());
  EXPECT_NE(both.steps[0].id, both.steps[1].id);
  for (const auto& step : both.steps)
    ASSERT_TRUE(server.files().put(step.files[0].path, *step.files[0].after));
  EXPECT_TRUE(plan("/var/www/html/form.php").steps.empty());
  server.write("/etc/nginx/sites-enabled/site",
               "server {\n root /var/www/html;\n location / { proxy_pass http://127.0.0.1:8080; }\n}\n");
  std::filesystem::remove(server.path("/etc/php/8.2/fpm/pool.d/a.conf"));
  EXPECT_TRUE(plan("/var/www/html/form.php").manual.empty()) << "nginx passes all of it on to apache";
  server.write("/etc/apache2/sites-enabled/000.conf",
               "DocumentRoot /var/www/html\nSetHandler \"proxy:unix:/run/php/x.sock|fcgi://localhost\"\n");
  EXPECT_EQ(plan("/var/www/html/form.php").manual.size(), 1U);
}

TEST_F(PlanScript, AFileOfSeveralPoolsIsAPersonsToDo) {
  std::filesystem::remove(server.path("/etc/apache2/mods-enabled/php8.2.load"));
  server.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:77:77::/:/x\n");
  server.write("/etc/php/8.2/fpm/pool.d/a.conf", "[a]\nuser = root\n[b]\nuser = other\n");
  server.write("/var/www/html/form.php", "<?php mail();");
  const auto made = plan("/var/www/html/form.php");
  EXPECT_TRUE(made.steps.empty()) << "the line would count for the other pool";
  EXPECT_EQ(made.manual.size(), 1U);
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
