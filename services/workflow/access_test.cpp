// How the worker reaches the customer's running server: a box that workflow keeps, hands on and deletes, and
// cannot open.
#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

class AccessTest : public WorkflowTest {
 protected:
  static Json box(const std::string& name, const std::string& key = "seal-0123456789abcdef") {
    return {{"key_id", key}, {"sealed", "box-" + name}};
  }
  std::string ordered(const Json& access) {
    const auto id = confirmed();
    EXPECT_TRUE(choose(id, "service").at("accepted"));
    auto order = order_body();
    order["access"] = access;
    EXPECT_TRUE(ask(id, "order", order).is_null());
    return id;
  }
  /// The latest that the worker was given for this kind of job.
  Json dispatched(const std::string& kind = "investigation") {
    Json latest;
    for (const auto& message : sent("worker", messages::kJobDispatched)) {
      if (message.body.at("kind") == kind) latest = message.body;
    }
    return latest;
  }
  std::int64_t kept() { return query("SELECT COUNT(*) FROM sealed_access").at(0).integer(0); }
  std::vector<std::string> trail(const std::string& id) {
    std::vector<std::string> out;
    for (const auto& row : query("SELECT action, reason FROM audit WHERE incident_id = ? AND action LIKE "
                                 "'access.%' ORDER BY number",
                                 {id})) {
      out.push_back(row.text(0) + ": " + row.text(1));
    }
    return out;
  }
  /// Every text of every table but the outbox, in which messages wait for their recipients' receipts.
  std::string all_texts() {
    std::string out;
    for (const auto& table : query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN "
                                   "('outbox', 'sealed_access')")) {
      for (const auto& column : query("SELECT name FROM pragma_table_info('" + table.text(0) + "')")) {
        for (const auto& row : query("SELECT CAST(" + column.text(0) + " AS TEXT) FROM " + table.text(0))) {
          out += row.text(0) + "\n";
        }
      }
    }
    return out;
  }
};

TEST_F(AccessTest, GoesWithTheOrderToTheWorkerAndStandsInNoOtherTable) {
  const auto id = ordered(box("one"));
  EXPECT_EQ(view(id).at("access"), (Json{{"given", false}})) << "the order is not decided";
  EXPECT_EQ(kept(), 1);
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  EXPECT_EQ(dispatched().at("access"), box("one"));
  EXPECT_FALSE(dispatched("precheck").contains("access")) << "none was given then";
  EXPECT_EQ(view(id).at("access"), (Json{{"given", true},
                                         {"key_id", "seal-0123456789abcdef"},
                                         {"received_at", view(id).at("access").at("received_at")}}));
  EXPECT_EQ(all_texts().find("box-one"), std::string::npos);
  EXPECT_EQ(trail(id), std::vector<std::string>{"access.received: sealed, by web form"});
}

TEST_F(AccessTest, AnOrderThatIsRefusedKeepsNone) {
  const auto id = ordered(box("one"));
  EXPECT_EQ(kept(), 1);
  EXPECT_FALSE(redeem(id, false).at("accepted"));
  EXPECT_EQ(kept(), 0);
  auto wrong = order_body();
  wrong["server_id"] = "srv-1002";
  wrong["access"] = box("two");
  EXPECT_FALSE(ask(id, "order", wrong).at("accepted"));
  EXPECT_EQ(kept(), 0);
}

TEST_F(AccessTest, OnlyTheLatestIsUsed) {
  const auto id = ordered(box("one"));
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  const auto answer = ask(id, "access", {{"access", box("two", "seal-00000000000000aa")}});
  ASSERT_TRUE(answer.at("accepted"));
  EXPECT_EQ(answer.at("answer").at("access").at("key_id"), "seal-00000000000000aa");
  EXPECT_EQ(kept(), 1);
  // What the worker holds and has not begun is called back, and comes again with the new one.
  const auto job = job_of(id, "investigation");
  ASSERT_EQ(sent("worker", messages::kJobRecalled).size(), 1U);
  EXPECT_EQ(sent("worker", messages::kJobRecalled).at(0).body.at("job_id"), job);
  ASSERT_TRUE(write([&](store::Tx& tx) {
    Message returned;
    returned.type = messages::kJobReturned;
    returned.incident_id = id;
    returned.body = {{"job_id", job}, {"attempt", 1}, {"worker", "w1"}, {"recalled", true}};
    return app_->casework().jobs.on_returned(tx, returned);
  }));
  EXPECT_EQ(dispatched().at("attempt"), 2);
  EXPECT_EQ(dispatched().at("access"), box("two", "seal-00000000000000aa"));
}

TEST_F(AccessTest, AWrongOneIsMendedAndTheJobRequeued) {
  const auto id = ordered(box("one"));
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  const auto job = job_of(id, "investigation");
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 1));
  auto refused = failure("invalid");
  refused["failure"]["problem"] = "access-not-readable";
  refused["begun"] = false;
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job, 1, refused));
  EXPECT_EQ(job_state(job), "dead") << "the same again would end the same";
  ASSERT_TRUE(ask(id, "access", {{"access", box("two")}}).at("accepted"));
  ASSERT_TRUE(write([&](store::Tx& tx) {
    return app_->casework().jobs.requeue(tx, job, {.reason = "a new password", .actor = "operator:k3"});
  }));
  EXPECT_EQ(dispatched().at("attempt"), 2);
  EXPECT_EQ(dispatched().at("access"), box("two"));
}

TEST_F(AccessTest, MayComeBeforeTheOrderWhichBringsNone) {
  const auto id = report();
  ASSERT_TRUE(ask(id, "access", {{"access", box("early")}}).at("accepted"));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  ASSERT_TRUE(choose(id, "service").at("accepted"));
  EXPECT_TRUE(ask(id, "order", order_body()).is_null());
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  EXPECT_EQ(dispatched().at("access"), box("early"));
}

TEST_F(AccessTest, OfAnOrderAndALaterOneTheLaterCountsWhicheverIsDecidedFirst) {
  const auto id = ordered(box("order"));
  ASSERT_TRUE(ask(id, "access", {{"access", box("later")}}).at("accepted"));
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  EXPECT_EQ(dispatched().at("access"), box("later"));
  EXPECT_EQ(kept(), 1);
}

TEST_F(AccessTest, R32_IsDeletedWhenTheIncidentCompletes) {
  const auto id = ordered(box("one"));
  ASSERT_TRUE(redeem(id, true).at("accepted"));
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job_of(id, "investigation"), 1));
  ASSERT_TRUE(ask(id, "hearing_answers", {{"answers", {{"own-changes", "none"}}}}).at("accepted"));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "investigation"), 1, success()));
  EXPECT_EQ(kept(), 1) << "an operator may have the work done again";
  ASSERT_TRUE(app_->customer_reports().make_due());
  const auto sha256 = load(id).report_sha256.value();
  ASSERT_TRUE(ask(id, "report_receipt", {{"report_sha256", sha256}, {"channel", "web"}}).at("accepted"));
  ASSERT_EQ(state(id), State::kCompleted);
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(view(id).at("access"), (Json{{"given", false}}));
  EXPECT_EQ(trail(id), (std::vector<std::string>{"access.received: sealed, by web form",
                                                 "access.deleted: the incident is completed"}));
  const auto late = ask(id, "access", {{"access", box("late")}});
  EXPECT_EQ(late.at("problem").at("problem"), "illegal-transition");
  EXPECT_EQ(kept(), 0);
}

TEST_F(AccessTest, IsDeletedWhenTheIncidentIsCancelledOrDeclined) {
  const auto cancelled = ordered(box("one"));
  ASSERT_TRUE(redeem(cancelled, true).at("accepted"));
  ASSERT_TRUE(ask(cancelled, "cancellation", {{"reason", "no need"}}).at("accepted"));
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(trail(cancelled).back(), "access.deleted: the incident is cancelled");

  const auto undecided = ordered(box("two"));
  ASSERT_TRUE(ask(undecided, "cancellation", {{"reason", "no need"}}).at("accepted"));
  EXPECT_FALSE(redeem(undecided, true).at("accepted"));
  EXPECT_EQ(kept(), 0) << "of an order that was not decided yet";

  const auto declined = confirmed();
  ASSERT_TRUE(ask(declined, "access", {{"access", box("three")}}).at("accepted"));
  ASSERT_TRUE(choose(declined, "self_remediation").at("accepted"));
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(trail(declined).back(), "access.deleted: the incident is self_remediation");
  EXPECT_FALSE(ask(declined, "access", {{"access", box("four")}}).at("accepted"));
}

TEST_F(AccessTest, IsShownAsAGaugeByKeySoThatAnOperatorKnowsWhichKeysAreStillNeeded) {
  const auto id = confirmed();
  ASSERT_TRUE(ask(id, "access", {{"access", box("one")}}).at("accepted"));
  EXPECT_NE(app_->service().metrics().text().find(R"(rescue_access_kept{key_id="seal-0123456789abcdef"} 1)"),
            std::string::npos);
}

TEST_F(AccessTest, OnlyTheCustomerOfTheServerHandsItIn) {
  const auto id = confirmed();
  const auto other = ask(id, "access", {{"access", box("one")}}, "C-1002");
  EXPECT_EQ(other.at("problem").at("problem"), "not-your-server");
  EXPECT_EQ(kept(), 0);
}

}  // namespace
}  // namespace rescue::workflow
