// R28, R29: what the customer was shown when it chose is stored as shown.
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

class ChoicesTest : public WorkflowTest {
 protected:
  ChoicesTest() {
    shown_ = {
        {"comparison_id", "cmp_1"}, {"at", "2026-09-18T03:00:00.000Z"}, {"items", {{{"total", 55'000}}}}};
    shown_["sha256"] = sha256_hex(dump_json(shown_));
  }

  Json choose_from(const std::string& id, const std::string& choice = "service") {
    return ask(id, "choice",
               {{"choice", choice},
                {"situation_sha256", load(id).situation.at("sha256")},
                {"comparison", {{"id", "cmp_1"}, {"sha256", shown_.at("sha256")}}}});
  }
  /// What pricing says of the latest comparison that it was asked about.
  Status pricing_says(const std::string& id, Json more) {
    const auto asked = sent("pricing", messages::kComparisonCheck).back();
    more["request_id"] = asked.body.at("request_id");
    more["comparison_id"] = asked.body.at("comparison_id");
    return receive(messages::kComparisonChecked, id, std::move(more));
  }
  Json chosen(const std::string& id) { return view(id).at("choice"); }

  Json shown_;
};

TEST_F(ChoicesTest, R28_R29_TheComparisonLiesWithTheChoiceAsItWasShown) {
  const auto id = confirmed();
  EXPECT_TRUE(choose_from(id).is_null()) << "pricing is asked first";
  EXPECT_EQ(state(id), State::kAwaitingChoice);
  const auto asked = sent("pricing", messages::kComparisonCheck).at(0).body;
  EXPECT_EQ(asked.at("comparison_sha256"), shown_.at("sha256"));
  EXPECT_EQ(asked.at("server_id"), "srv-1001");
  EXPECT_EQ(asked.at("customer"), "C-1001");
  ASSERT_TRUE(pricing_says(id, {{"accepted", true}, {"comparison", shown_}}));
  const auto decision = decision_of(last_request_);
  ASSERT_TRUE(decision.at("accepted"));
  EXPECT_TRUE(decision.at("answer").at("comparison_recorded"));

  const auto choice = chosen(id);
  EXPECT_EQ(choice.at("comparison"),
            (Json{{"recorded", true}, {"sha256", shown_.at("sha256")}, {"document", shown_}}));
  EXPECT_EQ(choice.at("shown"), load(id).situation);
  EXPECT_EQ(choice.at("actor").at("person"), "P-1");
  const auto trail =
      query("SELECT details FROM audit WHERE action = 'incident.transition' ORDER BY number DESC");
  EXPECT_EQ(parse_json(trail.at(0).text(0))->at("comparison"),
            (Json{{"recorded", true}, {"comparison_id", "cmp_1"}, {"sha256", shown_.at("sha256")}}));
}

TEST_F(ChoicesTest, R28_WhereNothingWasShownTheRecordSaysSo) {
  const auto id = confirmed();
  const auto decision = choose(id, "self_remediation");
  ASSERT_TRUE(decision.at("accepted"));
  EXPECT_FALSE(decision.at("answer").at("comparison_recorded"));
  EXPECT_EQ(chosen(id).at("comparison"), (Json{{"recorded", false}}));
  EXPECT_TRUE(sent("pricing", messages::kComparisonCheck).empty());
}

TEST_F(ChoicesTest, R28_WhatPricingDoesNotKnowIsRefusedAndTheCustomerMayChooseAnew) {
  const auto id = confirmed();
  choose_from(id);
  ASSERT_TRUE(pricing_says(id, {{"accepted", false},
                                {"problem",
                                 {{"code", "conflict"},
                                  {"problem", "comparison-expired"},
                                  {"detail", "too late"},
                                  {"pointer", "/comparison/id"}}}}));
  const auto decision = decision_of(last_request_);
  ASSERT_FALSE(decision.at("accepted"));
  EXPECT_EQ(decision.at("problem").at("problem"), "comparison-expired");
  EXPECT_EQ(decision.at("problem").at("pointer"), "/comparison/id");
  EXPECT_EQ(state(id), State::kAwaitingChoice);
  EXPECT_TRUE(chosen(id).is_null());
  EXPECT_TRUE(choose(id, "service").at("accepted"));
}

TEST_F(ChoicesTest, R29_WhatHappenedWhilePricingWasAskedIsJudgedAnew) {
  const auto id = confirmed();
  choose_from(id);
  const auto request = last_request_;
  ASSERT_TRUE(ask(id, "cancellation", {{"reason", "we moved"}}).at("accepted"));
  ASSERT_TRUE(pricing_says(id, {{"accepted", true}, {"comparison", shown_}}));
  EXPECT_EQ(decision_of(request).at("problem").at("problem"), "illegal-transition");
  EXPECT_TRUE(chosen(id).is_null());
}

TEST_F(ChoicesTest, R29_AChoiceThatWaitedDoesNotOverruleANewerOne) {
  const auto id = confirmed();
  choose_from(id, "self_remediation");
  const auto waited = last_request_;
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  ASSERT_TRUE(pricing_says(id, {{"accepted", true}, {"comparison", shown_}}));
  EXPECT_EQ(decision_of(waited).at("problem").at("detail"), "the customer has chosen anew meanwhile");
  EXPECT_EQ(chosen(id).at("choice"), "service");
  EXPECT_EQ(load(id).choice, "service");
}

TEST_F(ChoicesTest, R28_AnotherDocumentThanTheChoiceNamesIsNotKept) {
  const auto id = confirmed();
  choose_from(id);
  auto other = shown_;
  other["items"] = {{{"total", 1}}};
  const auto taken = pricing_says(id, {{"accepted", true}, {"comparison", other}});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(state(id), State::kAwaitingChoice);
}

TEST_F(ChoicesTest, R29_WhatWasShownAtAnEarlierChoiceStaysReadable) {
  const auto id = confirmed();
  choose_from(id, "self_remediation");
  ASSERT_TRUE(pricing_says(id, {{"accepted", true}, {"comparison", shown_}}));
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_EQ(chosen(id).at("choice"), "service");
  const auto earlier = view(id).at("earlier_choices");
  ASSERT_EQ(earlier.size(), 1U);
  EXPECT_EQ(earlier.at(0).at("choice"), "self_remediation");
  EXPECT_EQ(earlier.at(0).at("comparison").at("document"), shown_);
}

TEST_F(ChoicesTest, R33_R44_R45_EachConsentOfAnOrderSaysWhichTextWhoAndWhen) {
  const auto id = confirmed();
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  auto order = order_body();
  const Json given = {{"id", "consent-r33"},
                      {"rule", "R33"},
                      {"version", "1.2"},
                      {"language", "en"},
                      {"text_sha256", "abc"},
                      {"shown", true},
                      {"text", {{"ja", "…"}, {"en", "Not liable."}}}};
  order["consents"] = {given};
  ask(id, "order", order);
  auto expected = given;
  expected["actor"] = {{"customer", "C-1001"}, {"person", "P-1"}, {"key_id", "k1"}};
  expected["accepted_at"] = format_rfc3339(clock_.now());
  EXPECT_EQ(view(id).at("orders").at(0).at("consents"), (Json::array({expected})));
}

}  // namespace
}  // namespace rescue::workflow
