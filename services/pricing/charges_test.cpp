#include <set>

#include "testing.hpp"

namespace rescue::pricing {
namespace {

using Charges = WithWorkflow;

TEST_F(Charges, R41_EqualTheQuoteForEveryOutcome) {
  for (const auto* outcome : {"completed", "limited_evidence", "cause_unknown", "cancelled"}) {
    const auto inc = incident();
    const auto promised = quote(inc);
    const auto order = std::string("ord_") + outcome;
    ASSERT_TRUE(redeem(inc, redeem_body(promised, order))["accepted"]);
    const auto created = charge(inc, promised, order, outcome);
    EXPECT_EQ(created["total_yen"], promised["total_yen"]);
    const auto shown =
        pricing.door("operator").get("/v1/charges/" + created["charge_id"].get<std::string>()).body;
    for (const auto* key :
         {"lines", "net_yen", "tax_percent", "tax_yen", "total_yen", "quote_id", "annex_versions"}) {
      EXPECT_EQ(shown[key], promised[key]) << key;
    }
    EXPECT_EQ(shown["outcome"], outcome);
  }
}

TEST_F(Charges, R41_AreDueAfterTheQuoteHasExpiredToo) {
  const auto inc = incident();
  const auto promised = quote(inc);
  ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  pricing.clock.advance(std::chrono::days(30));
  EXPECT_EQ(charge(inc, promised, "ord_1", "completed")["total_yen"], promised["total_yen"]);
}

TEST_F(Charges, R42_OneOrderIsChargedOnceHoweverOftenItIsAsked) {
  const auto inc = incident();
  const auto promised = quote(inc);
  ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  const auto first = charge(inc, promised, "ord_1", "completed");
  EXPECT_EQ(charge(inc, promised, "ord_1", "completed"), first);
  EXPECT_EQ(pricing.count("charges"), 1);
}

TEST_F(Charges, R42_ASecondIncidentIsChargedAgain) {
  std::set<std::string> charges;
  for (const auto* order : {"ord_1", "ord_2"}) {
    const auto inc = incident();
    const auto promised = quote(inc);
    ASSERT_TRUE(redeem(inc, redeem_body(promised, order))["accepted"]);
    charges.insert(charge(inc, promised, order, "completed")["charge_id"].get<std::string>());
    const auto list = pricing.door("operator").get("/v1/charges?incident_id=" + inc).body["items"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["incident_id"], inc);
  }
  EXPECT_EQ(charges.size(), 2U);
}

TEST_F(Charges, NeedAnOrderThatHoldsTheQuote) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto order = [&](const char* id, const Json& quote_id) {
    return Json{{"order_id", id}, {"quote_id", quote_id}, {"outcome", "completed"}, {"completed_us", 1}};
  };
  workflow.send("pricing", incident::messages::kChargeCreate, inc, order("ord_1", promised["quote_id"]));
  workflow.send("pricing", incident::messages::kChargeCreate, inc, order("ord_1", "quo_none"));
  EXPECT_TRUE(dead_letters_reach(2));
  EXPECT_EQ(pricing.count("charges"), 0);
}

TEST_F(Charges, KeepTheirQuoteUsed) {
  const auto inc = incident();
  const auto promised = quote(inc);
  ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  charge(inc, promised, "ord_1", "completed");
  workflow.send("pricing", incident::messages::kQuoteRelease, inc,
                {{"order_id", "ord_1"}, {"quote_id", promised["quote_id"]}});
  EXPECT_TRUE(dead_letters_reach(1));
  EXPECT_EQ(redeem(inc, redeem_body(promised, "ord_2"))["problem"]["problem"], "quote-used");
}

TEST_F(Charges, AreSeenByTheirCustomerAndStaffOnly) {
  const auto inc = incident();
  const auto promised = quote(inc);
  ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  const auto url =
      "/v1/charges/" + charge(inc, promised, "ord_1", "completed")["charge_id"].get<std::string>();
  auto web_form = pricing.door("web_form");
  EXPECT_EQ(web_form.get(url + "?on_behalf_of=C-1001").status, 200);
  EXPECT_EQ(web_form.get(url + "?on_behalf_of=C-1002").problem(), "charge-not-found");
  EXPECT_EQ(web_form.get("/v1/charges?on_behalf_of=C-1001").body["items"].size(), 1U);
  EXPECT_EQ(web_form.get("/v1/charges?on_behalf_of=C-1002").body["items"].size(), 0U);
  EXPECT_EQ(web_form.get("/v1/charges").problem(), "missing-on-behalf-of");
  EXPECT_EQ(pricing.door("reporter").get(url).status, 403);
}

TEST_F(Charges, AreListedPageByPage) {
  std::set<std::string> made;
  for (int i = 0; i < 5; ++i) {
    const auto inc = incident();
    const auto promised = quote(inc);
    const auto order = "ord_" + std::to_string(i);
    ASSERT_TRUE(redeem(inc, redeem_body(promised, order))["accepted"]);
    made.insert(charge(inc, promised, order, "completed")["charge_id"].get<std::string>());
  }
  std::set<std::string> seen;
  std::string cursor;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const auto page = pricing.door("operator")
                          .get("/v1/charges?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor))
                          .body;
    for (const auto& item : page["items"]) seen.insert(item["charge_id"].get<std::string>());
    more = page["next_cursor"].is_string();
    if (more) cursor = page["next_cursor"];
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen, made);
  EXPECT_EQ(pricing.door("operator").get("/v1/charges?cursor=%20").problem(), "bad-cursor");
}

}  // namespace
}  // namespace rescue::pricing
