#include "rescue/evidence/time_zone.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::int64_t seconds(const char* text) {
  return to_us(parse_rfc3339(text).value()) / 1'000'000;
}

void put(std::string& out, std::int64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}
/// A version 2 file with one transition and a footer (RFC 8536).
std::string tzif(std::int64_t at, std::int32_t before, std::int32_t after, const std::string& footer) {
  std::string out;
  for (const int bytes : {4, 8}) {
    out += "TZif2" + std::string(15, '\0');
    for (const int count : {0, 0, 0, 1, 2, 4}) put(out, count, 4);
    put(out, at, bytes);
    out += '\1';
    for (const auto offset : {before, after}) {
      put(out, offset, 4);
      out += std::string(2, '\0');
    }
    out += std::string("ABC\0", 4);
  }
  return out + "\n" + footer + "\n";
}

TEST(PosixZone, ReadsRulesOfBothHemispheres) {
  const auto berlin = PosixZone::parse("CET-1CEST,M3.5.0,M10.5.0/3").value();
  EXPECT_EQ(berlin.offset_at(seconds("2026-03-29T00:59:59Z")), 3600);
  EXPECT_EQ(berlin.offset_at(seconds("2026-03-29T01:00:00Z")), 7200);
  EXPECT_EQ(berlin.offset_at(seconds("2026-10-25T00:59:59Z")), 7200);
  EXPECT_EQ(berlin.offset_at(seconds("2026-10-25T01:00:00Z")), 3600);
  const auto sydney = PosixZone::parse("AEST-10AEDT,M10.1.0,M4.1.0/3").value();
  EXPECT_EQ(sydney.offset_at(seconds("2026-01-15T00:00:00Z")), 11 * 3600);
  EXPECT_EQ(sydney.offset_at(seconds("2026-07-15T00:00:00Z")), 10 * 3600);
  const auto dublin = PosixZone::parse("IST-1GMT0,M10.5.0,M3.5.0/1").value();
  EXPECT_EQ(dublin.offset_at(seconds("2026-01-15T00:00:00Z")), 0);
  EXPECT_EQ(dublin.offset_at(seconds("2026-07-15T00:00:00Z")), 3600);
  EXPECT_EQ(PosixZone::parse("<+0545>-5:45").value().offset_at(0), 20700);
}

TEST(PosixZone, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "X", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0", "<abc"}) {
    EXPECT_FALSE(PosixZone::parse(text)) << text;
  }
}

TEST(TimeZone, ReadsTransitionsAndTheRuleAfterThem) {
  const auto change = seconds("2000-06-01T00:00:00Z");
  const auto zone = TimeZone::parse_tzif("X/Y", tzif(change, 0, 3600, "CET-1CEST,M3.5.0,M10.5.0/3")).value();
  EXPECT_EQ(zone.offset_at(change - 1), 0);
  EXPECT_EQ(zone.offset_at(seconds("2026-07-01T00:00:00Z")), 7200);
  EXPECT_EQ(zone.name(), "X/Y");
}

TEST(TimeZone, TurnsLocalTimesIntoMomentsAlsoAtChanges) {
  const auto zone = TimeZone::parse_tzif("X", tzif(0, 0, 3600, "CET-1CEST,M3.5.0,M10.5.0/3")).value();
  EXPECT_EQ(zone.to_utc(seconds("2026-07-01T12:00:00Z")), seconds("2026-07-01T10:00:00Z"));
  EXPECT_EQ(zone.to_utc(seconds("2026-10-25T02:30:00Z")), seconds("2026-10-25T00:30:00Z"));  // occurs twice
  EXPECT_EQ(zone.to_utc(seconds("2026-03-29T02:30:00Z")), seconds("2026-03-29T01:30:00Z"));  // does not occur
}

TEST(TimeZone, RefusesDamagedFilesWithoutReadingPastThem) {
  const auto good = tzif(0, 0, 3600, "");
  for (std::size_t size = 0; size < good.size() - 2; ++size) {
    EXPECT_FALSE(TimeZone::parse_tzif("X", std::string_view(good).substr(0, size))) << size;
  }
  auto huge = good;
  huge[32] = '\x7f';  // a count of two thousand million
  EXPECT_FALSE(TimeZone::parse_tzif("X", huge));
}

TEST(ReadTimeZone, FollowsTheLinkInsideTheRootAndTakesItsName) {
  TempTree tree;
  tree.write("/usr/share/zoneinfo/X/Y", tzif(0, 0, 7200, "XYZ-2"));
  tree.link("/etc/localtime", "/usr/share/zoneinfo/X/Y");
  Gaps gaps;
  const auto zone = read_time_zone(tree.root(), gaps);
  EXPECT_EQ(zone.name(), "X/Y");
  EXPECT_EQ(zone.offset_at(1), 7200);
  EXPECT_TRUE(gaps.empty());
}

TEST(ReadTimeZone, KnowsTokyoWithoutItsData) {
  TempTree tree;
  tree.write("/etc/timezone", "Asia/Tokyo\n");
  Gaps gaps;
  EXPECT_EQ(read_time_zone(tree.root(), gaps).offset_at(0), 9 * 3600);
  EXPECT_TRUE(gaps.empty());
}

TEST(ReadTimeZone, SaysSoWhenTheDiskDoesNotTell) {
  TempTree tree;
  Gaps gaps;
  EXPECT_EQ(read_time_zone(tree.root(), gaps).name(), "");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].path, "/etc/localtime");
}

}  // namespace
}  // namespace rescue::evidence
