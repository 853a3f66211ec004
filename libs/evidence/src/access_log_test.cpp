#include "rescue/evidence/access_log.hpp"

#include <gtest/gtest.h>

namespace rescue::evidence {
namespace {

Event parse(std::string_view line) {
  Event event;
  if (!parse_access_line(line, event)) event.kind = EventKind::kOther;
  return event;
}

TEST(AccessLine, ReadsCommonCombinedAndVhostFormats) {
  const auto common =
      parse(R"(203.0.113.45 - - [13/Sep/2026:02:12:00 +0900] "POST /a.php?x=1 HTTP/1.1" 200 312)");
  EXPECT_EQ(common.address, "203.0.113.45");
  EXPECT_EQ(common.time, parse_rfc3339("2026-09-12T17:12:00Z").value());
  EXPECT_EQ(common.field(FieldName::kMethod), "POST");
  EXPECT_EQ(common.field(FieldName::kTarget), "/a.php?x=1");
  EXPECT_EQ(common.field(FieldName::kStatus), "200");
  const auto combined = parse(
      R"(2001:db8::1 - ops [13/Sep/2026:02:12:00 -0330] "GET / HTTP/1.1" 304 - "http://r/" "a \"b\" c")");
  EXPECT_EQ(combined.account, "ops");
  EXPECT_EQ(combined.field(FieldName::kReferrer), "http://r/");
  EXPECT_EQ(combined.field(FieldName::kAgent), R"(a \"b\" c)");
  const auto vhost = parse(
      R"(www.example.net:443 203.0.113.45 - - [13/Sep/2026:02:12:00 +0000] "GET / HTTP/2.0" 200 1 "-" "-")");
  EXPECT_EQ(vhost.address, "203.0.113.45");
}

TEST(AccessLine, AUserNameCannotForgeTheRequest) {
  const auto event = parse(
      R"(203.0.113.45 - x [01/Jan/2020:00:00:00 +0000] y [13/Sep/2026:02:12:00 +0000] "GET /real HTTP/1.1" 200 1)");
  EXPECT_EQ(event.field(FieldName::kTarget), "/real");
  EXPECT_EQ(event.time, parse_rfc3339("2026-09-13T02:12:00Z").value());
}

TEST(AccessLine, KeepsRequestsThatAreNone) {
  const auto event = parse(R"(203.0.113.45 - - [13/Sep/2026:02:12:00 +0000] "\x16\x03\x01" 400 0)");
  EXPECT_EQ(event.kind, EventKind::kHttpRequest);
  EXPECT_EQ(event.field(FieldName::kMethod), "");
  EXPECT_EQ(parse(R"(h - - [13/Sep/2026:02:12:00 +0000] "" 408 -)").field(FieldName::kStatus), "408");
  EXPECT_EQ(parse(R"(h - - [13/Sep/2026:02:12:00 +0000] "GET HTTP/1.0" 400 -)").field(FieldName::kStatus),
            "400");
}

TEST(AccessLine, RefusesWhatIsNone) {
  for (const auto* text : {"", "x", "] \"", "h - - [13/Sep/2026:02:12:00] \"GET / HTTP/1.1\" 200 1",
                           "h - - [13/Xyz/2026:02:12:00 +0000] \"GET / HTTP/1.1\" 200 1",
                           "h - - [13/Sep/2026:02:12:00 +0000] \"GET"}) {
    EXPECT_EQ(parse(text).kind, EventKind::kOther) << text;
  }
}

TEST(DecodePath, FindsTheFileBehindATarget) {
  EXPECT_EQ(decode_path("/a/b.php?x=/../y"), "/a/b.php");
  EXPECT_EQ(decode_path("/a/./..//%75ploads/c%2ephp"), "/uploads/c.php");
  EXPECT_EQ(decode_path("http://host/x/../y#z"), "/y");
  EXPECT_EQ(decode_path("/../../etc"), "/etc");
  EXPECT_EQ(decode_path("/d/"), "/d/");
  EXPECT_EQ(decode_path(""), "/");
  EXPECT_EQ(percent_decode("a%zz%4", false), "a%zz%4");
  EXPECT_EQ(percent_decode("a+b%41", true), "a bA");
}

}  // namespace
}  // namespace rescue::evidence
