#include "consents.hpp"

#include <gtest/gtest.h>

#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");

/// The text of R34 changes on the day of the order.
class ConsentsOfAnOrder : public ::testing::Test {
 protected:
  ConsentsOfAnOrder() {
    auto text = room_.text("consents.yaml");
    const auto row = text.find("  - rule: R34");
    auto next = text.substr(row, text.find("  - rule: R35") - row);
    text.replace(text.find("valid_to: null", row), 14, "valid_to: 2026-09-17");
    next.replace(next.find("1.2"), 3, "1.3");
    next.replace(next.find("2020-04-01"), 10, "2026-09-18");
    next.replace(next.find("The results"), 11, "All results");
    room_.write("consents.yaml", text + next);
    offered_ = *OfferedConsents::at(catalog::testing::snapshot(room_.path()), kNow);
    for (const auto& consent : offered_.in_force) given_.push_back(shown(consent.id, consent.version));
  }

  static Json shown(const std::string& id, const std::string& version, const std::string& language = "en") {
    return {{"id", id}, {"text_version", version}, {"language", language}};
  }
  static std::string quote_made(std::chrono::hours before) { return QuoteId::make(kNow - before).str(); }
  Result<Json> accept(const std::string& quote_id = quote_made(std::chrono::hours(1))) const {
    return accept_consents(&given_, offered_, quote_id);
  }
  std::string fault(const std::string& quote_id = quote_made(std::chrono::hours(1))) const {
    const auto accepted = accept(quote_id);
    return accepted ? "accepted" : accepted.error().problem + " " + accepted.error().pointer;
  }

  catalog::testing::AnnexRoom room_;
  OfferedConsents offered_;
  Json given_ = Json::array();
};

TEST_F(ConsentsOfAnOrder, R33_R34_EachIsKeptWithVersionLanguageTextAndItsHash) {
  given_[2] = shown("consent-r35", "1.2", "ja");
  const auto accepted = accept();
  ASSERT_TRUE(accepted) << accepted.error().detail;
  ASSERT_EQ(accepted->size(), 13U);
  const auto& second = accepted->at(1);
  EXPECT_EQ(second["id"], "consent-r34");
  EXPECT_EQ(second["version"], "1.3");
  EXPECT_EQ(second["language"], "en");
  EXPECT_EQ(second["text"]["en"].get<std::string>().substr(0, 11), "All results");
  EXPECT_EQ(second["text_sha256"], sha256_hex(second["text"]["en"].get<std::string>()));
  EXPECT_EQ(second["shown"], true);
  const auto& third = accepted->at(2);
  EXPECT_EQ(third["text_sha256"], sha256_hex(third["text"]["ja"].get<std::string>()));
}

TEST_F(ConsentsOfAnOrder, R45_ATextThatIsNotInForceIsRefusedByNameWithTheRightOne) {
  given_[1] = shown("consent-r34", "1.1");
  const auto refused = accept();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "consent-not-in-force");
  EXPECT_EQ(refused.error().pointer, "/consents/1/text_version");
  EXPECT_NE(refused.error().detail.find("consent-r34"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("the right one is 1.3"), std::string::npos);
}

TEST_F(ConsentsOfAnOrder, R45_WhatWasInForceWhenTheQuoteWasMadeHoldsAsLongAsTheQuote) {
  given_[1] = shown("consent-r34", "1.2");
  EXPECT_EQ(fault(quote_made(std::chrono::hours(1))), "consent-not-in-force /consents/1/text_version");
  const auto accepted = accept(quote_made(std::chrono::hours(24)));
  ASSERT_TRUE(accepted) << accepted.error().detail;
  EXPECT_EQ(accepted->at(1)["version"], "1.2");
  EXPECT_EQ(accepted->at(1)["text"]["en"].get<std::string>().substr(0, 11), "The results");
  EXPECT_EQ(fault("no quote"), "consent-not-in-force /consents/1/text_version");
  EXPECT_EQ(fault(quote_made(-std::chrono::hours(48))), "consent-not-in-force /consents/1/text_version");
}

TEST_F(ConsentsOfAnOrder, R44_AnItemAloneMeansTheJapaneseTextInForceAndSaysThatNothingWasSaid) {
  given_[1] = "consent-r34";
  const auto accepted = accept(quote_made(std::chrono::hours(24)));
  ASSERT_TRUE(accepted) << accepted.error().detail;
  EXPECT_EQ(accepted->at(1)["version"], "1.3");
  EXPECT_EQ(accepted->at(1)["language"], "ja");
  EXPECT_EQ(accepted->at(1)["shown"], false);
}

TEST_F(ConsentsOfAnOrder, AreReadFieldByField) {
  const auto first = given_[0];
  const auto changed = [&](const Json& entry) {
    given_[0] = entry;
    auto found = fault();
    given_[0] = first;
    return found;
  };
  EXPECT_EQ(changed(7), "wrong-type /consents/0");
  EXPECT_EQ(changed(""), "wrong-type /consents/0");
  EXPECT_EQ(changed({{"id", "consent-r33"}}), "missing-field /consents/0/text_version");
  EXPECT_EQ(changed(shown("consent-r33", "1.2", "fr")), "not-allowed-value /consents/0/language");
  EXPECT_EQ(changed("consent-r34"), "duplicate-item /consents");
  EXPECT_EQ(changed("consent-r99"), "missing-consent /consents");
  given_.push_back("consent-r99");
  EXPECT_EQ(fault(), "unknown-consent /consents");
  EXPECT_EQ(accept_consents(nullptr, offered_, "").error().problem, "missing-field");
}

}  // namespace
}  // namespace rescue::intake
