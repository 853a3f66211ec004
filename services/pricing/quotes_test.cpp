#include "rescue/catalog/quote.hpp"
#include "testing.hpp"

namespace rescue::pricing {
namespace {

class Quotes : public ::testing::Test {
 protected:
  RunningPricing pricing{contract::absent_redis()};
  Json wish = example("quote-request");
};

TEST_F(Quotes, TellThePriceItsTaxAndHowLongItHolds) {
  const auto answer = pricing.door("web_form").post("/v1/quotes", wish);
  ASSERT_EQ(answer.status, 201);
  const auto& quote = answer.body;
  EXPECT_EQ(quote["net_yen"], 50'000);
  EXPECT_EQ(quote["tax_yen"], 5'000);
  EXPECT_EQ(quote["total_yen"], 55'000);
  EXPECT_EQ(quote["issued_at"], "2026-09-18T03:00:00.000Z");
  EXPECT_EQ(quote["expires_at"], "2026-09-25T03:00:00.000Z");
  EXPECT_EQ(quote["sha256"], catalog::document_hash(quote));
  const std::string url = answer.headers.at("location");
  EXPECT_EQ(pricing.door("operator").get(url).body, quote) << "a quote never changes";
}

TEST_F(Quotes, AreForTheCustomerWhoHoldsTheContract) {
  wish["on_behalf_of"]["customer"] = "C-1002";
  const auto answer = pricing.door("web_form").post("/v1/quotes", wish);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.problem(), "not-your-server");
}

TEST_F(Quotes, R6_NeedAServerUnderContract) {
  wish.erase("on_behalf_of");
  wish["server_id"] = "srv-1009";
  const auto answer = pricing.door("operator").post("/v1/quotes", wish);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.problem(), "not-under-contract");
  EXPECT_EQ(answer.body["pointer"], "/server_id");
}

TEST_F(Quotes, SayHonestlyWhatIsNotAvailable) {
  for (const auto* item : {"investigation_recovery", "investigation_recovery_reinstall"}) {
    wish["work_item"] = item;
    const auto answer = pricing.door("web_form").post("/v1/quotes", wish);
    EXPECT_EQ(answer.status, 422) << item;
    EXPECT_EQ(answer.problem(), "work-item-not-available");
  }
}

TEST_F(Quotes, NameTheFieldThatIsWrong) {
  const auto pointer = [&](const char* key, const Json& value) {
    auto body = wish;
    body[key] = value;
    return pricing.door("web_form").post("/v1/quotes", body).body.value("pointer", "");
  };
  EXPECT_EQ(pointer("incident_id", "inc_1"), "/incident_id");
  EXPECT_EQ(pointer("work_item", "everything"), "/work_item");
  EXPECT_EQ(pointer("server_id", 7), "/server_id");
  EXPECT_EQ(pointer("discount", 7), "/discount");
  EXPECT_EQ(pointer("on_behalf_of", Json{{"customer", "C-1001"}}), "/on_behalf_of/person");
  wish.erase("on_behalf_of");
  EXPECT_EQ(pricing.door("web_form").post("/v1/quotes", wish).problem(), "missing-on-behalf-of");
}

TEST_F(Quotes, SameKeyAndBodyGiveTheSameQuote) {
  auto door = pricing.door("web_form");
  const auto first = door.post("/v1/quotes", wish, "key-1");
  EXPECT_EQ(door.post("/v1/quotes", wish, "key-1").body, first.body);
  EXPECT_EQ(pricing.count("quotes"), 1);
  wish["server_id"] = "srv-1002";
  EXPECT_EQ(door.post("/v1/quotes", wish, "key-1").problem(), "idempotency-key-reused");
}

TEST_F(Quotes, AreSeenByTheirCustomerAndStaffOnly) {
  const std::string url = pricing.door("web_form").post("/v1/quotes", wish).headers.at("location");
  EXPECT_EQ(pricing.door("web_form").get(url + "?on_behalf_of=C-1001").status, 200);
  EXPECT_EQ(pricing.door("web_form").get(url + "?on_behalf_of=C-1002").problem(), "quote-not-found");
  EXPECT_EQ(pricing.door("web_form").get(url).problem(), "missing-on-behalf-of");
  EXPECT_EQ(pricing.door("reporter").get(url).status, 403);
}

TEST_F(Quotes, R21_TheCatalogueShowsTheFourWorkItemsToEveryRole) {
  for (const auto* caller : {"web_form", "reporter", "internal", "operator"}) {
    const auto answer = pricing.door(caller).get("/v1/catalogue");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body["items"].size(), 4U);
    EXPECT_EQ(answer.body["consents"].size(), 13U);
  }
}

TEST_F(Quotes, R11_OutOfHoursIsALineOnlyWhereItWasAskedFor) {
  pricing.clock.advance(std::chrono::hours(10));  // 22:00 in Tokyo
  EXPECT_EQ(pricing.door("web_form").post("/v1/quotes", wish).body["net_yen"], 50'000);
  wish["out_of_hours"] = true;
  const auto asked = pricing.door("web_form").post("/v1/quotes", wish).body;
  EXPECT_EQ(asked["net_yen"], 75'000);
  EXPECT_EQ(asked["lines"][1]["rule"], "R11");
  wish["out_of_hours"] = "yes";
  EXPECT_EQ(pricing.door("web_form").post("/v1/quotes", wish).body["pointer"], "/out_of_hours");
}

TEST_F(Quotes, R8_PastSupportTheFeeAndTheLimitsStandInTheQuote) {
  pricing.clock.advance(*parse_rfc3339("2028-07-01T00:00:00+09:00") - pricing.clock.now());
  const auto quote = pricing.door("web_form").post("/v1/quotes", wish).body;
  EXPECT_EQ(quote["lines"][1]["rule"], "R8");
  EXPECT_EQ(quote["net_yen"], 80'000);
  EXPECT_FALSE(quote["limited_work"]["ja"].get<std::string>().empty());
}

TEST_F(Quotes, R7_OnTheLastDayOfSupportThereIsNoFee) {
  pricing.clock.advance(*parse_rfc3339("2028-06-30T23:59:59+09:00") - pricing.clock.now());
  const auto quote = pricing.door("web_form").post("/v1/quotes", wish).body;
  EXPECT_EQ(quote["net_yen"], 50'000);
  EXPECT_FALSE(quote.contains("limited_work"));
}

TEST_F(Quotes, OnlyAnOperatorJudgesAnOperatingSystem) {
  wish["system_judgement"] = {{"standing", "in_support"}, {"reason", "I say so"}};
  EXPECT_EQ(pricing.door("web_form").post("/v1/quotes", wish).problem(), "role-not-allowed");
  wish.erase("on_behalf_of");
  EXPECT_EQ(pricing.door("internal").post("/v1/quotes", wish).problem(), "role-not-allowed");
}

TEST_F(Quotes, R21_TheComparisonShowsTheFourItemsAndSelfRemediationSideBySide) {
  pricing.clock.advance(std::chrono::hours(10));
  const auto shown = pricing.door("web_form").get("/v1/comparison?server_id=srv-1001&on_behalf_of=C-1001");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body["items"].size(), 4U);
  EXPECT_EQ(shown.body["items"][1]["saving_yen"], 27'500);
  EXPECT_EQ(shown.body["self_remediation"]["price"]["total_yen"], 0);
  EXPECT_EQ(pricing.door("web_form").get("/v1/comparison?server_id=srv-1001&on_behalf_of=C-1002").problem(),
            "not-your-server");
  EXPECT_EQ(pricing.door("operator").get("/v1/comparison?server_id=srv-9999").problem(),
            "not-under-contract");
  EXPECT_EQ(pricing.door("operator").get("/v1/comparison").problem(), "bad-query");
  EXPECT_EQ(pricing.door("reporter").get("/v1/comparison?server_id=srv-1001").status, 403);
}

using Redeeming = WithWorkflow;

TEST_F(Redeeming, R9_AnUnlistedSystemIsRefusedAndGoesToAPersonWhoseJudgementMakesTheQuote) {
  auto systems = pricing.annexes.text("operating_systems.csv");
  const auto at = systems.find("debian-12,");
  pricing.annexes.write("operating_systems.csv", systems.erase(at, systems.find('\n', at) + 1 - at));
  auto wish = example("quote-request");
  wish["incident_id"] = incident();
  contract::Door::Answer refused;
  ASSERT_TRUE(contract::reaches([&] {
    refused = pricing.door("web_form").post("/v1/quotes", wish);
    return refused.status == 422;
  })) << "the file is read again";
  EXPECT_EQ(refused.problem(), "os-not-listed");
  EXPECT_EQ(refused.body["pointer"], "/server_id");
  const auto told = workflow.expect(incident::messages::kSystemUnlisted);
  EXPECT_EQ(told.incident_id, wish["incident_id"]);
  EXPECT_EQ(told.body["os"], "debian-12");

  wish.erase("on_behalf_of");
  wish["system_judgement"] = {{"standing", "past_support"}, {"reason", "A fork of what we know."}};
  const auto judged = pricing.door("operator").post("/v1/quotes", wish);
  ASSERT_EQ(judged.status, 201);
  EXPECT_EQ(judged.body["lines"][1]["rule"], "R8");
  EXPECT_EQ(judged.body["operating_system"]["judged_because"], "A fork of what we know.");
}

TEST_F(Redeeming, BindsAQuoteToOneOrder) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto first = redeem(inc, redeem_body(promised, "ord_1"));
  EXPECT_TRUE(first["accepted"]);
  EXPECT_EQ(first["total_yen"], promised["total_yen"]);
  EXPECT_EQ(first["request_id"], "req_1");
  EXPECT_EQ(first["out_of_hours"], false);

  const auto second = redeem(inc, redeem_body(promised, "ord_2"));
  EXPECT_FALSE(second["accepted"]);
  EXPECT_EQ(second["problem"]["problem"], "quote-used");
  EXPECT_EQ(second["problem"]["code"], "conflict");
}

TEST_F(Redeeming, GivesTheSameOrderTheSameAnswer) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto first = redeem(inc, redeem_body(promised, "ord_1"));
  EXPECT_EQ(redeem(inc, redeem_body(promised, "ord_1")), first);

  const auto unknown = redeem_body({{"quote_id", "quo_none"}, {"sha256", "x"}}, "ord_2");
  const auto refused = redeem(inc, unknown);
  EXPECT_EQ(refused["problem"]["problem"], "quote-not-found");
  EXPECT_EQ(redeem(inc, unknown), refused);
}

TEST_F(Redeeming, RefusesWhatWasNotQuoted) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto problem = [&](const char* key, const std::string& value, const std::string& incident_id) {
    static int order = 0;
    auto body = redeem_body(promised, "ord_" + std::to_string(++order));
    if (*key != '\0') body[key] = value;
    const auto answer = redeem(incident_id, body);
    return answer["problem"]["problem"].get<std::string>() + " " +
           answer["problem"]["pointer"].get<std::string>();
  };
  EXPECT_EQ(problem("quote_sha256", std::string(64, '0'), inc), "quote-mismatch /quote/sha256");
  EXPECT_EQ(problem("server_id", "srv-1002", inc), "quote-mismatch /server_id");
  EXPECT_EQ(problem("customer", "C-1002", inc), "quote-mismatch /on_behalf_of/customer");
  EXPECT_EQ(problem("work_item", "investigation_recovery", inc), "quote-mismatch /work_item");
  EXPECT_EQ(problem("", "", incident()), "quote-mismatch /quote/id");
  EXPECT_TRUE(redeem(inc, redeem_body(promised, "ord_last"))["accepted"]) << "a refusal uses nothing up";
}

TEST_F(Redeeming, RefusesAnExpiredQuote) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto late = quote(inc);
  pricing.clock.advance(std::chrono::days(7) - std::chrono::microseconds(1));
  EXPECT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  pricing.clock.advance(std::chrono::microseconds(1));
  const auto answer = redeem(inc, redeem_body(late, "ord_2"));
  EXPECT_EQ(answer["problem"]["problem"], "quote-expired");
}

TEST_F(Redeeming, AnOrderTakenInTimeIsNotSpoiltByAnOutageHere) {
  const auto inc = incident();
  const auto promised = quote(inc);
  const auto body = redeem_body(promised, "ord_1");
  pricing.clock.advance(std::chrono::days(8));
  EXPECT_TRUE(redeem(inc, body)["accepted"]);
}

TEST_F(Redeeming, AQuoteForAnIdThatWasMergedIntoTheIncidentIsItsQuote) {
  const auto merged = incident();
  const auto inc = incident();
  const auto promised = quote(merged);
  auto body = redeem_body(promised, "ord_1");
  body["merged_ids"] = {merged};
  ASSERT_TRUE(redeem(inc, body)["accepted"]);
  charge(inc, promised, "ord_1", "completed");
  const auto charges = pricing.door("operator").get("/v1/charges?incident_id=" + inc).body["items"];
  EXPECT_EQ(charges.size(), 1U) << "it is the incident that is charged";
}

/// On the last day of srv-1009's contract.
class RedeemingOnALastDay : public WithWorkflow {
 protected:
  RedeemingOnALastDay() : WithWorkflow(*parse_rfc3339("2025-03-31T03:00:00Z")) {}
};

TEST_F(RedeemingOnALastDay, R6_RefusesAServerWhoseContractEndedSinceTheQuote) {
  const auto inc = incident();
  auto wish = example("quote-request");
  wish["incident_id"] = inc;
  wish["server_id"] = "srv-1009";
  const auto promised = pricing.door("web_form").post("/v1/quotes", wish).body;
  pricing.clock.advance(std::chrono::days(1));
  auto body = redeem_body(promised, "ord_1");
  body["server_id"] = "srv-1009";
  const auto answer = redeem(inc, body);
  EXPECT_EQ(answer["problem"]["problem"], "not-under-contract");
  EXPECT_EQ(answer["problem"]["pointer"], "/server_id");
}

TEST_F(Redeeming, AReleasedQuoteMayBeUsedAgain) {
  const auto inc = incident();
  const auto promised = quote(inc);
  ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_1"))["accepted"]);
  const Json release = {{"order_id", "ord_1"}, {"quote_id", promised["quote_id"]}};
  workflow.send("pricing", incident::messages::kQuoteRelease, inc, release);
  workflow.send("pricing", incident::messages::kQuoteRelease, inc, release);
  EXPECT_TRUE(redeem(inc, redeem_body(promised, "ord_2"))["accepted"]);
  workflow.send("pricing", incident::messages::kQuoteRelease, inc, release);  // no longer ord_1's
  EXPECT_EQ(redeem(inc, redeem_body(promised, "ord_3"))["problem"]["problem"], "quote-used");
}

}  // namespace
}  // namespace rescue::pricing
