#include "rescue/evidence/syslog.hpp"

#include <gtest/gtest.h>

namespace rescue::evidence {
namespace {

Timestamp at(const char* text) {
  return parse_rfc3339(text).value();
}

TEST(SyslogLine, ReadsRfc3164) {
  const auto line = parse_syslog_line("Sep  3 02:02:11 web01 sshd[1301]: Failed password for root").value();
  EXPECT_FALSE(line.has_year);
  EXPECT_EQ(std::tuple(line.month, line.day, line.second_of_day), std::tuple(9, 3, 7331));
  EXPECT_EQ(line.host, "web01");
  EXPECT_EQ(line.program, "sshd");
  EXPECT_EQ(line.process, 1301U);
  EXPECT_EQ(line.message, "Failed password for root");
}

TEST(SyslogLine, ReadsRfc3339WithFractionAndOffset) {
  const auto line =
      parse_syslog_line("2026-09-13T02:02:11.404512+09:00 web01 CRON[77]: (root) CMD (x)").value();
  EXPECT_TRUE(line.has_year);
  EXPECT_EQ(line.time, at("2026-09-12T17:02:11.404512Z"));
  EXPECT_EQ(line.program, "CRON");
}

TEST(SyslogLine, ReadsTagsWithoutPidAndWithPaths) {
  EXPECT_EQ(parse_syslog_line("Sep 13 02:02:11 h sudo:   root : x").value().message, "root : x");
  EXPECT_EQ(parse_syslog_line("Sep 13 02:02:11 h /usr/sbin/cron[5]: y").value().program, "cron");
  EXPECT_EQ(parse_syslog_line("Sep 13 02:02:11 h sshd[99999999999999]: y").value().message, "y");
}

TEST(SyslogLine, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "short", "Foo 13 02:02:11 h p: m", "Sep 45 02:02:11 h p: m", "Sep 13 25:02:11 h p: m",
        "2026-13-13T02:02:11Z h p: m", "0000000000000000000000", "Sep 13 02:02:11host x y z"}) {
    EXPECT_FALSE(parse_syslog_line(text)) << text;
  }
}

YearScan scan(const std::string& text) {
  MemoryStream stream(text);
  return scan_years(stream);
}
std::string line(const char* date) {
  return std::string(date) + " 10:00:00 h p: m\n";
}

TEST(Years, ComeFromTheMtimeBackwardsThroughRotation) {
  const std::vector<YearScan> scans = {scan(line("Nov 20") + line("Dec 20")),
                                       scan(line("Dec 21") + line("Jan  5")),
                                       scan(line("Jan  6") + line("Feb  1"))};
  const std::vector<Timestamp> mtimes = {at("2025-12-20T12:00:00Z"), at("2026-01-05T12:00:00Z"),
                                         at("2026-02-01T12:00:00Z")};
  EXPECT_EQ(first_years(scans, mtimes), (std::vector<int>{2025, 2025, 2026}));
}

TEST(Years, AreRightWhenOldFilesWereTouchedLater) {
  // Copied or restored: every file bears the same late date; the next file's beginning bounds each.
  const std::vector<YearScan> scans = {scan(line("Nov 20") + line("Dec 20")),
                                       scan(line("Dec 21") + line("Jan  5")),
                                       scan(line("Jan  6") + line("Feb  1"))};
  const auto late = at("2026-08-01T00:00:00Z");
  EXPECT_EQ(first_years(scans, {late, late, late}), (std::vector<int>{2025, 2025, 2026}));
}

TEST(Years, CountSeveralNewYearsInOneFile) {
  const auto s = scan(line("Mar  1") + line("Dec 31") + line("Jan  1") + line("Jun 15") + line("Dec 30") +
                      line("Jan  2"));
  EXPECT_EQ(s.new_years, 2);
  EXPECT_EQ(first_years({s}, {at("2026-01-03T00:00:00Z")}), std::vector<int>{2024});
}

TEST(Years, BearLinesInTheWrongOrderAroundNewYear) {
  const std::string text = line("Dec 31") + line("Jan  1") + line("Dec 31") + line("Jan  1");
  EXPECT_EQ(scan(text).new_years, 1);
  const TimeZone utc;
  YearClock clock(2025, utc);
  std::vector<std::string> times;
  for (std::string_view rest = text; !rest.empty();) {
    times.push_back(
        format_rfc3339(clock.moment_of(parse_syslog_line(take_line(rest)).value())).substr(0, 10));
  }
  EXPECT_EQ(times, (std::vector<std::string>{"2025-12-31", "2026-01-01", "2025-12-31", "2026-01-01"}));
}

TEST(Years, AreNotLookedForOnceTheTimeIsUp) {
  const std::string text = line("Dec 31") + line("Jan  1");
  for (const bool up : {false, true}) {
    MemoryStream stream(text);
    TimedStream timed(stream, [up] { return up; });
    EXPECT_EQ(scan_years(timed).any, !up);
    EXPECT_EQ(timed.cut(), up);
  }
}

TEST(YearClock, UsesTheServersZoneAlsoWhenItChanges) {
  // Built from the rule alone: the same code path as a zone file's last line.
  const auto zone = TimeZone::fixed("Asia/Tokyo", 9 * 3600);
  YearClock clock(2026, zone);
  EXPECT_EQ(clock.moment_of(parse_syslog_line("Sep 13 02:02:11 h p: m").value()), at("2026-09-12T17:02:11Z"));
  EXPECT_EQ(clock.moment_of(parse_syslog_line("Sep 13 02:31:11 h p: m").value()), at("2026-09-12T17:31:11Z"));
}

}  // namespace
}  // namespace rescue::evidence
