// R28: what was shown side by side is kept, so that a choice can name it.
#include "comparison_store.hpp"
#include "rescue/catalog/quote.hpp"
#include "testing.hpp"

extern const std::span<const rescue::EmbeddedFile> pricing_migrations;

namespace rescue::pricing {
namespace {

namespace messages = incident::messages;

const std::string kUrl = "/v1/comparison?server_id=srv-1001";

class Comparisons : public WithWorkflow {
 protected:
  Json show(const std::string& incident_id = {}) {
    return pricing.door("web_form")
        .get(kUrl + (incident_id.empty() ? "" : "&incident_id=" + incident_id) + "&on_behalf_of=C-1001")
        .body;
  }
  Json check_body(const Json& shown) {
    return {{"request_id", "req_1"},
            {"comparison_id", shown["comparison_id"]},
            {"comparison_sha256", shown["sha256"]},
            {"server_id", "srv-1001"},
            {"customer", "C-1001"},
            {"merged_ids", Json::array()},
            {"submitted_us", to_us(pricing.clock.now())}};
  }
  /// What workflow is told when a choice names it.
  Json check(const std::string& incident_id, const Json& body) {
    workflow.send("pricing", messages::kComparisonCheck, incident_id, body, to_us(pricing.clock.now()));
    return workflow.expect(messages::kComparisonChecked).body;
  }
  std::string problem(const std::string& incident_id, const Json& body) {
    const auto answer = check(incident_id, body);
    if (answer["accepted"]) return "accepted";
    const auto& problem = answer["problem"];
    return problem["problem"].get<std::string>() + " " + problem["pointer"].get<std::string>();
  }
};

TEST_F(Comparisons, R28_EachIsKeptAsItWasShown) {
  const auto inc = incident();
  const auto shown = show(inc);
  EXPECT_EQ(shown["incident_id"], inc);
  EXPECT_EQ(shown["sha256"], catalog::document_hash(shown));
  EXPECT_EQ(shown["expires_at"], "2026-09-25T03:00:00.000Z");
  EXPECT_FALSE(show().contains("incident_id"));

  const auto url = "/v1/comparisons/" + shown["comparison_id"].get<std::string>();
  pricing.clock.advance(std::chrono::hours(10));  // closed now: another would show other prices
  EXPECT_EQ(pricing.door("operator").get(url).body, shown);
  EXPECT_EQ(pricing.door("web_form").get(url + "?on_behalf_of=C-1001").body, shown);
  EXPECT_EQ(pricing.door("web_form").get(url + "?on_behalf_of=C-1002").problem(), "comparison-not-found");
  EXPECT_EQ(pricing.door("reporter").get(url).status, 403);
  EXPECT_EQ(pricing.door("operator").get(kUrl + "&incident_id=none").problem(), "bad-query");
}

TEST_F(Comparisons, R28_WorkflowGetsTheDocumentThatAChoiceNames) {
  const auto inc = incident();
  const auto shown = show(inc);
  const auto answer = check(inc, check_body(shown));
  EXPECT_TRUE(answer["accepted"]);
  EXPECT_EQ(answer["comparison"], shown);
  EXPECT_EQ(answer["request_id"], "req_1");
  EXPECT_EQ(problem(incident(), check_body(show())), "accepted") << "it was shown for the server alone";
  auto merged = check_body(shown);
  merged["merged_ids"] = {inc};
  EXPECT_EQ(problem(incident(), merged), "accepted") << "it was shown for an incident that was merged";
}

TEST_F(Comparisons, R28_WhatWasNotShownForThisChoiceIsRefusedByName) {
  const auto inc = incident();
  const auto shown = show(inc);
  const auto with = [&](const char* key, const std::string& value) {
    auto body = check_body(shown);
    body[key] = value;
    return problem(inc, body);
  };
  EXPECT_EQ(with("comparison_id", make_id("cmp", kStart)), "comparison-not-found /comparison/id");
  EXPECT_EQ(with("server_id", "srv-1002"), "comparison-mismatch /comparison/id");
  EXPECT_EQ(with("customer", "C-1002"), "comparison-mismatch /comparison/id");
  EXPECT_EQ(with("comparison_sha256", std::string(64, '0')), "comparison-mismatch /comparison/sha256");
  EXPECT_EQ(problem(incident(), check_body(shown)), "comparison-mismatch /comparison/id")
      << "an incident of another category, of the same server";
  EXPECT_EQ(problem(inc, check_body(shown)), "accepted") << "a refusal uses nothing up";
}

TEST_F(Comparisons, R28_AnExpiredOneIsRefusedUnlessTheChoiceWasMadeInTime) {
  const auto inc = incident();
  const auto shown = show(inc);
  const auto in_time = check_body(shown);
  pricing.clock.advance(std::chrono::days(7));
  EXPECT_EQ(problem(inc, check_body(shown)), "comparison-expired /comparison/id");
  EXPECT_EQ(problem(inc, in_time), "accepted") << "an outage spoils none";
}

TEST(ComparisonStore, HoldsTheNewestOfAServerAndNoneLongAfterItsEnd) {
  const auto database = store::Database::open("sqlite://:memory:", pricing_migrations).value();
  const auto put = [&](const std::string& id, const std::string& server, std::int64_t shown_s) {
    StoredComparison one;
    one.comparison_id = id;
    one.server_id = server;
    one.document = Json::object();
    one.shown_us = shown_s * 1'000'000;
    one.expires_us = one.shown_us + 1'000'000;
    ASSERT_TRUE(database->write([&](store::Tx& tx) { return ComparisonStore::insert(tx, one, 3); }));
  };
  const auto held = [&] {
    std::string ids;
    const auto rows = database->read(
        [](store::Tx& tx) { return tx.query("SELECT comparison_id FROM comparisons ORDER BY 1"); });
    for (const auto& row : *rows) ids += row.text(0) + " ";
    return ids;
  };
  for (int i = 1; i <= 5; ++i) put("a" + std::to_string(i), "srv-1", i);
  put("b1", "srv-2", 6);
  EXPECT_EQ(held(), "a3 a4 a5 b1 ");
  put("c1", "srv-3", 86'400 + 6);
  EXPECT_EQ(held(), "a5 b1 c1 ") << "those that ended more than a day before have gone";
}

}  // namespace
}  // namespace rescue::pricing
