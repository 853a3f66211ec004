#include "rescue/catalog/quote.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rescue::catalog {
namespace {

Json example() {
  return Json::parse(std::ifstream(RESCUE_SOURCE_DIR "/libs/catalog/data/catalogue.example.json"));
}

QuoteRequest request(WorkItem item) {
  return {.quote_id = QuoteId::trusted("quo_01j00000000000000000000000"),
          .incident_id = IncidentId::trusted("inc_01j00000000000000000000000"),
          .server_id = "srv-1001",
          .work_item = item,
          .issued_at = *parse_rfc3339("2026-09-18T03:00:00Z"),
          .validity = std::chrono::days(7)};
}

Catalogue all_available(Json file) {
  for (auto& item : file["items"]) {
    item["available"] = true;
    item.erase("unavailable_reason");
  }
  return *Catalogue::parse(file);
}

TEST(Quote, AddsTaxToTheSumOfItsLines) {
  const auto quote = compute_quote(*Catalogue::parse(example()), request(WorkItem::kInvestigation));
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->net, Yen{50'000});
  EXPECT_EQ(quote->tax, Yen{5'000});
  EXPECT_EQ(quote->total, Yen{55'000});
  EXPECT_EQ(format_rfc3339(quote->expires_at), "2026-09-25T03:00:00.000Z");
}

TEST(Quote, TaxIsRoundedDownOnceForTheWholeQuote) {
  auto file = example();
  for (auto& line : file["lines"]) line["net_yen"] = 105;  // 10.5 each: 10 + 10 would be wrong
  const auto quote = compute_quote(all_available(file), request(WorkItem::kInvestigationRecoveryReinstall));
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->net, Yen{210});
  EXPECT_EQ(quote->tax, Yen{21});
}

TEST(Quote, R19_ReinstallIsALineOfItsOwn) {
  const auto catalogue = all_available(example());
  const auto three = compute_quote(catalogue, request(WorkItem::kInvestigationRecovery));
  const auto four = compute_quote(catalogue, request(WorkItem::kInvestigationRecoveryReinstall));
  ASSERT_EQ(four->lines.size(), 2U);
  EXPECT_EQ(four->lines[1].code, "reinstall");
  EXPECT_EQ(four->net, three->net + four->lines[1].net);
}

TEST(Quote, RefusesAWorkItemThatIsNotAvailable) {
  const auto quote = compute_quote(*Catalogue::parse(example()), request(WorkItem::kInvestigationRecovery));
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().problem, "work-item-not-available");
  EXPECT_EQ(quote.error().pointer, "/work_item");
}

TEST(Quote, HashCoversEveryFieldButItself) {
  const auto quote = compute_quote(*Catalogue::parse(example()), request(WorkItem::kInvestigation));
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
