#include "rescue/catalog/catalogue.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rescue::catalog {
namespace {

const std::string kExample = RESCUE_SOURCE_DIR "/libs/catalog/data/catalogue.example.json";

Json example() {
  return Json::parse(std::ifstream(kExample));
}

std::string pointer_of_fault(const Json& file) {
  const auto catalogue = Catalogue::parse(file);
  return catalogue ? "accepted" : catalogue.error().pointer;
}

TEST(Catalogue, LoadsTheShippedExample) {
  const auto catalogue = Catalogue::load(kExample);
  ASSERT_TRUE(catalogue) << catalogue.error().detail;
  EXPECT_EQ(catalogue->tax_percent(), 10);
  EXPECT_FALSE(catalogue->offer(WorkItem::kInvestigation).unavailable_reason);
}

TEST(Catalogue, R21_HasExactlyTheFourWorkItems) {
  const auto shown = Catalogue::load(kExample)->to_json();
  std::vector<std::string> names;
  for (const auto& item : shown["items"]) names.push_back(item["work_item"]);
  EXPECT_EQ(names, work_item_names());
  EXPECT_EQ(names.size(), 4U);

  auto missing = example();
  missing["items"].erase(3);
  EXPECT_EQ(pointer_of_fault(missing), "/items");
  auto twice = example();
  twice["items"].push_back(twice["items"][0]);
  EXPECT_EQ(pointer_of_fault(twice), "/items/4");
  auto fifth = example();
  fifth["items"][0]["work_item"] = "massage";
  EXPECT_EQ(pointer_of_fault(fifth), "/items/0/work_item");
}

TEST(Catalogue, R19_ItemFourIsItemThreeAndAReinstallLine) {
  const auto catalogue = Catalogue::load(kExample);
  const auto three = catalogue->lines_of(WorkItem::kInvestigationRecovery);
  const auto four = catalogue->lines_of(WorkItem::kInvestigationRecoveryReinstall);
  ASSERT_EQ(three.size(), 1U);
  ASSERT_EQ(four.size(), 2U);
  EXPECT_EQ(four[0].code, three[0].code);
  EXPECT_EQ(four[0].net, three[0].net);
  EXPECT_EQ(four[1].code, "reinstall");
}

TEST(Catalogue, R33_To_R45_EachHaveOneConsentItemInBothLanguages) {
  const auto catalogue = Catalogue::load(kExample);
  std::vector<std::string> rules;
  for (const auto& consent : catalogue->consents()) {
    rules.push_back(consent.rule);
    EXPECT_FALSE(consent.text.ja.empty());
    EXPECT_FALSE(consent.text.en.empty());
  }
  EXPECT_EQ(rules, (std::vector<std::string>{"R33", "R34", "R35", "R36", "R37", "R38", "R39", "R40", "R41",
                                             "R42", "R43", "R44", "R45"}));

  auto missing = example();
  missing["consents"].erase(0);
  EXPECT_EQ(pointer_of_fault(missing), "/consents");
  auto wrong_id = example();
  wrong_id["consents"][0]["id"] = "consent-r34";
  EXPECT_EQ(pointer_of_fault(wrong_id), "/consents/0/id");
}

TEST(Catalogue, NamesThePlaceOfAFault) {
  auto fraction = example();
  fraction["lines"][1]["net_yen"] = 0.5;
  EXPECT_EQ(pointer_of_fault(fraction), "/lines/1/net_yen");
  auto untitled = example();
  untitled["items"][2]["title"].erase("ja");
  EXPECT_EQ(pointer_of_fault(untitled), "/items/2/title/ja");
  auto no_reason = example();
  no_reason["items"][0].erase("unavailable_reason");
  EXPECT_EQ(pointer_of_fault(no_reason), "/items/0/unavailable_reason");
  auto unknown = example();
  unknown["discount"] = 1;
  EXPECT_EQ(pointer_of_fault(unknown), "/discount");
  auto dollars = example();
  dollars["currency"] = "USD";
  EXPECT_EQ(pointer_of_fault(dollars), "/currency");
}

TEST(Catalogue, ShowsPricesAndWhyAnItemIsNotAvailable) {
  const auto shown = Catalogue::load(kExample)->to_json();
  EXPECT_EQ(shown["items"][3]["price_yen"], 150000);
  EXPECT_FALSE(shown["items"][3]["available"]);
  EXPECT_FALSE(shown["items"][3]["unavailable_reason"]["ja"].get<std::string>().empty());
  EXPECT_TRUE(shown["items"][1]["available"]);
  EXPECT_FALSE(shown["items"][1].contains("unavailable_reason"));
}

}  // namespace
}  // namespace rescue::catalog
