#include <thread>

#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

namespace messages = incident::messages;

const std::string kIncident = "inc_01j9z3k4m5n6p7q8r9s0t1v2w3";
const std::string kOrders = "/v1/incidents/" + kIncident + "/orders";
constexpr std::chrono::milliseconds kLongWait{60'000};
constexpr std::chrono::milliseconds kShortWait{20};

/// Workflow as far as intake sees it: takes one request and answers it.
void decide_one(contract::Neighbour& workflow, Json decision) {
  const auto request = workflow.expect(messages::kRequestSubmitted);
  decision["request_id"] = request.body["request_id"];
  workflow.send("intake", messages::kRequestDecided, request.incident_id, std::move(decision));
}

TEST(Requests, R24_OnlyTheWebFormMayOrder) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  for (const auto* caller : {"operator", "internal", "reporter"}) {
    const auto answer = intake.slow_door(caller).post(kOrders, example("order"));
    EXPECT_EQ(answer.status, 403) << caller;
    EXPECT_EQ(answer.problem(), "role-not-allowed");
    EXPECT_NE(answer.body["detail"].get<std::string>().find("web_form"), std::string::npos);
  }
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM requests").integer(0), 0);
}

TEST(Requests, AreCountedFromTheStart) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  EXPECT_NE(intake.metrics().find(R"(rescue_requests_total{answered="timed_out",kind="order"} 0)"),
            std::string::npos);
}

TEST(Requests, R22_TwoServersInOneOrderAreRefusedAndStoreNothing) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  auto order = example("order");
  order["server_id"] = {"srv-1001", "srv-1002"};
  const auto answer = intake.slow_door("web_form").post(kOrders, order);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.problem(), "one-server-per-order");
  EXPECT_EQ(answer.body["pointer"], "/server_id");
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM requests").integer(0), 0);
}

TEST(Requests, R33_AMissingConsentIsRefused) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  auto order = example("order");
  order["consents"].erase(0);
  const auto answer = intake.slow_door("web_form").post(kOrders, order);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.problem(), "missing-consent");
  EXPECT_NE(answer.body["detail"].get<std::string>().find("consent-r33"), std::string::npos);
}

TEST(Requests, R44_R45_TheTermsAndTheSpecificationThatWereAcceptedAreStoredWithTheOrder) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  ASSERT_EQ(intake.slow_door("web_form").post(kOrders, example("order")).status, 202);
  const auto stored = intake.row("SELECT raw_body, consents FROM requests");
  EXPECT_EQ(stored.text(0), dump_json(example("order")));
  const auto consents = *parse_json(stored.text(1));
  ASSERT_EQ(consents.size(), 13U);
  EXPECT_EQ(consents[11]["id"], "consent-r44");
  EXPECT_EQ(consents[11]["version"], "1.2");
  EXPECT_FALSE(consents[11]["text"]["ja"].get<std::string>().empty());
  EXPECT_EQ(consents[12]["id"], "consent-r45");
  EXPECT_FALSE(consents[12]["version"].get<std::string>().empty());
  for (const auto& consent : consents) {
    EXPECT_EQ(consent["language"], "en");
    EXPECT_EQ(consent["text_sha256"], sha256_hex(consent["text"]["en"].get<std::string>()));
    EXPECT_EQ(consent["shown"], true);
  }
}

TEST(Requests, AreAnsweredByTheDecisionWhenItComesInTime) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), kLongWait);
  contract::Neighbour workflow(redis.options(), "workflow");
  std::thread decides([&] {
    decide_one(workflow, {{"accepted", true}, {"answer", {{"order_id", "ord_1"}, {"total_yen", 55'000}}}});
  });
  auto door = intake.slow_door("web_form");
  const auto answer = door.post(kOrders, example("order"), "key-1");
  decides.join();
  ASSERT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body["order_id"], "ord_1");

  const auto again = door.post(kOrders, example("order"), "key-1");
  EXPECT_EQ(again.status, 201) << "the final answer is what the key gives";
  EXPECT_EQ(again.body, answer.body);
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM requests").integer(0), 1);

  const auto url = "/v1/requests/" + answer.body["request_id"].get<std::string>();
  EXPECT_EQ(intake.door("operator").get(url).body["state"], "accepted");
}

TEST(Requests, ARefusalIsTheProblemThatWorkflowNames) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), kLongWait);
  contract::Neighbour workflow(redis.options(), "workflow");
  std::thread decides([&] {
    decide_one(workflow, {{"accepted", false},
                          {"problem",
                           {{"code", "conflict"},
                            {"problem", "illegal-transition"},
                            {"detail", "the incident is reported"},
                            {"pointer", ""}}}});
  });
  const auto answer =
      intake.slow_door("web_form").post("/v1/incidents/" + kIncident + "/choices", example("choice"));
  decides.join();
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.problem(), "illegal-transition");
  EXPECT_EQ(answer.body["detail"], "the incident is reported");
}

TEST(Requests, WithoutADecisionAreAcceptedAndTheDecisionFollowsAtTheStatusUrl) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), kShortWait);
  contract::Neighbour workflow(redis.options(), "workflow");
  const auto answer = intake.slow_door("web_form").post(kOrders, example("order"));
  ASSERT_EQ(answer.status, 202);
  const std::string url = answer.body["status_url"].get<std::string>() + "?on_behalf_of=C-1001";
  auto door = intake.door("web_form");
  EXPECT_EQ(door.get(url).body["state"], "pending");

  decide_one(workflow, {{"accepted", false},
                        {"problem",
                         {{"code", "conflict"},
                          {"problem", "quote-expired"},
                          {"detail", "too late"},
                          {"pointer", "/quote/id"}}}});
  ASSERT_TRUE(contract::reaches([&] { return door.get(url).body["state"] == "refused"; }));
  const auto status = door.get(url).body;
  EXPECT_EQ(status["problem"]["type"], "urn:rescue:problem:quote-expired");
  EXPECT_EQ(status["problem"]["status"], 409);
  EXPECT_EQ(status["problem"]["pointer"], "/quote/id");
}

TEST(Requests, DoNotWaitForAWorkflowThatIsAway) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  auto door = intake.slow_door("web_form");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(door.post(kOrders, example("order")).status, 202);
  }
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM requests").integer(0), 3);
}

TEST(Requests, CarryWhatTheCustomerSaidToWorkflow) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), kShortWait);
  contract::Neighbour workflow(redis.options(), "workflow");
  auto answers = example("hearing-answers");
  const auto answer =
      intake.slow_door("web_form").post("/v1/incidents/" + kIncident + "/hearing-answers", answers);
  ASSERT_EQ(answer.status, 202);
  const auto message = workflow.expect(messages::kRequestSubmitted);
  EXPECT_EQ(message.incident_id, kIncident);
  EXPECT_EQ(message.body["kind"], "hearing_answers");
  EXPECT_EQ(message.body["request_id"], answer.body["request_id"]);
  EXPECT_EQ(
      message.body["actor"],
      (Json{{"key_id", "web-form"}, {"customer", "C-1001"}, {"person", answers["on_behalf_of"]["person"]}}));
  answers.erase("on_behalf_of");
  EXPECT_EQ(message.body["body"], answers);
}

TEST(Requests, AboutNoIncidentAreNotFound) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  const auto answer =
      intake.slow_door("web_form").post("/v1/incidents/inc_nonsense/orders", example("order"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.problem(), "incident-not-found");
}

TEST(Requests, AreSeenByTheirCustomerAndStaffOnly) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  const auto answer = intake.slow_door("web_form").post(kOrders, example("order"));
  const std::string url = answer.body["status_url"];
  EXPECT_EQ(intake.door("operator").get(url).status, 200);
  EXPECT_EQ(intake.door("web_form").get(url + "?on_behalf_of=C-1001").status, 200);
  EXPECT_EQ(intake.door("web_form").get(url + "?on_behalf_of=C-1002").status, 404);
  EXPECT_EQ(intake.door("reporter").get(url).status, 403);
}

}  // namespace
}  // namespace rescue::intake
