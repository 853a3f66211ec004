// Whose a server is when its job goes out, and where the job may connect to by that.
#include "standings.hpp"

#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

using Word = Standing::Word;

TEST(Standings, AreSaidAtOnceWhereTheAnswerIsAtHand) {
  testing::ScriptedContracts contracts;
  ManualClock clock(Timestamp{});
  Standings standings(contracts, clock);
  EXPECT_EQ(standings.of("srv-1001", "C-1001")->addresses, contracts.addresses);
  EXPECT_EQ(standings.of("srv-1001", "C-1002")->word, Word::kOver) << "it is another customer's";
  contracts.is_over();
  EXPECT_EQ(standings.of("srv-1001", "C-1001")->why, "its contract ended");
  contracts.is_away();
  EXPECT_EQ(standings.of("srv-1001", "C-1001")->word, Word::kNobodySays);
  EXPECT_EQ(contracts.asked, 4) << "no answer is used twice";
}

TEST(Standings, AreAskedForOnceAndSaidToWhoeverComesAgain) {
  testing::ScriptedContracts contracts;
  contracts.silent = true;
  ManualClock clock(Timestamp{});
  Standings standings(contracts, clock);
  EXPECT_FALSE(standings.of("srv-1001", "C-1001"));
  EXPECT_FALSE(standings.of("srv-1001", "C-1001"));
  EXPECT_EQ(contracts.asked, 1);
  contracts.speak();
  EXPECT_EQ(standings.of("srv-1001", "C-1001")->word, Word::kTheirs);
  EXPECT_EQ(contracts.asked, 1);
}

TEST(Standings, AnAnswerThatNobodyCameForIsAskedForAgain) {
  testing::ScriptedContracts contracts;
  contracts.silent = true;
  ManualClock clock(Timestamp{});
  Standings standings(contracts, clock);
  EXPECT_FALSE(standings.of("srv-1001", "C-1001"));
  contracts.speak();
  contracts.is_over();
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(standings.of("srv-1001", "C-1001")->word, Word::kOver);
}

/// Jobs whose server changes hands, or addresses, while the incident is open.
class ChangedHands : public WorkflowTest {
 protected:
  std::string reported() {
    return report("mail_abuse", "srv-1001",
                  {{"complaint", {{"kind", "open_relay"}}}, {"addresses", {"192.0.2.10", "2001:db8::10"}}});
  }
  /// What the latest job that went out may connect to.
  Json outside() { return sent("worker", messages::kJobDispatched).back().body.at("outside"); }
  Json prechecked_again(const std::string& id) {
    EXPECT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
    EXPECT_TRUE(decide_as_operator(id, {{"decision", "recheck"}}));
    return outside();
  }
  std::string ordered() {
    const auto id = confirmed();
    EXPECT_TRUE(choose(id, "service").at("accepted"));
    auto order = order_body();
    order["access"] = {{"key_id", "seal-0123456789abcdef"}, {"sealed", "box"}};
    EXPECT_TRUE(ask(id, "order", order).is_null());
    return id;
  }
  void sweep() {
    ASSERT_TRUE(app_->casework().jobs.sweep([]() -> std::optional<Timestamp> { return std::nullopt; }));
  }
};

TEST_F(ChangedHands, R6_AJobGoesByTheAddressesThatTheServerHasThen) {
  const auto id = reported();
  EXPECT_EQ(outside().at("contract"), "theirs");
  contracts_->addresses = {"192.0.2.11", "2001:db8::10"};
  const auto again = prechecked_again(id);
  EXPECT_EQ(again.at("addresses"), (Json{"192.0.2.11", "2001:db8::10"}));
  EXPECT_EQ(again.at("contract_addresses"), again.at("addresses"));
  EXPECT_EQ(again.at("given_us"), to_us(clock_.now()));
}

TEST_F(ChangedHands, WhileNobodyCanSayTheLastAddressesAreGoneByAndThatIsTold) {
  const auto id = reported();
  contracts_->addresses = {"192.0.2.11"};
  prechecked_again(id);
  contracts_->is_away();
  auto away = prechecked_again(id);
  EXPECT_EQ(away.at("contract"), "not_asked");
  EXPECT_EQ(away.at("addresses"), Json({"192.0.2.11"})) << "not the report's, which are older";
  const auto told =
      query("SELECT reason FROM audit WHERE incident_id = ? AND action = 'job.contract_not_asked'", {id});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].text(0), "the directory does not answer");
  clock_.advance(std::chrono::hours(24 * 7 + 1));
  away = prechecked_again(id);
  EXPECT_EQ(away.at("addresses"), Json::array()) << "by now they may be somebody else's";
  EXPECT_EQ(away.at("contract_addresses"), Json({"192.0.2.11"}));
}

TEST_F(ChangedHands, R6_AServerThatIsAnotherCustomersNowIsNotLookedAt) {
  const auto id = reported();
  contracts_->customer = "C-1002";
  const auto again = prechecked_again(id);
  EXPECT_EQ(again.at("contract"), "over");
  EXPECT_EQ(again.at("addresses"), Json::array());
  EXPECT_EQ(again.at("contract_addresses"), Json::array());
}

TEST_F(ChangedHands, R6_AccessToItDoesNotEvenLeaveAndAPersonIsAsked) {
  const auto id = ordered();
  contracts_->is_over();
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  EXPECT_EQ(investigations_sent(), 0U);
  const auto job = job_of(id, "investigation");
  EXPECT_EQ(job_state(job), "dead");
  const auto tasks = query("SELECT details FROM tasks WHERE kind = 'job_dead' AND state = 'open'");
  ASSERT_EQ(tasks.size(), 1U);
  const auto details = parse_json(tasks[0].text(0)).value();
  EXPECT_EQ(details.at("failure").at("problem"), "contract-over");
  EXPECT_EQ(details.at("failure").at("detail"), "nothing connects to the server: its contract ended");
  contracts_->refusal.reset();
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return app_->casework().jobs.requeue(tx, job, {.reason = "theirs again", .actor = "operator:k3"});
  }));
  EXPECT_EQ(investigations_sent(), 1U);
}

TEST_F(ChangedHands, WhatTheWorkerHasNotBegunComesBackWhenTheContractIsOver) {
  const auto id = ordered();
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  EXPECT_EQ(investigations_sent(), 1U);
  contracts_->is_over();
  clock_.advance(std::chrono::minutes(3));
  sweep();
  EXPECT_EQ(investigations_sent(), 1U);
  EXPECT_EQ(sent("worker", messages::kJobRecalled).size(), 1U);
  sweep();
  EXPECT_EQ(sent("worker", messages::kJobRecalled).size(), 1U) << "once is enough for a while";
  Message returned;
  returned.type = messages::kJobReturned;
  returned.incident_id = id;
  returned.body = {
      {"job_id", job_of(id, "investigation")}, {"attempt", 1}, {"worker", "w1"}, {"recalled", true}};
  ASSERT_TRUE(write([&](store::Tx& tx) { return app_->casework().jobs.on_returned(tx, returned); }));
  EXPECT_EQ(job_state(job_of(id, "investigation")), "dead");
}

TEST_F(ChangedHands, AJobWaitsForTheDirectorysAnswerAndHoldsNoOtherUp) {
  contracts_->silent = true;
  const auto id = reported();
  EXPECT_TRUE(sent("worker", messages::kJobDispatched).empty());
  sweep();
  EXPECT_TRUE(sent("worker", messages::kJobDispatched).empty());
  contracts_->silent = false;
  report("mail_abuse", "srv-1002");
  EXPECT_EQ(sent("worker", messages::kJobDispatched).size(), 1U);
  contracts_->speak();
  sweep();
  ASSERT_EQ(sent("worker", messages::kJobDispatched).size(), 2U);
  EXPECT_EQ(sent("worker", messages::kJobDispatched).back().incident_id, id);
}

}  // namespace
}  // namespace rescue::workflow
