#include "sigma_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "mini_root.hpp"
#include "rescue/evidence/access_log.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// Every value that a rule may ask for is a part of a text that the sieve sees.
void expect_sieve_sees_all(const Event& event) {
  const MiniRoot empty;
  const auto root = evidence::SafeRoot::open(empty.directory()).value();
  const evidence::Artifacts artifacts;
  const evidence::DiskSurvey survey;
  const auto rules = RuleBook::shipped();
  const std::vector<evidence::LogFileSummary> logs;
  const std::vector<std::string> paths = {"/var/log/x"};
  const Scene scene{.root = root,
                    .artifacts = artifacts,
                    .survey = survey,
                    .rules = rules,
                    .logs = logs,
                    .log_paths = paths,
                    .until = {}};
  SigmaEvents events;
  events.read(scene, event);
  const auto seen = [&](std::string_view value) {
    return std::any_of(events.texts().begin(), events.texts().end(),
                       [&](std::string_view text) { return text.find(value) != text.npos; });
  };
  ASSERT_FALSE(events.subjects().empty());
  sigma::Record record;
  for (const auto& subject : events.subjects()) {
    events.fill(subject, record);
    for (const auto& field : record.fields())
      EXPECT_TRUE(seen(field.value)) << field.name << ": " << field.value;
    for (const auto& line : record.lines()) EXPECT_TRUE(seen(line.value)) << line.value;
  }
}

TEST(SigmaEvents, SieveSeesAllOfARequest) {
  const std::string line =
      "h:443 203.0.113.5 - u [13/Sep/2026:02:00:11 +0000] \"GET /a%20b.php?x=%2522\\\\y HTTP/1.1\" 200 1 "
      "\"http://r/%41\" \"a \\\"b\\x22\"";
  Event event;
  ASSERT_TRUE(evidence::parse_access_line(line, event));
  event.excerpt = line;
  expect_sieve_sees_all(event);
}

TEST(SigmaEvents, SieveSeesAllOfAnAuditEvent) {
  const std::string records =
      "1 type=SYSCALL msg=audit(1789264811.123:7): arch=c000003e syscall=59 success=yes a0=1 ppid=1 pid=20 "
      "uid=0 comm=\"sh\" "
      "exe=\"/bin/sh\" key=\"k\"\x1d"
      "UID=\"root\"\n"
      "2 type=EXECVE msg=audit(1789264811.123:7): argc=3 a0=\"sh\" a1=2D632061 a2_len=9 a2[0]=\"long\" "
      "a2[1]=\"er\"\n"
      "3 type=CWD msg=audit(1789264811.123:7): cwd=2F746D702F6120\n"
      "4 type=PATH msg=audit(1789264811.123:7): name=\"x\" nametype=CREATE\n"
      "5 type=SOCKADDR msg=audit(1789264811.123:7): "
      "saddr=0A00115C000000000000000000000000000000000000000100000000\n";
  Event event;
  event.program = "audit";
  event.add(FieldName::kRecords, records);
  expect_sieve_sees_all(event);
  auto connection = records;
  connection.replace(connection.find("syscall=59"), 10, "syscall=42");
  event.fields[0].value = connection;
  expect_sieve_sees_all(event);
}

TEST(SigmaEvents, SieveSeesWhatAParserSaysInItsOwnWords) {
  const std::string line = "2026-09-13T02:00:11Z h useradd[7]: new user: name=x, UID=0, GID=0, home=/x";
  Event event;
  event.kind = EventKind::kAccountAdded;
  event.excerpt = line;
  event.program = std::string_view(line).substr(23, 7);
  event.account = "x";
  event.process = 7;
  event.add(FieldName::kAction, "account made");
  expect_sieve_sees_all(event);
}

TEST(SigmaEvents, SieveSeesAllOfACommand) {
  const std::string line = "curl 'a b' | sh -c \"x y\"";
  Event event;
  event.kind = EventKind::kCommandRun;
  event.excerpt = line;
  event.add(FieldName::kCommand, line);
  event.add(FieldName::kService, "history");
  event.add(FieldName::kUid, "1000");
  expect_sieve_sees_all(event);
}

TEST(SigmaAudit, TakesRecordsApart) {
  const auto records = split_audit_records(
      "7 node=h type=USER_CMD msg=audit(1.1:7): pid=5 msg='cwd=\"/\" cmd=6C73202D6C terminal=? "
      "res=success'\x1d"
      "UID=\"web\"\n");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].line, 7U);
  EXPECT_EQ(records[0].field("type"), "USER_CMD");
  EXPECT_EQ(records[0].field("cmd"), "ls -l");
  EXPECT_EQ(records[0].field("res"), "success");
  EXPECT_EQ(records[0].field("UID"), "web");
}

TEST(SigmaAudit, ForgetsTheOldestProcesses) {
  ProcessBook book;
  for (int i = 0; i < 30'000; ++i) book.note(std::to_string(i), {"x", "y"});
  EXPECT_EQ(book.find("0"), nullptr);
  EXPECT_NE(book.find("29999"), nullptr);
}

}  // namespace
}  // namespace rescue::detect
