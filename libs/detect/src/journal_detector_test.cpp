#include <gtest/gtest.h>

#include "journal_holes.hpp"
#include "mini_root.hpp"

namespace rescue::detect {
namespace {

const std::string kFolder = "/var/log/journal/0123456789abcdef0123456789abcdef";
const std::string kSystem = kFolder + "/system.journal";
constexpr auto kPasswd = "root:x:0:0:root:/root:/bin/bash\nwebadmin:x:1000:1000::/home/webadmin:/bin/bash\n";

std::string minute(int n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

/// Thirty guesses and a log-in, as a text log or as a journal tells them; the log-in may be left out.
std::string guessed(bool journal, bool with_login = true) {
  const auto line = [&](const std::string& second, int pid, const std::string& message) {
    const auto tag = "sshd[" + std::to_string(pid) + "]";
    return "2026-09-12T02:00:" + second +
           (journal ? ".4Z " + tag + " 0 /usr/sbin/sshd: " : "+00:00 web01 " + tag + ": ") + message + "\n";
  };
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += line(minute(i), 3000 + i,
                 "Failed password for u" + std::to_string(i % 5) + " from 203.0.113.45 port 1 ssh2");
  }
  if (with_login) text += line("40", 3100, "Accepted password for webadmin from 203.0.113.45 port 2 ssh2");
  return text + line("55", 3200, "Failed password for root from 203.0.113.45 port 1 ssh2");
}

std::vector<Json> findings_of(const Json& document, const std::string& rule) {
  std::vector<Json> found;
  for (const auto& finding : document.at("findings")) {
    if (finding.at("rule") == rule) found.push_back(finding);
  }
  return found;
}

TEST(JournalDetector, AServerThatHasOnlyTheJournalIsJudgedByIt) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write(kSystem, "journal:\n" + guessed(true));
  const auto document = root.investigate();
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "confirmed");
  EXPECT_TRUE(document.at("cause").at("known"));
  const auto found = findings_of(document, "ssh.guessed_login");
  ASSERT_EQ(found.size(), 1U);
  const auto& evidence = found[0].at("evidence").at(0);
  EXPECT_EQ(evidence.at("file"), kSystem);
  EXPECT_EQ(evidence.at("entry"), 31);
  EXPECT_GT(evidence.at("offset"), 0);
  EXPECT_EQ(evidence.at("sha256").get<std::string>().size(), 64U);
  EXPECT_NE(evidence.at("excerpt").get<std::string>().find("_EXE=/usr/sbin/sshd"), std::string::npos);
  for (const auto& gap : document.at("gaps")) EXPECT_NE(gap.at("path"), "/var/log/auth.log");
}

TEST(JournalDetector, CronWhoseChildHasBecomeTheShellForgedNothingAndHidesNothing) {
  const std::string kChild = "CRON[300] 0 /usr/bin/dash: (www-data) CMD (queue-run)";
  const auto severity_of = [](const std::string& line) {
    MiniRoot root;
    root.write("/etc/passwd", kPasswd);
    root.write(kSystem, "journal:\n2026-09-12T02:00:01Z " + line + "\n");
    const auto found = findings_of(root.investigate(), "traces.journal_forged");
    return found.size() == 1 ? found[0].at("severity").get<std::string>() : "none";
  };
  EXPECT_EQ(severity_of(kChild), "none");
  EXPECT_EQ(severity_of(kChild + "\n2026-09-12T02:00:02Z CRON[301] 0 /usr/bin/logger: (root) CMD (update)"),
            "medium");
  EXPECT_EQ(severity_of("CRON[300] 33 /usr/bin/dash: (www-data) CMD (queue-run)"), "medium");
  EXPECT_EQ(severity_of("sshd[300] 0 /usr/bin/dash: Accepted password for u from 192.0.2.1 port 5 ssh2"),
            "medium");
  EXPECT_EQ(severity_of("CRON[300] 0 /usr/bin/logger: (www-data) CMD (queue-run)"), "medium");
  EXPECT_EQ(severity_of("CRON[300] 0 /usr/sbin/cron: (www-data) CMD (queue-run)"), "none");
}

TEST(JournalDetector, AJournalWithoutABreakInIsEnoughToSayNoneWasFound) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/etc/os-release", "ID=debian\n");
  root.write("/etc/hostname", "web01\n");
  root.write("/etc/timezone", "Etc/UTC\n");
  root.write("/etc/shadow", "root:*:1::::::\nwebadmin:*:1::::::\n");
  root.write("/var/log/wtmp", "");
  root.write(kSystem, "journal:\n" + guessed(true, false));
  const auto verdict = root.investigate().at("verdict").at("intrusion");
  EXPECT_EQ(verdict.at("state"), "none_found") << verdict.at("why");
}

TEST(JournalDetector, WhatTextAndJournalTellIsOneEventWithTwoSources) {
  MiniRoot text, both;
  for (auto* root : {&text, &both}) {
    root->write("/etc/passwd", kPasswd);
    root->write("/var/log/auth.log", guessed(false));
  }
  both.write(kSystem, "journal:\n" + guessed(true));
  const auto alone = text.investigate(), together = both.investigate(2);
  EXPECT_EQ(findings_of(alone, "ssh.guessing")[0].at("title"),
            findings_of(together, "ssh.guessing")[0].at("title"));
  const auto found = findings_of(together, "ssh.guessed_login");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].at("evidence").size(), 2U);
  EXPECT_EQ(found[0].at("evidence").at(0).at("file"), "/var/log/auth.log");
  EXPECT_EQ(found[0].at("evidence").at(1).at("file"), kSystem);
  EXPECT_EQ(together.at("findings").size(), alone.at("findings").size());
  EXPECT_EQ(both.investigate(1), together);
}

TEST(JournalDetector, ALogInRemovedFromTheTextLogIsFoundAndJudgedAllTheSame) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  root.write("/var/log/auth.log", guessed(false, false));
  root.write(kSystem, "journal:\n" + guessed(true));
  const auto document = root.investigate();
  EXPECT_EQ(findings_of(document, "ssh.guessed_login").size(), 1U);
  const auto removed = findings_of(document, "traces.login_not_in_auth_log");
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].at("address"), "203.0.113.45");
}

TEST(JournalDetector, RepetitionsThatRsyslogSumsUpAreCountedOnce) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  std::string journal, text;
  for (int i = 0; i < 30; ++i) {
    journal += "2026-09-12T02:00:" + minute(i) +
               "Z sshd[7] 0 /usr/sbin/sshd: Failed password for root from 203.0.113.45 port 1 ssh2\n";
  }
  text =
      "2026-09-12T02:00:00Z h sshd[7]: Failed password for root from 203.0.113.45 port 1 ssh2\n"
      "2026-09-12T02:00:40Z h sshd[7]: message repeated 29 times: [ Failed password for root from "
      "203.0.113.45 "
      "port 1 ssh2]\n";
  root.write("/var/log/auth.log", text);
  root.write(kSystem, "journal:\n" + journal);
  const auto found = findings_of(root.investigate(), "ssh.guessing");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].at("why").get<std::string>().find("30 failed"), std::string::npos);
}

TEST(JournalDetector, NumbersInAUsersJournalAreNoHole) {
  MiniRoot root;
  root.write("/etc/passwd", kPasswd);
  std::string system, user = "^10 ";
  for (int i = 0; i < 10; ++i) system += "2026-09-12T02:00:" + minute(i) + "Z x[1] 0 /x: m\n";
  system += "^3 2026-09-12T02:00:20Z x[1] 0 /x: m\n";
  for (int i = 0; i < 3; ++i) user += "2026-09-12T02:00:" + minute(12 + i) + "Z x[1] 1000 /x: m\n";
  root.write(kSystem, "journal:\n" + system);
  const auto holes = [&] {
    int count = 0;
    const auto document = root.investigate();
    for (const auto& gap : document.at("gaps")) count += gap.at("path") == kSystem ? 1 : 0;
    return count;
  };
  EXPECT_EQ(holes(), 1);
  root.write(kFolder + "/user-1000.journal", "journal:\n" + user);
  EXPECT_EQ(holes(), 0);
}

/// One user's run over all numbers, at another time, must be passed over for each hole.
TEST(JournalHoles, NumbersThatAreTangledOnPurposeEndInAGap) {
  const auto at = [](int second) {
    return Timestamp{} + std::chrono::hours(100'000) + std::chrono::seconds(second);
  };
  evidence::LogFileSummary system, user;
  for (auto* log : {&system, &user}) log->journal.emplace().directory = kFolder;
  system.journal->system = true;
  constexpr int kNumbers = 40'000;
  user.journal->runs.push_back({1, kNumbers, Timestamp{}, Timestamp{}, 0});
  for (int n = 1; n < kNumbers; ++n) {
    auto& runs = n % 2 == 1 ? system.journal->runs : user.journal->runs;
    runs.push_back({static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(n), at(n), at(n), 0});
  }
  const auto holes = journal_holes({system, user});
  EXPECT_TRUE(holes.found.empty());
  EXPECT_EQ(holes.unfinished, std::vector<std::string>{kFolder});
}

}  // namespace
}  // namespace rescue::detect
