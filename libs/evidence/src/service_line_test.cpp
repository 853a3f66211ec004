#include "rescue/evidence/service_line.hpp"

#include <gtest/gtest.h>

#include "mail_parsers.hpp"

namespace rescue::evidence {
namespace {

std::string as_text(const Event& event) {
  std::string text(to_string(event.kind));
  text.append("|").append(event.account).append("|").append(event.address).append("|");
  return text.append(event.field(FieldName::kService));
}

std::string told(std::string_view line) {
  Event event;
  if (!parse_service_line(line, TimeZone::fixed("Asia/Tokyo", 9 * 3600), event)) return "";
  return format_rfc3339(event.time) + "|" + as_text(event);
}

TEST(ServiceLine, ReadsVsftpd) {
  EXPECT_EQ(told("Sun Sep 13 11:00:11 2026 [pid 7] [web] OK LOGIN: Client \"203.0.113.5\""),
            "2026-09-13T02:00:11.000Z|service_login|web|203.0.113.5|ftp");
  EXPECT_EQ(told("Sun Sep  6 11:00:11 2026 [pid 7] [admin] FAIL LOGIN: Client \"::ffff:203.0.113.5\""),
            "2026-09-06T02:00:11.000Z|service_login_failed|admin|203.0.113.5|ftp");
  EXPECT_EQ(told("Sun Sep 13 11:00:11 2026 [pid 7] CONNECT: Client \"203.0.113.5\""),
            "2026-09-13T02:00:11.000Z|other|||");
}

TEST(ServiceLine, ReadsProftpdAndPureFtpd) {
  EXPECT_EQ(
      told("2026-09-13 11:00:11,123 web1 proftpd[7] web1 (pc[203.0.113.5]): USER web: Login successful."),
      "2026-09-13T02:00:11.000Z|service_login|web|203.0.113.5|ftp");
  EXPECT_EQ(
      told("2026-09-13 11:00:11,123 web1 proftpd[7] web1 (pc[203.0.113.5]): USER x: Login successful. (Login "
           "failed): Incorrect password."),
      "2026-09-13T02:00:11.000Z|service_login_failed|x: Login successful.|203.0.113.5|ftp");
  Event event;
  ASSERT_TRUE(parse_pure_ftpd("(?@203.0.113.5) [WARNING] Authentication failed for user [admin]", event));
  EXPECT_EQ(as_text(event), "service_login_failed|admin|203.0.113.5|ftp");
}

TEST(ServiceLine, ReadsMysqlsLogs) {
  EXPECT_EQ(told("2026-09-13T02:00:11.123456Z 7 [Note] [MY-010926] [Server] Access denied for user "
                 "'root'@'203.0.113.5' "
                 "(using password: YES)"),
            "2026-09-13T02:00:11.000Z|service_login_failed|root|203.0.113.5|mysql");
  EXPECT_EQ(
      told("2026-09-13 11:00:11 7 [Warning] Access denied for user 'a'@'203.0.113.5' (using password: NO)"),
      "2026-09-13T02:00:11.000Z|service_login_failed|a|203.0.113.5|mysql");
  EXPECT_EQ(told("2026-09-13T02:00:11.123456Z\t    7 Connect\troot@203.0.113.5 on shop using TCP/IP"),
            "2026-09-13T02:00:11.000Z|service_login|root|203.0.113.5|mysql");
  EXPECT_EQ(told("2026-09-13T02:00:11.123456Z\t    7 Query\tselect ' Connect\troot@203.0.113.5 on x'"),
            "2026-09-13T02:00:11.000Z|other|||");
  EXPECT_EQ(told("2026-09-13T02:00:11.123456Z\t    7 Connect\troot@localhost on  using Socket"),
            "2026-09-13T02:00:11.000Z|other|||");
}

TEST(ServiceLine, ReadsPackagesAndErrorsOfWebServers) {
  Event event;
  ASSERT_TRUE(parse_service_line("2026-09-13 02:00:11 install nmap:amd64 <none> 7.93", TimeZone(), event));
  EXPECT_EQ(event.kind, EventKind::kPackageChanged);
  EXPECT_EQ(event.field(FieldName::kTarget), "nmap:amd64");
  Event dnf;
  ASSERT_TRUE(
      parse_service_line("2026-09-13T11:00:11+0900 SUBDEBUG Installed: nmap-7.92-1.x86_64", TimeZone(), dnf));
  EXPECT_EQ(format_rfc3339(dnf.time), "2026-09-13T02:00:11.000Z");
  EXPECT_EQ(dnf.field(FieldName::kAction), "Installed");
  EXPECT_EQ(
      told("[Sun Sep 13 11:00:11.123456 2026] [php:error] [pid 7] [client 203.0.113.5:1234] PHP Warning"),
      "2026-09-13T02:00:11.000Z|web_error||203.0.113.5|");
  EXPECT_EQ(told("2026/09/13 11:00:11 [error] 7#7: *1 open() failed, client: 203.0.113.5, server: _"),
            "2026-09-13T02:00:11.000Z|web_error||203.0.113.5|");
}

TEST(ServiceLine, ReadsTheHistoriesOfDnfAndZypper) {
  const auto change = [](std::string_view line) {
    Event event;
    if (!parse_service_line(line, TimeZone::fixed("Asia/Tokyo", 9 * 3600), event)) return std::string();
    return format_rfc3339(event.time) + "|" + std::string(to_string(event.kind)) + "|" +
           std::string(event.field(FieldName::kAction)) + "|" + std::string(event.field(FieldName::kTarget));
  };
  EXPECT_EQ(change("2026-09-13T11:00:11+0900 DDEBUG Command: dnf install -y nmap"),
            "2026-09-13T02:00:11.000Z|package_changed|command|dnf install -y nmap");
  EXPECT_EQ(change("2026-09-13T02:00:11Z SUBDEBUG Erase: nmap-7.92-1.x86_64"),
            "2026-09-13T02:00:11.000Z|package_changed|Erase|nmap-7.92-1.x86_64");
  EXPECT_EQ(change("2026-09-13 11:00:11|install|nmap|7.92-1.1|x86_64|root@web1|oss|0123|"),
            "2026-09-13T02:00:11.000Z|package_changed|install|nmap");
  EXPECT_EQ(change("2026-09-13 11:00:11|remove |nmap|7.92-1.1|x86_64|root@web1|"),
            "2026-09-13T02:00:11.000Z|package_changed|remove|nmap");
  EXPECT_EQ(change("2026-09-13 11:00:11|radd   |oss|https://example.com|"),
            "2026-09-13T02:00:11.000Z|other||");
  EXPECT_EQ(change("# 2026-09-13 11:00:11 nmap-7.92-1.1.x86_64.rpm installed ok"), "");
}

TEST(ServiceLine, ReadsRoundcubeAndIsNotDeceivedByNames) {
  EXPECT_EQ(told("[13-Sep-2026 11:00:11 +0900]: <x> Successful login for info@example.com (ID: 1) from "
                 "203.0.113.5 in "
                 "session x."),
            "2026-09-13T02:00:11.000Z|service_login|info@example.com|203.0.113.5|webmail");
  EXPECT_EQ(told("[13-Sep-2026 02:00:11 +0000]: <x> Failed login for a from 192.0.2.1 in session from "
                 "203.0.113.5 in "
                 "session x (error: 0)"),
            "2026-09-13T02:00:11.000Z|service_login_failed|a from 192.0.2.1 in session|203.0.113.5|webmail");
  EXPECT_EQ(told("no date"), "");
}

TEST(WordsOfCommands, AreKnownByTheirBeginningAlone) {
  EXPECT_TRUE(is_word_of_command("sh: 1: wget: not found"));
  EXPECT_TRUE(is_word_of_command("bash: no job control in this shell"));
  EXPECT_FALSE(is_word_of_command("PHP Notice: sh: 1: wget: not found"));
  EXPECT_FALSE(is_word_of_command(""));
}

}  // namespace
}  // namespace rescue::evidence
