#include <gtest/gtest.h>

#include "rescue/base/hmac.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/message.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/base/yen.hpp"

namespace rescue {
namespace {

// RFC 4231, test case 2.
TEST(HmacSha256, IsThatOfTheRfc) {
  HmacSha256 mac("Jefe");
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(mac.hex({"what do ya ", "", "want for nothing?"}),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
}

TEST(Clock, ReadsAndWritesRfc3339) {
  const auto t = parse_rfc3339("2026-09-18T12:04:05.678901+09:00");
  ASSERT_TRUE(t);
  EXPECT_EQ(format_rfc3339(*t), "2026-09-18T03:04:05.678Z");
  EXPECT_EQ(format_rfc3339(*t, std::chrono::minutes(540)), "2026-09-18T12:04:05+09:00");
  for (const auto* bad :
       {"", "2026-09-18", "2026-02-30T00:00:00Z", "2026-09-18T24:00:00Z", "2026-09-18T00:00:00",
        "2026-09-18T00:00:00.Z", "2026-09-18T00:00:00Zx", "2026-09-18 00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Id, SortsByTimeAndIsRecognised) {
  const auto early = IncidentId::make(from_us(1'000'000));
  const auto late = IncidentId::make(from_us(2'000'000));
  EXPECT_LT(early, late);
  EXPECT_TRUE(IncidentId::parse(early.str()));
  EXPECT_FALSE(ReportId::parse(early.str()));
  EXPECT_FALSE(IncidentId::parse("inc_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  EXPECT_FALSE(IncidentId::parse("inc_../../../../etc/passwd0000"));
}

TEST(Sha256, MatchesThePublishedExample) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

TEST(Yen, TaxIsRoundedDownOncePerCharge) {
  EXPECT_EQ(tax_of(Yen{3 * 105}, 10), Yen{31});
}

TEST(Json, RefusesDuplicateKeysDepthAndTrailingBytes) {
  EXPECT_EQ(parse_json(R"({"a":1,"a":2})").error().problem, "duplicate-key");
  EXPECT_FALSE(parse_json(R"({"a":1} x)"));
  EXPECT_FALSE(parse_json("{\"a\":\"\xff\"}"));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
  EXPECT_TRUE(parse_json(R"({"a":{"b":1},"c":{"b":1}})"));
}

TEST(JsonReader, NamesTheFieldAndWhatWouldBeRight) {
  const auto body = *parse_json(R"({"kind":"x","n":5,"who":{"name":""},"extra":1})");
  JsonReader in(body);
  in.one_of("kind", {"x", "y"});
  in.integer("n", 1, 9);
  auto who = in.object("who");
  who.text("name");
  EXPECT_EQ(who.done().error().pointer, "/who/name");
  const auto done = in.done();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().problem, "unknown-field");
  EXPECT_EQ(done.error().pointer, "/extra");
}

TEST(JsonReader, ReportsMissingFieldsAndWrongTypes) {
  const auto body = *parse_json(R"({"n":"5","list":["a","a"]})");
  JsonReader missing(body);
  missing.text("absent");
  EXPECT_EQ(missing.done().error().problem, "missing-field");
  JsonReader wrong(body);
  wrong.integer("n", 1, 9);
  EXPECT_EQ(wrong.done().error().pointer, "/n");
  JsonReader repeated(body);
  repeated.texts("list", 5, {});
  EXPECT_EQ(repeated.done().error().problem, "duplicate-item");
}

TEST(Trace, KeepsTheTraceAndRefusesWhatIsNoTraceparent) {
  const auto trace = Trace::start();
  const auto parsed = Trace::parse(trace.child().traceparent());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->trace_id, trace.trace_id);
  EXPECT_FALSE(Trace::parse("00-00000000000000000000000000000000-0000000000000000-01"));
  EXPECT_FALSE(Trace::parse("garbage"));
}

TEST(Message, SurvivesTheWireAndRefusesGarbage) {
  Message message{"msg_1", "intake", "workflow", "report.received", "inc_1", 1, "", 5, {{"a", 1}}};
  const auto back = decode_message(encode_message(message));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->body, message.body);
  EXPECT_EQ(back->sequence, 1);
  EXPECT_EQ(decode_message("{}").error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace rescue
