#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

namespace messages = incident::messages;

class Reports : public ::testing::Test {
 protected:
  RunningIntake intake{contract::absent_redis(), std::chrono::milliseconds(0)};
  Json third_party = example("report-third-party");
  Json customers_own = example("report-customer");
};

TEST_F(Reports, R25_GivesAnIncidentIdAtOnceWhileRedisIsDown) {
  const auto answer = intake.door("reporter").post("/v1/reports", third_party);
  ASSERT_EQ(answer.status, 202);
  EXPECT_EQ(answer.headers.at("location"), answer.body["status_url"]);
  const auto row = intake.row("SELECT raw_body, raw_sha256, server_id, customer FROM reports");
  EXPECT_EQ(row.text(0), dump_json(third_party)) << "as it came";
  EXPECT_EQ(row.text(1), sha256_hex(row.text(0)));
  EXPECT_EQ(row.text(2), "srv-1001") << "found by its address";
  EXPECT_EQ(row.text(3), "C-1001");
}

TEST_F(Reports, R4_RefusesAnyOtherSource) {
  third_party["source"] = "newspaper";
  const auto answer = intake.door("operator").post("/v1/reports", third_party);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.problem(), "unknown-source");
  EXPECT_EQ(answer.body["pointer"], "/source");
}

TEST_F(Reports, R4_OnlyTheWebFormSpeaksForACustomer) {
  customers_own.erase("on_behalf_of");
  for (const auto* caller : {"reporter", "internal", "operator"}) {
    const auto answer = intake.door(caller).post("/v1/reports", customers_own);
    EXPECT_EQ(answer.status, 403) << caller;
    EXPECT_NE(answer.body["detail"].get<std::string>().find("web_form"), std::string::npos);
  }
  const auto answer = intake.door("web_form").post("/v1/reports", example("report-customer"));
  EXPECT_EQ(answer.status, 202);
}

TEST_F(Reports, R6_RefusesAServerThatIsNotUnderContract) {
  for (const auto& server :
       {Json{{"id", "srv-9999"}}, Json{{"id", "srv-1009"}}, Json{{"address", "203.0.113.5"}}}) {
    third_party["server"] = server;
    const auto answer = intake.door("reporter").post("/v1/reports", third_party);
    EXPECT_EQ(answer.status, 422) << server;
    EXPECT_EQ(answer.problem(), "not-under-contract");
    EXPECT_EQ(answer.body["pointer"], "/server");
  }
}

TEST_F(Reports, R6_SaysSinceWhenAContractHasEnded) {
  third_party["server"] = {{"id", "srv-1009"}};
  const auto answer = intake.door("reporter").post("/v1/reports", third_party);
  EXPECT_NE(answer.body["detail"].get<std::string>().find("2025-03-31"), std::string::npos);
}

TEST_F(Reports, TheCustomerActedForMustHoldTheContract) {
  customers_own["on_behalf_of"]["customer"] = "C-1002";
  const auto answer = intake.door("web_form").post("/v1/reports", customers_own);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.problem(), "not-your-server");
}

TEST_F(Reports, OnlyTheWebFormActsForOthersAndItMustSayForWhom) {
  third_party["on_behalf_of"] = customers_own["on_behalf_of"];
  EXPECT_EQ(intake.door("reporter").post("/v1/reports", third_party).problem(), "on-behalf-of-not-allowed");
  customers_own.erase("on_behalf_of");
  EXPECT_EQ(intake.door("web_form").post("/v1/reports", customers_own).problem(), "missing-on-behalf-of");
}

TEST_F(Reports, NameTheFieldThatIsWrong) {
  const auto pointer = [&](const char* key, const Json& value) {
    auto body = third_party;
    body[key] = value;
    const auto answer = intake.door("reporter").post("/v1/reports", body);
    EXPECT_EQ(answer.status, 422);
    return answer.body.value("pointer", "");
  };
  EXPECT_EQ(pointer("severity", "high"), "/severity");
  EXPECT_EQ(pointer("category", "fire"), "/category");
  EXPECT_EQ(pointer("summary", ""), "/summary");
  EXPECT_EQ(pointer("summary", std::string(20'001, 'x')), "/summary");
  EXPECT_EQ(pointer("evidence", std::string(100'001, 'x')), "/evidence");
  EXPECT_EQ(pointer("seen_at", "yesterday, about noon"), "/seen_at");
  EXPECT_EQ(pointer("server", Json::object()), "/server/id");
  EXPECT_EQ(pointer("server", {{"id", "srv-1001"}, {"address", "192.0.2.10"}}), "/server/address");
  EXPECT_EQ(pointer("server", "srv-1001"), "/server");
  EXPECT_EQ(pointer("server", {{"address", "web01"}}), "/server/address");
  EXPECT_EQ(pointer("server", {{"hostname", "web 01"}}), "/server/hostname");
  EXPECT_EQ(pointer("complaint", "open_relay"), "/complaint");
  EXPECT_EQ(pointer("complaint", {{"kind", "noise"}}), "/complaint/kind");
  EXPECT_EQ(pointer("complaint", {{"kind", "phishing_url"}}), "/complaint/url");
  EXPECT_EQ(pointer("complaint", {{"kind", "open_port"}, {"port", 65'536}}), "/complaint/port");
  EXPECT_EQ(pointer("complaint", {{"kind", "ddos"}, {"protocol", "icmp"}}), "/complaint/protocol");
}

TEST_F(Reports, SameKeyAndBodyGiveTheSameAnswerAndOneReport) {
  auto door = intake.door("reporter");
  const auto first = door.post("/v1/reports", third_party, "key-1");
  const auto again = door.post("/v1/reports", third_party, "key-1");
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("location"), first.headers.at("location"));
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM reports").integer(0), 1);

  third_party["summary"] = "another";
  const auto other = door.post("/v1/reports", third_party, "key-1");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.problem(), "idempotency-key-reused");
}

TEST_F(Reports, AReporterSeesItsOwnOnly) {
  const auto url =
      intake.door("reporter").post("/v1/reports", third_party).body["status_url"].get<std::string>();
  EXPECT_EQ(intake.door("reporter").get(url).status, 200);
  EXPECT_EQ(intake.door("operator").get(url).status, 200);
  EXPECT_EQ(intake.door("other_reporter").get(url).problem(), "report-not-found");
  EXPECT_EQ(intake.door("web_form").get(url).problem(), "missing-on-behalf-of");
  EXPECT_EQ(intake.door("web_form").get(url + "?on_behalf_of=C-1001").status, 200);
  EXPECT_EQ(intake.door("web_form").get(url + "?on_behalf_of=C-1002").problem(), "report-not-found");
}

TEST(ReportMessages, FlowWhenRedisIsBackAndCarryTheTrace) {
  queue::testing::RedisServer redis;
  redis.stop();
  RunningIntake intake(redis.options(), std::chrono::milliseconds(0));
  const std::string trace_id = "0af7651916cd43dd8448eb211c80319c";
  const auto answer = intake.door("web_form")
                          .post("/v1/reports", example("report-customer"), "",
                                {{"traceparent", "00-" + trace_id + "-b7ad6b7169203331-01"}});
  ASSERT_EQ(answer.status, 202);

  redis.start();
  contract::Neighbour workflow(redis.options(), "workflow");
  const auto message = workflow.expect(messages::kReportReceived);
  EXPECT_EQ(message.incident_id, answer.body["incident_id"]);
  EXPECT_EQ(Trace::parse(message.traceparent)->trace_id, trace_id);
  EXPECT_EQ(message.body["report_id"], answer.body["report_id"]);
  EXPECT_EQ(message.body["source"], "customer");
  EXPECT_EQ(message.body["server_id"], "srv-1001");
  EXPECT_EQ(message.body["customer"], "C-1001");
  EXPECT_TRUE(message.body["seen_at_us"].is_null());
  EXPECT_TRUE(message.body["complaint"].is_null());
  EXPECT_EQ(message.body["addresses"], Json({"192.0.2.10", "2001:db8::10"}));
  EXPECT_EQ(message.body["reporter"]["role"], "web_form");
  EXPECT_EQ(message.body["reporter"]["person"], "the server's administrator");
}

/// What workflow is told of a report that says `what` beside the example's.
Json told_of(const Json& what, const directory::ContractsConfig& contracts = {.file = kContracts}) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), std::chrono::milliseconds(0), contracts);
  contract::Neighbour workflow(redis.options(), "workflow");
  Json body = example("report-complaint");
  body.update(what);
  EXPECT_EQ(intake.door("reporter").post("/v1/reports", body).status, 202);
  EXPECT_EQ(parse_json(intake.row("SELECT complaint FROM reports").text(0)).value(), body["complaint"]);
  return workflow.expect(messages::kReportReceived).body;
}

TEST(ReportMessages, AComplaintGoesWithTheAddressThatWasComplainedAbout) {
  const Json complaint{{"kind", "open_relay"}, {"port", 587}};
  const auto told = told_of({{"server", {{"address", "2001:db8::10"}}}, {"complaint", complaint}});
  EXPECT_EQ(told["complaint"], complaint);
  EXPECT_EQ(told["addresses"], Json({"2001:db8::10", "192.0.2.10"}));
}

TEST(ReportMessages, AddressesAreThoseOfToday) {
  const Json seen{{"seen_at", "2026-09-05T00:00:00Z"}};
  EXPECT_EQ(told_of(seen)["addresses"], Json({"192.0.2.10", "2001:db8::10"}));
  const std::string file = "/tmp/intake-contracts-" + random_hex(8) + ".json";
  std::ofstream(file) << R"({"servers":[
    {"id":"srv-1","customer":"C-1","addresses":["192.0.2.10"],"contract":{"from":"2024-01-01","to":"2026-09-10"}},
    {"id":"srv-2","customer":"C-2","addresses":["192.0.2.10"],"contract":{"from":"2026-09-11","to":null}}]})";
  const auto passed_on = told_of(seen, {.file = file});
  EXPECT_EQ(passed_on["server_id"], "srv-1");
  EXPECT_EQ(passed_on["addresses"], Json::array()) << "it is another customer's now";
  std::filesystem::remove(file);
}

TEST(ReportMessages, R42_ADuplicateReportLearnsWhatItWasMergedInto) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), std::chrono::milliseconds(0));
  contract::Neighbour workflow(redis.options(), "workflow");
  auto door = intake.door("reporter");
  const auto answer = door.post("/v1/reports", example("report-third-party"));
  const std::string url = answer.body["status_url"];
  EXPECT_EQ(door.get(url).body["state"], "received");
  EXPECT_TRUE(door.get(url).body["merged_into"].is_null());

  const auto other = IncidentId::make(from_us(0)).str();
  workflow.send("intake", messages::kReportTaken, answer.body["incident_id"],
                {{"report_id", answer.body["report_id"]},
                 {"incident_id", answer.body["incident_id"]},
                 {"merged_into", other}});
  ASSERT_TRUE(contract::reaches([&] { return door.get(url).body["state"] == "taken"; }));
  EXPECT_EQ(door.get(url).body["merged_into"], other);
}

}  // namespace
}  // namespace rescue::intake
