#include "rescue/evidence/auth_message.hpp"

#include <gtest/gtest.h>

namespace rescue::evidence {
namespace {

Event parse(const std::string& program, const std::string& message) {
  static std::deque<std::string> kept;  // events borrow their line
  const auto& line = kept.emplace_back("Sep 13 02:02:11 web01 " + program + "[77]: " + message);
  Event event;
  if (!parse_auth_message(parse_syslog_line(line).value(), event)) event.kind = EventKind::kOther;
  return event;
}

TEST(Sshd, ReadsRefusedAndAcceptedLogIns) {
  auto event = parse("sshd", "Failed password for root from 203.0.113.45 port 40122 ssh2");
  EXPECT_EQ(event.kind, EventKind::kLoginFailed);
  EXPECT_EQ(std::tuple(event.account, event.address, event.port), std::tuple("root", "203.0.113.45", 40122));
  EXPECT_EQ(event.field(FieldName::kMethod), "password");
  event = parse("sshd", "Failed password for invalid user admin from 2001:db8::1 port 1 ssh2");
  EXPECT_EQ(event.account, "admin");
  EXPECT_EQ(event.field(FieldName::kInvalidUser), "1");
  event =
      parse("sshd", "Accepted publickey for ops from 198.51.100.9 port 50000 ssh2: ED25519 SHA256:abc+/x");
  EXPECT_EQ(event.kind, EventKind::kLoginAccepted);
  EXPECT_EQ(event.field(FieldName::kKey), "SHA256:abc+/x");
  event = parse("sshd", "Accepted keyboard-interactive/pam for ops from 198.51.100.9 port 50000 ssh2");
  EXPECT_EQ(event.field(FieldName::kMethod), "keyboard-interactive/pam");
}

TEST(Sshd, CountsFoldedLinesAndNotTheSameRefusalTwice) {
  auto event =
      parse("sshd", "message repeated 5 times: [ Failed password for root from 203.0.113.45 port 1 ssh2]");
  EXPECT_EQ(event.address, "203.0.113.45");
  EXPECT_EQ(event.field(FieldName::kRepeat), "5");
  event = parse("sshd", "Invalid user x from 203.0.113.45 port 1");
  EXPECT_EQ(event.field(FieldName::kRepeat), "0");
  event = parse("sshd",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
                "rhost=203.0.113.45  user=root");
  EXPECT_EQ(std::tuple(event.account, event.address), std::tuple("root", "203.0.113.45"));
  EXPECT_EQ(event.field(FieldName::kRepeat), "0");
}

TEST(Sshd, ANameThatLooksLikeAMessageAccusesNobody) {
  const std::string forged = "x from 198.51.100.1 port 22 ssh2";
  auto event =
      parse("sshd", "Failed password for invalid user " + forged + " from 203.0.113.45 port 40122 ssh2");
  EXPECT_EQ(std::tuple(event.account, event.address, event.port), std::tuple(forged, "203.0.113.45", 40122));
  event = parse("sshd", "Invalid user " + forged + " from 203.0.113.45 port 7");
  EXPECT_EQ(event.address, "203.0.113.45");
  event =
      parse("sshd", "Failed password for invalid user a ssh2: RSA SHA256:q from 203.0.113.45 port 7 ssh2");
  EXPECT_EQ(event.address, "203.0.113.45");
  EXPECT_EQ(event.field(FieldName::kKey), "");
  event = parse(
      "sshd",
      "Invalid user Accepted password for root from 198.51.100.1 port 22 ssh2 from 203.0.113.45 port 7");
  EXPECT_EQ(event.kind, EventKind::kLoginFailed);
  EXPECT_EQ(event.address, "203.0.113.45");
  event = parse("sshd", "Failed none for invalid user  from 203.0.113.45 port 7 ssh2");
  EXPECT_EQ(std::tuple(event.account, event.address), std::tuple("", "203.0.113.45"));
}

TEST(Sshd, LeavesWhatItDoesNotKnow) {
  for (const auto* text : {"Server listening on 0.0.0.0 port 22.", "Failed", "Accepted", "Failed password",
                           "", "Accepted password for x", "Failed password for x from  port 7 ssh2",
                           "message repeated 5 times: ["}) {
    EXPECT_EQ(parse("sshd", text).kind, EventKind::kOther) << text;
  }
}

TEST(Pam, ReadsSessions) {
  auto event = parse("sshd", "pam_unix(sshd:session): session opened for user ops(uid=1000) by (uid=0)");
  EXPECT_EQ(event.kind, EventKind::kSessionOpened);
  EXPECT_EQ(event.account, "ops");
  EXPECT_EQ(event.field(FieldName::kService), "sshd");
  event = parse("CRON", "pam_unix(cron:session): session closed for user root");
  EXPECT_EQ(event.kind, EventKind::kSessionClosed);
  EXPECT_EQ(event.account, "root");
}

TEST(SudoAndSu, TellWhoBecameWhom) {
  auto event = parse(
      "sudo", "  ops : TTY=pts/0 ; PWD=/home/ops ; USER=root ; COMMAND=/bin/sh -c 'a ; USER=x ; COMMAND=y'");
  EXPECT_EQ(event.kind, EventKind::kSudo);
  EXPECT_EQ(event.account, "ops");
  EXPECT_EQ(event.field(FieldName::kTarget), "root");
  EXPECT_EQ(event.field(FieldName::kCommand), "/bin/sh -c 'a ; USER=x ; COMMAND=y'");
  event = parse("sudo", "ops : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh");
  EXPECT_EQ(event.field(FieldName::kAction), "command not allowed");
  event = parse("su", "(to root) ops on pts/0");
  EXPECT_EQ(std::tuple(event.account, event.field(FieldName::kTarget)), std::tuple("ops", "root"));
}

TEST(Accounts, ReadsWhatTheToolsLog) {
  auto event =
      parse("useradd",
            "new user: name=evil, UID=1001, GID=1001, home=/home/evil, shell=/bin/bash, from=/dev/pts/0");
  EXPECT_EQ(event.kind, EventKind::kAccountAdded);
  EXPECT_EQ(std::tuple(event.account, event.field(FieldName::kUid)), std::tuple("evil", "1001"));
  event = parse("usermod", "add 'evil' to group 'sudo'");
  EXPECT_EQ(std::tuple(event.account, event.field(FieldName::kTarget)), std::tuple("evil", "sudo"));
  EXPECT_EQ(parse("userdel", "delete user 'evil'").kind, EventKind::kAccountRemoved);
  EXPECT_EQ(parse("passwd", "pam_unix(passwd:chauthtok): password changed for evil").account, "evil");
}

TEST(Cron, ReadsRunsAndEdits) {
  auto event = parse("CRON", "(root) CMD (cd / && run-parts --report (x) /etc/cron.hourly)");
  EXPECT_EQ(event.kind, EventKind::kCronRun);
  EXPECT_EQ(event.field(FieldName::kCommand), "cd / && run-parts --report (x) /etc/cron.hourly");
  event = parse("crontab", "(ops) REPLACE (ops)");
  EXPECT_EQ(event.kind, EventKind::kCronEdited);
  EXPECT_EQ(event.field(FieldName::kAction), "REPLACE");
  EXPECT_EQ(parse("cron", "(CRON) INFO (Running @reboot jobs)").kind, EventKind::kOther);
}

}  // namespace
}  // namespace rescue::evidence
