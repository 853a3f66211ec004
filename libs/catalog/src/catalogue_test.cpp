#include "rescue/catalog/catalogue.hpp"

#include <gtest/gtest.h>

#include "rescue/catalog/contracts.hpp"
#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::catalog {
namespace {

using testing::AnnexRoom;
using testing::snapshot;

const auto kDay = *parse_day("2026-09-18");

/// The value in a shipped annex.
Json example(const std::string& file) {
  const AnnexRoom room;
  return parse_yaml(file, room.text(file))->value;
}

std::string prices_fault(const Json& value) {
  const auto lists = read_price_lists(value);
  return lists ? "accepted" : lists.error().pointer;
}

TEST(PriceLists, R21_HaveExactlyTheFourWorkItems) {
  const auto shown = *Catalogue::on(snapshot(), kDay)->to_json();
  std::vector<std::string> names;
  for (const auto& item : shown["items"]) names.push_back(item["work_item"]);
  EXPECT_EQ(names, work_item_names());
  EXPECT_EQ(names.size(), 4U);

  auto missing = example("prices.yaml");
  missing["versions"][0]["items"].erase(3);
  EXPECT_EQ(prices_fault(missing), "/versions/0/items");
  auto twice = example("prices.yaml");
  twice["versions"][0]["items"].push_back(twice["versions"][0]["items"][0]);
  EXPECT_EQ(prices_fault(twice), "/versions/0/items/4");
  auto fifth = example("prices.yaml");
  fifth["versions"][0]["items"][0]["work_item"] = "massage";
  EXPECT_EQ(prices_fault(fifth), "/versions/0/items/0/work_item");
}

TEST(PriceLists, R19_ItemFourIsItemThreeAndAReinstallLine) {
  const auto catalogue = Catalogue::on(snapshot(), kDay);
  const auto three = catalogue->prices().lines_of(WorkItem::kInvestigationRecovery);
  const auto four = catalogue->prices().lines_of(WorkItem::kInvestigationRecoveryReinstall);
  ASSERT_EQ(three.size(), 1U);
  ASSERT_EQ(four.size(), 2U);
  EXPECT_EQ(four[0].code, three[0].code);
  EXPECT_EQ(four[0].net, three[0].net);
  EXPECT_EQ(four[1].code, "reinstall");
  EXPECT_EQ(four[1].rule, "R19");
}

TEST(PriceLists, NameThePlaceOfAFault) {
  const auto fault = [](const std::function<void(Json&)>& change) {
    auto value = example("prices.yaml");
    change(value["versions"][0]);
    return prices_fault(value);
  };
  EXPECT_EQ(fault([](Json& v) { v["lines"][1]["net_yen"] = -1; }), "/versions/0/lines/1/net_yen");
  EXPECT_EQ(fault([](Json& v) { v["items"][2]["title"].erase("ja"); }), "/versions/0/items/2/title/ja");
  EXPECT_EQ(fault([](Json& v) { v["items"][2].erase("unavailable_reason"); }),
            "/versions/0/items/2/unavailable_reason");
  EXPECT_EQ(fault([](Json& v) { v["items"][0]["work_minutes"] = 0; }), "/versions/0/items/0/work_minutes");
  EXPECT_EQ(fault([](Json& v) { v["discount"] = 1; }), "/versions/0/discount");
  EXPECT_EQ(fault([](Json& v) { v["valid_to"] = "2020-03-31"; }), "/versions/0/valid_to");
  auto dollars = example("prices.yaml");
  dollars["currency"] = "USD";
  EXPECT_EQ(prices_fault(dollars), "/currency");
}

TEST(Consents, R33_To_R45_EachHaveOneItemInBothLanguages) {
  const auto consents = snapshot()->consents->on(kDay);
  ASSERT_TRUE(consents);
  std::vector<std::string> rules;
  for (const auto& consent : *consents) {
    rules.push_back(consent.rule);
    EXPECT_EQ(consent.id, "consent-r" + consent.rule.substr(1));
    EXPECT_FALSE(consent.text.ja.empty());
    EXPECT_FALSE(consent.text.en.empty());
  }
  EXPECT_EQ(rules, (std::vector<std::string>{"R33", "R34", "R35", "R36", "R37", "R38", "R39", "R40", "R41",
                                             "R42", "R43", "R44", "R45"}));
  auto missing = example("consents.yaml");
  missing["consents"].erase(0);
  EXPECT_EQ(ConsentTexts::read(missing).error().pointer, "/consents");
}

TEST(Catalogue, R44_R45_NamesTheTermsAndTheSpecificationInForceOnTheDay) {
  const AnnexRoom room;
  room.edit("documents.yaml", "valid_to: null", "valid_to: 2026-09-30");
  room.write("documents.yaml", room.text("documents.yaml") +
                                   "  - document: terms\n    version: terms-2\n    valid_from: 2026-10-01\n"
                                   "    title: {ja: 約款, en: Terms}\n");
  const auto annexes = snapshot(room.path());
  EXPECT_EQ(Catalogue::on(annexes, *parse_day("2026-09-30"))->terms().version, "terms-1");
  EXPECT_EQ(Catalogue::on(annexes, *parse_day("2026-10-01"))->terms().version, "terms-2");
  EXPECT_EQ(Catalogue::on(annexes, *parse_day("2026-10-01"))->specification().version, "1.2");
}

TEST(Catalogue, R9_ADayThatNothingIsInForceOnIsRefused) {
  const auto early = Catalogue::on(snapshot(), *parse_day("2020-03-31"));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().problem, "annex-missing");
  EXPECT_EQ(early.error().detail, "no version of the price list is in force on 2020-03-31");
}

TEST(Catalogue, ShowsPricesAndWhyAnItemIsNotAvailable) {
  const auto shown = *Catalogue::on(snapshot(), kDay)->to_json();
  EXPECT_EQ(shown["items"][3]["price_yen"], 150'000);
  EXPECT_FALSE(shown["items"][3]["available"]);
  EXPECT_FALSE(shown["items"][3]["unavailable_reason"]["ja"].get<std::string>().empty());
  EXPECT_TRUE(shown["items"][1]["available"]);
  EXPECT_FALSE(shown["items"][1].contains("unavailable_reason"));
  EXPECT_EQ(shown["out_of_hours"]["net_yen"]["investigation"], 25'000);
  EXPECT_TRUE(shown["special_work"].contains("limits"));
}

}  // namespace
}  // namespace rescue::catalog
