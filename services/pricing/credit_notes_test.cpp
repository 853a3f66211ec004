#include "credit_note.hpp"

#include <random>

#include "rescue/base/yen.hpp"
#include "testing.hpp"

namespace rescue::pricing {
namespace {

Charge charge_of(const std::vector<std::int64_t>& lines, int percent = 10) {
  Charge out;
  out.charge_id = "chg_1";
  out.lines = Json::array();
  for (const auto net : lines) {
    out.lines.push_back(
        {{"code", "investigation"}, {"title", {{"ja", "調査"}, {"en", "Work"}}}, {"net_yen", net}});
    out.net_yen += net;
  }
  out.tax_percent = percent;
  out.tax_yen = tax_of({out.net_yen}, percent).amount;
  out.total_yen = out.net_yen + out.tax_yen;
  return out;
}

std::string problem_of(const Result<CreditNote>& note) {
  return note ? "" : note.error().problem + " " + note.error().pointer;
}

TEST(CreditNote, R42_ThreeLinesOf105YenInOneChargeHave31YenOfTaxAndTheirCreditNotesTakeBackAsMuch) {
  const auto charge = charge_of({105, 105, 105});
  EXPECT_EQ(charge.tax_yen, 31);
  std::vector<CreditNote> notes;
  std::int64_t tax = 0;
  for (std::int64_t line = 1; line <= 3; ++line) {
    notes.push_back(compute_credit(charge, notes, {{{line, 105}}}).value());
    tax += notes.back().tax_yen;
    EXPECT_EQ(charge.tax_yen - tax, tax_of({315 - 105 * line}, 10).amount) << "tax of what is left";
  }
  EXPECT_EQ(tax, 31);
  EXPECT_EQ(problem_of(compute_credit(charge, notes, {})), "charge-credited ");
}

TEST(CreditNote, WithoutLinesTakesBackAllThatIsLeft) {
  const auto charge = charge_of({120'000, 30'000, -50'000});
  const auto part = compute_credit(charge, {}, {{{2, 10'000}}}).value();
  const auto rest = compute_credit(charge, {part}, {}).value();
  EXPECT_EQ(rest.net_yen, 90'000);
  EXPECT_EQ(part.total_yen + rest.total_yen, charge.total_yen);
  EXPECT_EQ(rest.lines.size(), 3U);
}

TEST(CreditNote, NamesTheLineThatIsWrong) {
  const auto charge = charge_of({120'000, -50'000});
  EXPECT_EQ(problem_of(compute_credit(charge, {}, {{{3, 1}}})), "not-allowed-value /lines/0/line");
  EXPECT_EQ(problem_of(compute_credit(charge, {}, {{{1, 1}, {1, 1}}})), "duplicate-item /lines/1/line");
  EXPECT_EQ(problem_of(compute_credit(charge, {}, {{{1, 120'001}}})), "credit-too-large /lines/0/net_yen");
  EXPECT_EQ(problem_of(compute_credit(charge, {}, {{{2, 1}}})), "credit-too-large /lines/0/net_yen");
  EXPECT_EQ(problem_of(compute_credit(charge, {}, {{{1, 70'001}}})), "credit-too-large /lines");
}

/// Whatever is credited in whatever order: never more than the charge, and in the end to the yen.
TEST(CreditNote, NeverTakesBackMoreThanWasCharged) {
  std::mt19937 random(20260918);
  const auto up_to = [&](std::int64_t max) {
    return std::uniform_int_distribution<std::int64_t>(0, max)(random);
  };
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::int64_t> lines;
    for (auto left = up_to(4) + 1; left > 0; --left) lines.push_back(up_to(2'000));
    const auto charge = charge_of(lines, static_cast<int>(up_to(20)));
    std::vector<CreditNote> notes;
    std::int64_t net = 0;
    std::int64_t tax = 0;
    const auto take = [&](const Result<CreditNote>& note) {
      if (!note) return;
      net += note->net_yen;
      tax += note->tax_yen;
      notes.push_back(*note);
      ASSERT_LE(net, charge.net_yen);
      ASSERT_GE(note->tax_yen, 0);
      ASSERT_EQ(charge.tax_yen - tax,
                tax_of({charge.net_yen - net}, static_cast<int>(charge.tax_percent)).amount);
    };
    for (int i = 0; i < 6; ++i) {
      take(compute_credit(charge, notes, {{{up_to(4) + 1, up_to(1'500) + 1}}}));
    }
    take(compute_credit(charge, notes, {}));
    EXPECT_EQ(net, charge.net_yen);
    EXPECT_EQ(tax, charge.tax_yen);
  }
}

class CreditNotes : public WithWorkflow {
 protected:
  explicit CreditNotes(bool second_person = false) : WithWorkflow(kStart, {}, second_person) {}
  std::string charged() {
    const auto inc = incident();
    const auto promised = quote(inc);
    EXPECT_TRUE(redeem(inc, redeem_body(promised, "ord_" + inc))["accepted"]);
    return "/v1/charges/" + charge(inc, promised, "ord_" + inc, "completed")["charge_id"].get<std::string>();
  }
};

TEST_F(CreditNotes, AreMadeByOperatorsWhoSayTheAmountASecondTime) {
  const auto path = charged();
  auto operators = pricing.door("operator");
  Json wish{{"reason", "The report came late."},
            {"lines", {{{"line", 1}, {"net_yen", 10'005}}}},
            {"total_yen", 11'005}};
  const auto refused = operators.post(path + "/credit-notes", wish);
  EXPECT_EQ(refused.problem(), "credit-amounts-differ");
  EXPECT_NE(refused.body.at("detail").get<std::string>().find("11006"), std::string::npos);
  EXPECT_EQ(pricing.count("credit_notes"), 0);
  wish["total_yen"] = 11'006;
  EXPECT_EQ(pricing.door("internal").post(path + "/credit-notes", wish).status, 403);
  const auto made = operators.post(path + "/credit-notes", wish, "key-1");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.at("number"), 1);
  EXPECT_EQ(made.body.at("tax_yen"), 1'001) << "39995 are left: 3999 of tax";
  EXPECT_EQ(operators.post(path + "/credit-notes", wish, "key-1").body, made.body)
      << "once, however often it is sent";
  const auto rest = operators.post(path + "/credit-notes", {{"reason", "All of it."}, {"total_yen", 43'994}});
  EXPECT_EQ(rest.body.at("number"), 2);
  EXPECT_EQ(operators.post(path + "/credit-notes", {{"reason", "Again."}, {"total_yen", 1}}).problem(),
            "charge-credited");
}

TEST_F(CreditNotes, AreSeenWithTheirChargeWhichStaysAsItIs) {
  const auto path = charged();
  auto operators = pricing.door("operator");
  const auto before = operators.get(path).body;
  operators.post(path + "/credit-notes", {{"reason", "A concession."}, {"total_yen", 55'000}});
  const auto after = pricing.door("web_form").get(path + "?on_behalf_of=C-1001").body;
  for (const auto* key : {"lines", "net_yen", "tax_yen", "total_yen"})
    EXPECT_EQ(after[key], before[key]) << key;
  EXPECT_EQ(after.at("credited_yen"), 55'000);
  EXPECT_EQ(after.at("credit_notes").at(0).at("reason"), "A concession.");
  EXPECT_FALSE(after.at("credit_notes").at(0).contains("created_by"));
  EXPECT_EQ(operators.get(path + "/credit-notes").body.at("items").at(0).at("created_by"),
            "operator:operator");
  EXPECT_EQ(operators.get("/v1/charges").body.at("items").at(0).at("credited_yen"), 55'000);
  EXPECT_EQ(pricing.door("web_form").get(path + "/credit-notes?on_behalf_of=C-1002").problem(),
            "charge-not-found");
  const auto audited = pricing.database().read([](store::Tx& tx) {
    return tx.find("SELECT actor, reason FROM audit WHERE action = 'credit_note.created'");
  });
  EXPECT_EQ((*audited)->text(0) + ": " + (*audited)->text(1), "operator:operator: A concession.");
}

TEST_F(CreditNotes, NameTheFieldThatIsWrong) {
  const auto path = charged() + "/credit-notes";
  auto operators = pricing.door("operator");
  const auto pointer = [&](Json body) { return operators.post(path, body).body.value("pointer", ""); };
  EXPECT_EQ(pointer({{"total_yen", 1}}), "/reason");
  EXPECT_EQ(pointer({{"reason", "x"}}), "/total_yen");
  EXPECT_EQ(pointer({{"reason", "x"}, {"total_yen", 1}, {"lines", Json::array()}}), "/lines");
  EXPECT_EQ(pointer({{"reason", "x"}, {"total_yen", 1}, {"lines", {{{"line", 1}}}}}), "/lines/0/net_yen");
  EXPECT_EQ(pointer({{"reason", "x"}, {"total_yen", 1}, {"all", true}}), "/all");
  EXPECT_EQ(
      operators.post("/v1/charges/chg_none/credit-notes", {{"reason", "x"}, {"total_yen", 1}}).problem(),
      "charge-not-found");
}

class CreditNotesOfTwo : public CreditNotes {
 protected:
  CreditNotesOfTwo() : CreditNotes(true) {}
  std::vector<Message> waiting_;
  static Json granted(const Json& asked) {
    return {{"task_id", asked.at("task_id")},
            {"charge_id", asked.at("charge_id")},
            {"body", asked.at("body")},
            {"requested_by", asked.at("requested_by")},
            {"approved_by", "operator:other-operator"}};
  }
};

TEST_F(CreditNotesOfTwo, R42_NothingIsCreditedBeforeASecondPersonHasAgreed) {
  const auto path = charged() + "/credit-notes";
  auto operators = pricing.door("operator");
  EXPECT_EQ(operators.post(path, {{"reason", "x"}, {"total_yen", 1}}).problem(), "credit-amounts-differ")
      << "what is wrong is said at once";
  const Json all{{"reason", "The report came late."}, {"total_yen", 55'000}};
  const auto waits = operators.post(path, all, "key-1");
  ASSERT_EQ(waits.status, 202) << waits.body;
  EXPECT_EQ(operators.post(path, all, "key-1").body, waits.body) << "asked once, however often it is sent";
  const auto asked = workflow.expect(incident::messages::kCreditAsked);
  EXPECT_EQ(asked.body.at("task_id"), waits.body.at("task_id"));
  EXPECT_EQ(pricing.count("credit_notes"), 0);
  workflow.send("pricing", incident::messages::kCreditGranted, asked.incident_id, granted(asked.body));
  ASSERT_TRUE(contract::reaches([&] { return pricing.count("credit_notes") == 1; }));
  const auto note = operators.get(path).body.at("items").at(0);
  EXPECT_EQ(note.at("total_yen"), 55'000);
  EXPECT_EQ(note.at("created_by"), "operator:operator") << "in the name of who asked";
  const auto audited = pricing.database().read([](store::Tx& tx) {
    return tx.find("SELECT details FROM audit WHERE action = 'credit_note.created'");
  });
  EXPECT_EQ(parse_json((*audited)->text(0)).value().at("approved_by"), "operator:other-operator");
}

TEST_F(CreditNotesOfTwo, R42_WhatIsGrantedTwiceIsCreditedOnceAndTheOtherIsRefused) {
  const auto path = charged() + "/credit-notes";
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(pricing.door("operator").post(path, {{"reason", "The same."}, {"total_yen", 55'000}}).status,
              202);
    const auto asked = workflow.expect(incident::messages::kCreditAsked);
    waiting_.push_back(asked);
  }
  for (const auto& asked : waiting_) {
    workflow.send("pricing", incident::messages::kCreditGranted, asked.incident_id, granted(asked.body));
  }
  const auto refused = workflow.expect(incident::messages::kCreditRefused).body;
  EXPECT_EQ(refused.at("problem").at("problem"), "charge-credited");
  EXPECT_EQ(refused.at("task_id"), waiting_.back().body.at("task_id"));
  EXPECT_EQ(pricing.count("credit_notes"), 1);
}

}  // namespace
}  // namespace rescue::pricing
