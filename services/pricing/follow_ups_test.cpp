#include "follow_up.hpp"

#include <random>

#include "charge_store.hpp"
#include "rescue/base/yen.hpp"
#include "rescue/catalog/quote.hpp"
#include "testing.hpp"

extern const std::span<const rescue::EmbeddedFile> pricing_migrations;

namespace rescue::pricing {
namespace {

class FollowUps : public WithWorkflow {
 protected:
  FollowUps() : WithWorkflow(kStart, [](const auto& annexes) { annexes.offer_everything(); }) {}

  contract::Door::Answer ask(const std::string& incident_id, const std::string& work_item,
                             bool out_of_hours = false) {
    auto body = example("quote-request");
    body["out_of_hours"] = out_of_hours;
    body["incident_id"] = incident_id;
    body["work_item"] = work_item;
    return pricing.door("web_form").post("/v1/quotes", body);
  }
  Json order(const std::string& incident_id, const Json& quote) {
    auto body = redeem_body(quote, "ord_" + random_hex(8));
    body["work_item"] = quote.at("work_item");
    auto answer = redeem(incident_id, body);
    answer["order_id"] = body["order_id"];
    return answer;
  }
  /// Ordered on `incident_id`, worked on as `worked_as`, which is the same for a first order.
  Json charged(const std::string& incident_id, const std::string& work_item, const std::string& worked_as,
               const std::string& outcome = "completed") {
    const auto quoted = ask(incident_id, work_item).body;
    const auto ordered = order(incident_id, quoted);
    EXPECT_TRUE(ordered.at("accepted")) << ordered;
    const auto made = charge(worked_as, quoted, ordered["order_id"], outcome);
    return pricing.door("operator").get("/v1/charges/" + made["charge_id"].get<std::string>()).body;
  }
};

TEST_F(FollowUps, R42_OrderedStepByStepTheSumIsThatOfTheLargerItem) {
  const auto first = incident();
  const auto second = incident();
  const auto third = incident();
  const auto one = charged(first, "investigation", first);
  const auto quoted = ask(first, "investigation_recovery").body;
  EXPECT_EQ(quoted["follow_up"]["incident_id"], first);
  EXPECT_EQ(quoted["follow_up"]["charged"][0]["order_id"], one["order_id"]) << "the earlier order is named";
  EXPECT_EQ(quoted["lines"][1]["code"], "charged_work");
  EXPECT_EQ(quoted["lines"][1]["net_yen"], -50'000);
  EXPECT_EQ(quoted["net_yen"], 70'000);
  EXPECT_EQ(quoted["sha256"], catalog::document_hash(quoted));
  const auto two = charged(first, "investigation_recovery", second);
  const auto three = charged(second, "investigation_recovery_reinstall", third);
  EXPECT_EQ(three["net_yen"], 30'000);
  for (const auto* key : {"net_yen", "tax_yen", "total_yen"}) {
    const auto sum = one[key].get<int>() + two[key].get<int>() + three[key].get<int>();
    EXPECT_EQ(sum, ask(incident(), "investigation_recovery_reinstall").body[key]) << key;
  }
}

TEST_F(FollowUps, R42_AQuoteFromBeforeTheFirstOrderIsNotChargedInFull) {
  const auto inc = incident();
  const auto early = ask(inc, "investigation_recovery").body;
  charged(inc, "investigation", inc);
  const auto refused = order(inc, early);
  EXPECT_FALSE(refused["accepted"]);
  EXPECT_EQ(refused["problem"]["problem"], "quote-outdated");
  EXPECT_TRUE(order(inc, ask(inc, "investigation_recovery").body)["accepted"]);
}

TEST_F(FollowUps, AreOfferedUntilFourteenDaysAfterTheReport) {
  const auto inc = incident();
  charged(inc, "investigation", inc);
  pricing.clock.advance(std::chrono::days(14) - std::chrono::milliseconds(1));
  const auto last = ask(inc, "investigation_recovery").body;
  EXPECT_EQ(last["expires_at"], last["follow_up"]["until"]) << "the quote ends with the time for it";
  EXPECT_EQ(last["expires_at"], "2026-10-02T03:00:00.000Z");
  pricing.clock.advance(std::chrono::milliseconds(1));
  const auto refused = ask(inc, "investigation_recovery");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.problem(), "follow-up-too-late");
  const auto late = order(inc, last);
  ASSERT_FALSE(late.at("accepted")) << late;
  EXPECT_EQ(late.at("problem").at("problem"), "quote-expired");
}

TEST_F(FollowUps, R12_MailAbuseResponseStandsBesideAnInvestigation) {
  const auto inc = incident();
  charged(inc, "investigation", inc);
  const auto beside = ask(inc, "mail_abuse_response").body;
  EXPECT_FALSE(beside.contains("follow_up"));
  EXPECT_EQ(beside["net_yen"], 30'000);
  charged(inc, "mail_abuse_response", incident());
  EXPECT_EQ(ask(inc, "mail_abuse_response").problem(), "work-item-covered")
      << "its charge belongs to the case";
  EXPECT_EQ(ask(inc, "investigation_recovery").body["net_yen"], 70'000);
}

TEST_F(FollowUps, AreLargerThanWhatWasOrdered) {
  const auto inc = incident();
  charged(inc, "investigation_recovery", inc);
  for (const auto* item : {"investigation", "investigation_recovery"}) {
    const auto refused = ask(inc, item);
    EXPECT_EQ(refused.problem(), "work-item-covered") << item;
    EXPECT_EQ(refused.body["pointer"], "/work_item");
  }
}

TEST_F(FollowUps, R11_TheOutOfHoursPriceIsTakenOffOnlyWhereItIsAskedForAgain) {
  const auto inc = incident();
  const auto quoted = ask(inc, "investigation", true).body;
  const auto ordered = order(inc, quoted);
  ASSERT_TRUE(ordered.at("accepted"));
  charge(inc, quoted, ordered["order_id"], "completed");
  EXPECT_EQ(ask(inc, "investigation_recovery").body["net_yen"], 70'000) << "it was for the earlier work";
  const auto again = ask(inc, "investigation_recovery", true).body;
  EXPECT_EQ(again["net_yen"].get<int>() + quoted["net_yen"].get<int>(),
            ask(incident(), "investigation_recovery", true).body["net_yen"]);
  EXPECT_EQ(again["lines"].back()["code"], "charged_out_of_hours");
}

TEST_F(FollowUps, NeedAReport) {
  const auto inc = incident();
  charged(inc, "investigation", inc, "cancelled");
  EXPECT_EQ(ask(inc, "investigation_recovery").problem(), "follow-up-not-possible");
}

/// Prices, items and steps of chance: the charges of a case add up to the largest item ordered at once.
class AnyPrices : public ::testing::Test {
 protected:
  std::int64_t up_to(std::int64_t max) {
    return std::uniform_int_distribution<std::int64_t>(0, max)(random_);
  }

  Json lines_of(catalog::WorkItem item) const {
    using enum catalog::WorkItem;
    const auto line = [](std::string_view code, std::int64_t net) {
      return Json{{"code", code}, {"title", {{"ja", "x"}, {"en", "x"}}}, {"net_yen", net}};
    };
    Json out = Json::array();
    if (item == kInvestigation) out.push_back(line("investigation", prices_[0]));
    if (item != kInvestigation) out.push_back(line("investigation_recovery", prices_[1]));
    if (item == kInvestigationRecoveryReinstall) out.push_back(line("reinstall", prices_[2]));
    if (past_support_) out.push_back(line("special_work", prices_[3] * static_cast<int>(item)));
    return out;
  }
  static std::int64_t net_of(const Json& lines) {
    std::int64_t net = 0;
    for (const auto& line : lines) net += line.at("net_yen").get<std::int64_t>();
    return net;
  }
  StoredQuote quote(catalog::WorkItem item) {
    ++now_us_;
    StoredQuote out;
    out.quote_id = "quo_" + std::to_string(++ids_);
    out.incident_id = case_;
    out.server_id = "srv-1001";
    out.customer = "C-1001";
    out.work_item = to_string(item);
    out.issued_us = now_us_;
    out.expires_us = now_us_ + 1'000'000;
    const auto lines = lines_of(item);
    const auto net = net_of(lines);
    out.document = {
        {"lines", lines}, {"net_yen", net}, {"tax_percent", 10}, {"tax_yen", tax_of({net}, 10).amount}};
    return out;
  }
  Status charge(store::Tx& tx, const StoredQuote& quote) {
    RESCUE_TRY(QuoteStore::insert(tx, quote));
    RESCUE_TRY(check_follow_up(tx, quote, case_));
    RESCUE_TRY(Cases::add(tx, quote.quote_id, case_));
    Charge charge;
    charge.charge_id = "chg_" + std::to_string(ids_);
    charge.order_id = "ord_" + std::to_string(ids_);
    charge.quote_id = quote.quote_id;
    charge.incident_id = ids_ % 2 == 0 ? case_ : "inc_" + std::to_string(ids_);
    charge.customer = quote.customer;
    charge.outcome = "completed";
    charge.lines = quote.document.at("lines");
    charge.net_yen = quote.document.at("net_yen");
    charge.completed_us = now_us_;
    RESCUE_TRY(ChargeStore::insert(tx, charge));
    net_ += charge.net_yen;
    tax_ += quote.document.at("tax_yen").get<std::int64_t>();
    return {};
  }

  std::mt19937 random_{20260918};
  std::array<std::int64_t, 4> prices_{};
  bool past_support_ = false;
  std::string case_;
  std::int64_t ids_ = 1'000'000, now_us_ = 1'000'000, net_ = 0, tax_ = 0;
};

TEST_F(AnyPrices, R42_StepByStepCostsWhatTheLargerItemCostsAtOnce) {
  using enum catalog::WorkItem;
  auto database = store::Database::open("sqlite://:memory:", pricing_migrations).value();
  for (int round = 0; round < 150; ++round) {
    case_ = "inc_case" + std::to_string(round);
    prices_ = {up_to(999), 0, up_to(999), up_to(99)};
    prices_[1] = prices_[0] + up_to(999);
    past_support_ = up_to(1) == 1;
    net_ = tax_ = 0;
    std::int64_t steps = 0;
    auto largest = kInvestigation;
    for (const auto item : {kInvestigation, kInvestigationRecovery, kInvestigationRecoveryReinstall}) {
      if (item != kInvestigationRecoveryReinstall && up_to(2) == 0) continue;
      const auto done = database->write([&](store::Tx& tx) -> Status {
        auto next = quote(item);
        RESCUE_TRY(follow_up_if_charged(tx, next, std::chrono::days(14)));
        return charge(tx, next);
      });
      ASSERT_TRUE(done) << done.error().detail;
      largest = item;
      ++steps;
    }
    const auto at_once = net_of(lines_of(largest));
    EXPECT_EQ(net_, at_once);
    // Each charge is an invoice whose tax is rounded down once: a yen for each further one is all that can be
    // lost.
    EXPECT_LE(tax_, tax_of({at_once}, 10).amount);
    EXPECT_GT(tax_, tax_of({at_once}, 10).amount - steps);
  }
}

}  // namespace
}  // namespace rescue::pricing
