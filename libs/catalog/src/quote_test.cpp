#include "rescue/catalog/quote.hpp"

#include <gtest/gtest.h>

#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::catalog {
namespace {

using testing::AnnexRoom;
using testing::snapshot;

QuoteRequest request(WorkItem item = WorkItem::kInvestigation) {
  return {.quote_id = QuoteId::trusted("quo_01j00000000000000000000000"),
          .incident_id = IncidentId::trusted("inc_01j00000000000000000000000"),
          .server_id = "srv-1001",
          .os = "debian-12",
          .work_item = item,
          .judgement = std::nullopt,
          .issued_at = *parse_rfc3339("2026-09-18T03:00:00Z"),
          .validity = std::chrono::days(7)};
}

AnnexSnapshot all_available() {
  const AnnexRoom room;
  room.offer_everything();
  return snapshot(room.path());
}

/// [["code", "rule", net], …]
std::string lines_of(const Quote& quote) {
  Json out = Json::array();
  for (const auto& line : quote.price.lines) out.push_back({line.code, line.rule, line.net.amount});
  return dump_json(out);
}

TEST(Quote, AddsTaxToTheSumOfItsLines) {
  const auto quote = compute_quote(snapshot(), request());
  ASSERT_TRUE(quote) << quote.error().detail;
  EXPECT_EQ(lines_of(*quote), R"([["investigation","R21",50000]])");
  EXPECT_EQ(quote->price.net, Yen{50'000});
  EXPECT_EQ(quote->price.tax, Yen{5'000});
  EXPECT_EQ(quote->price.total, Yen{55'000});
  EXPECT_EQ(format_rfc3339(quote->expires_at), "2026-09-25T03:00:00.000Z");
}

TEST(Quote, ThreeLinesOf105YenGive31YenOfTax) {
  const AnnexRoom room;
  room.offer_everything();
  auto prices = room.text("prices.yaml");
  for (const auto* yen : {"120000", "30000\n        title:\n          ja: \"OS"}) {
    const auto at = prices.find(std::string("net_yen: ") + yen);
    ASSERT_NE(at, std::string::npos);
    prices.replace(at, prices.find('\n', at) - at, "net_yen: 105");
  }
  room.write("prices.yaml", prices);
  room.edit("out_of_hours.yaml", "investigation_recovery_reinstall: 60000",
            "investigation_recovery_reinstall: 105");
  auto wish = request(WorkItem::kInvestigationRecoveryReinstall);
  wish.out_of_hours = true;
  const auto quote = compute_quote(snapshot(room.path()), wish);
  ASSERT_TRUE(quote) << quote.error().detail;
  EXPECT_EQ(lines_of(*quote),
            R"([["investigation_recovery","R21",105],["reinstall","R19",105],["out_of_hours","R11",105]])");
  EXPECT_EQ(quote->price.net, Yen{315});
  EXPECT_EQ(quote->price.tax, Yen{31}) << "rounded down once: 10 + 10 + 10 would be wrong";
  EXPECT_EQ(quote->price.total, Yen{346});
}

TEST(Quote, R19_ReinstallIsALineOfItsOwn) {
  const auto annexes = all_available();
  const auto three = compute_quote(annexes, request(WorkItem::kInvestigationRecovery));
  const auto four = compute_quote(annexes, request(WorkItem::kInvestigationRecoveryReinstall));
  ASSERT_EQ(four->price.lines.size(), 2U);
  EXPECT_EQ(four->price.lines[1].code, "reinstall");
  EXPECT_EQ(four->price.net, three->price.net + four->price.lines[1].net);
}

TEST(Quote, R11_NightAloneAddsNothing) {
  auto night = request();
  night.issued_at = *parse_rfc3339("2026-09-19T02:00:00+09:00");  // a Saturday
  EXPECT_EQ(compute_quote(snapshot(), night)->price.net, Yen{50'000});
  night.out_of_hours = true;
  const auto asked = compute_quote(snapshot(), night);
  EXPECT_EQ(lines_of(*asked), R"([["investigation","R21",50000],["out_of_hours","R11",25000]])");
}

TEST(Quote, R8_PastSupportTheWorkIsLimitedAndHasASpecialFeeBothInTheQuote) {
  auto wish = request();
  wish.issued_at = *parse_rfc3339("2028-06-30T23:59:59+09:00");
  const auto last_day = compute_quote(snapshot(), wish);
  EXPECT_EQ(last_day->price.net, Yen{50'000});
  EXPECT_FALSE(to_json(*last_day).contains("limited_work"));

  wish.issued_at = *parse_rfc3339("2028-07-01T00:00:00+09:00");
  const auto past = compute_quote(snapshot(), wish);
  ASSERT_TRUE(past);
  EXPECT_EQ(lines_of(*past), R"([["investigation","R21",50000],["special_work","R8",30000]])");
  const auto shown = to_json(*past);
  EXPECT_FALSE(shown["operating_system"]["in_support"]);
  EXPECT_FALSE(shown["limited_work"]["ja"].get<std::string>().empty());
  EXPECT_FALSE(shown["limited_work"]["en"].get<std::string>().empty());
}

TEST(Quote, R9_AnUnlistedSystemIsForAPerson) {
  auto wish = request();
  wish.os = "plan9-4";
  const auto refused = compute_quote(snapshot(), wish);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "os-not-listed");
  EXPECT_EQ(refused.error().pointer, "/server_id");

  wish.judgement = SystemJudgement{false, "close enough to what we know"};
  const auto judged = compute_quote(snapshot(), wish);
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->price.lines.back().rule, "R8");
  EXPECT_EQ(to_json(*judged)["operating_system"]["judged_because"], "close enough to what we know");

  wish.os = "debian-12";
  EXPECT_TRUE(compute_quote(snapshot(), wish)->system.in_support) << "what is listed needs no judgement";
}

TEST(Quote, RefusesAWorkItemThatIsNotAvailable) {
  const auto quote = compute_quote(snapshot(), request(WorkItem::kInvestigationRecovery));
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().problem, "work-item-not-available");
  EXPECT_EQ(quote.error().pointer, "/work_item");
}

TEST(Quote, NamesTheVersionsItWasMadeOf) {
  EXPECT_EQ(dump_json(to_json(*compute_quote(snapshot(), request()))["annex_versions"]),
            R"({"out_of_hours":"out-of-hours-1","prices":"prices-1","special_work":"special-work-1",)"
            R"("specification":"1.2","terms":"terms-1"})");
}

TEST(Quote, HashCoversEveryFieldButItself) {
  const auto quote = compute_quote(snapshot(), request());
  const auto document = to_json(*quote);
  EXPECT_EQ(document["sha256"], document_hash(document));
  for (const auto& item : document.items()) {
    if (item.key() == "sha256") continue;
    auto changed = document;
    changed[item.key()] = "other";
    EXPECT_NE(document_hash(changed), document["sha256"]) << item.key();
  }
}

TEST(Quote, HashIsTheOneThatOtherToolsCompute) {
  // printf '{"a":{"b":"原","c":2},"z":1}' | sha256sum
  EXPECT_EQ(document_hash(*parse_json(R"({"z":1,"sha256":"x","a":{"c":2,"b":"原"}})")),
            "a2694938b54c2e0047cb1316a56751ce73926022e4382e9301d69cba0972fa57");
}

}  // namespace
}  // namespace rescue::catalog
