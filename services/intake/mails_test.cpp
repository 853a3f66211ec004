// Complaints as mails: POST /v1/reports with Content-Type message/rfc822.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

namespace messages = incident::messages;

std::string mail(const std::string& subject, const std::string& text) {
  return "From: Dana <dana@garden.example>\r\nTo: abuse@hoster.example\r\nDate: Thu, 17 Sep 2026 22:01:33 "
         "+0000\r\nSubject: " +
         subject + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n";
}
const std::string kReadable =
    mail("[Ticket#17] open relay", "192.0.2.10 is an open relay on port 25/tcp, seen 2026-09-17T10:00:00Z.");
const std::string kUnreadable = mail("spam", "There is \xff spam.\nCase: ABC-1");

contract::Door::Answer post_mail(contract::Door door, const std::string& bytes, const std::string& key = "") {
  return door.post_bytes("/v1/reports", bytes, "message/rfc822", key);
}

class Mails : public ::testing::Test {
 protected:
  RunningIntake intake{contract::absent_redis(), std::chrono::milliseconds(0)};
};

TEST_F(Mails, AreAnsweredLikeAnyReport) {
  auto answer = post_mail(intake.door("reporter"), kReadable);
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(answer.headers.at("location"), answer.body["status_url"]);
  EXPECT_FALSE(answer.body.contains("state"));
  const auto row = intake.row(
      "SELECT server_id, customer, complaint, category, seen_us, source, reference, raw_sha256 FROM reports");
  EXPECT_EQ(row.text(0), "srv-1001");
  EXPECT_EQ(row.text(1), "C-1001");
  EXPECT_EQ(*parse_json(row.text(2)), (Json{{"kind", "open_relay"}, {"port", 25}, {"protocol", "tcp"}}));
  EXPECT_EQ(row.text(3), "mail_abuse");
  EXPECT_EQ(row.integer(4), to_us(*parse_rfc3339("2026-09-17T10:00:00Z")));
  EXPECT_EQ(row.text(5), "third_party");
  EXPECT_EQ(row.text(6), "17");
  EXPECT_EQ(row.text(7), sha256_hex(kReadable));
  const auto status = intake.door("reporter").get(answer.body["status_url"]);
  EXPECT_EQ(status.body["reference"], "17");
  EXPECT_EQ(status.body["state"], "received");
}

TEST_F(Mails, SameKeyAndMailGiveTheSameAnswerAndOneReport) {
  for (const auto& bytes : {kReadable, kUnreadable}) {
    const auto key = "key-" + std::to_string(bytes.size());
    const auto first = post_mail(intake.door("reporter"), bytes, key);
    EXPECT_EQ(post_mail(intake.door("reporter"), bytes, key).body, first.body);
    EXPECT_EQ(post_mail(intake.door("reporter"), bytes + "x", key).problem(), "idempotency-key-reused");
  }
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM reports").integer(0), 2);
}

TEST_F(Mails, ThatCannotBeReadWaitForAPersonWithTheirOriginal) {
  const auto answer = post_mail(intake.door("reporter"), kUnreadable);
  ASSERT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body["state"], "for_person");
  const auto row = intake.row("SELECT for_person, server_id, customer, raw_sha256 FROM reports");
  EXPECT_EQ(row.text(0), "no_server");
  EXPECT_EQ(row.text(1) + row.text(2), "");
  EXPECT_EQ(row.text(3), sha256_hex(kUnreadable));
  const std::string url = answer.body["status_url"];
  EXPECT_EQ(intake.door("reporter").get(url).body["state"], "for_person");
  const auto original = intake.door("operator").get(url + "/original");
  ASSERT_EQ(original.status, 200);
  EXPECT_EQ(original.text, kUnreadable) << "byte for byte, though it is no UTF-8";
  EXPECT_EQ(original.headers.at("content-type"), "message/rfc822");
  EXPECT_NE(original.headers.at("content-disposition").find("attachment"), std::string::npos);
  for (const auto* caller : {"reporter", "other_reporter", "internal", "web_form"}) {
    EXPECT_EQ(intake.door(caller).get(url + "/original").status, 403) << caller;
  }
  EXPECT_EQ(intake.door("web_form").get(url + "?on_behalf_of=C-1001").problem(), "report-not-found");
}

TEST_F(Mails, OfJsonReportsTheOriginalIsKeptTheSameWay) {
  const auto body = example("report-third-party");
  const std::string url = intake.door("reporter").post("/v1/reports", body).body["status_url"];
  const auto original = intake.door("operator").get(url + "/original");
  EXPECT_EQ(original.headers.at("content-type"), "application/json");
  EXPECT_EQ(original.body, body);
}

TEST_F(Mails, OfEveryKindOfFileAreTaken) {
  for (const std::string& bytes : {std::string("\0\x01\xff", 3), std::string(200'000, 'x')}) {
    const auto answer = post_mail(intake.door("reporter"), bytes);
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body["state"], "for_person");
    const std::string url = answer.body["status_url"];
    EXPECT_EQ(intake.door("operator").get(url + "/original").text, bytes);
  }
}

TEST_F(Mails, R6_AboutAnAddressThatIsNotUnderContractAreRefused) {
  const auto answer = post_mail(intake.door("reporter"), mail("attack", "Attacks from 203.0.113.5 all day."));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.problem(), "not-under-contract");
}

TEST_F(Mails, AboutAHostThatNobodyKnowsByThatNameGoToAPerson) {
  const auto answer = post_mail(intake.door("reporter"), mail("phishing", "hxxp://shop[.]example/login"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body["state"], "for_person");
  EXPECT_EQ(intake.row("SELECT for_person FROM reports").text(0), "not_under_contract");
}

TEST_F(Mails, AreNotForTheWebForm) {
  EXPECT_EQ(post_mail(intake.door("web_form"), kReadable).problem(), "role-not-allowed");
}

TEST_F(Mails, ANoticeWithoutTheUrlOfItsKindIsSomethingElse) {
  EXPECT_EQ(
      post_mail(intake.door("reporter"), mail("phishing", "There is a phishing page on 192.0.2.10.")).status,
      202);
  EXPECT_EQ(*parse_json(intake.row("SELECT complaint FROM reports").text(0)), (Json{{"kind", "other"}}));
}

TEST_F(Mails, OfAnAttackDoNotHandOnThePortThatWasAttacked) {
  const auto report =
      R"({"Version":"3","ReporterInfo":{},"Disclosure":true,"Report":{"ReportClass":"Activity",)"
      R"("ReportType":"Spam","SourceIp":"192.0.2.10","DestinationPort":2525,)"
      R"("TransportProtocol":"tcp"}})";
  const auto bytes =
      std::string("From: desk@reports.example\r\nSubject: report\r\nContent-Type: application/json") +
      "\r\n\r\n" + report + "\r\n";
  EXPECT_EQ(post_mail(intake.door("reporter"), bytes).status, 202);
  EXPECT_EQ(*parse_json(intake.row("SELECT complaint FROM reports").text(0)), (Json{{"kind", "spam"}}));
}

TEST_F(Mails, AnOperatorMakesOneReportOfWhatItHasRead) {
  const auto unread = post_mail(intake.door("reporter"), kUnreadable);
  auto body = example("report-third-party");
  body["of_report"] = unread.body["report_id"];
  EXPECT_EQ(intake.door("reporter").post("/v1/reports", body).problem(), "role-not-allowed");
  const auto made = intake.door("operator").post("/v1/reports", body, "key-1");
  ASSERT_EQ(made.status, 202) << made.body;
  EXPECT_EQ(made.body["incident_id"], unread.body["incident_id"]) << "the id that was given out";
  EXPECT_EQ(intake.door("operator").post("/v1/reports", body, "key-1").body, made.body);
  const auto again = intake.door("operator").post("/v1/reports", body, "key-2");
  EXPECT_EQ(again.problem(), "task-done");
  EXPECT_EQ(again.body["pointer"], "/of_report");

  const auto status = intake.door("reporter").get(unread.body["status_url"]);
  EXPECT_EQ(status.body["state"], "received");
  EXPECT_EQ(status.body["reference"], "ABC-1") << "the reporter's own";
  body["of_report"] = made.body["report_id"];
  EXPECT_EQ(intake.door("operator").post("/v1/reports", body).body["pointer"], "/of_report")
      << "nobody has to read that one";
}

TEST(MailMessages, TellWorkflowWhatAPersonHasToReadAndWhatWasMadeOfIt) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), std::chrono::milliseconds(0));
  contract::Neighbour workflow(redis.options(), "workflow");
  const auto unread = post_mail(intake.door("reporter"), kUnreadable);
  const auto told = workflow.expect(messages::kReportUnread);
  EXPECT_EQ(told.incident_id, unread.body["incident_id"]);
  EXPECT_EQ(told.body["report_id"], unread.body["report_id"]);
  EXPECT_EQ(told.body["why"], "no_server");
  EXPECT_EQ(told.body["subject"], "spam");
  EXPECT_EQ(told.body["reporter"]["role"], "reporter");

  auto body = example("report-third-party");
  body["of_report"] = unread.body["report_id"];
  ASSERT_EQ(intake.door("operator").post("/v1/reports", body).status, 202);
  EXPECT_EQ(workflow.expect(messages::kReportReceived).body["of_report"], unread.body["report_id"]);
}

TEST(MailMessages, WhatIsClosedNamesNobody) {
  queue::testing::RedisServer redis;
  RunningIntake intake(redis.options(), std::chrono::milliseconds(0));
  contract::Neighbour workflow(redis.options(), "workflow");
  auto door = intake.door("reporter");
  const auto unread = post_mail(door, kUnreadable);
  workflow.send("intake", messages::kReportClosed, unread.body["incident_id"],
                {{"report_id", unread.body["report_id"]}});
  const std::string url = unread.body["status_url"];
  ASSERT_TRUE(contract::reaches([&] { return door.get(url).body["state"] == "closed"; }));

  const auto readable = post_mail(door, kReadable);
  const auto taken = readable.body["report_id"];
  workflow.send(
      "intake", messages::kReportTaken, readable.body["incident_id"],
      {{"report_id", taken}, {"incident_id", readable.body["incident_id"]}, {"merged_into", nullptr}});
  const std::string taken_url = readable.body["status_url"];
  ASSERT_TRUE(contract::reaches([&] { return door.get(taken_url).body["state"] == "taken"; }));
  for (const auto& text : {door.get(url).text, door.get(taken_url).text, unread.text, readable.text}) {
    for (const auto* secret : {"C-1001", "srv-1001", "customer", "server"})
      EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
}

TEST_F(Mails, AccuseTheOneServerThatTheDirectoryKnowsWithoutAnySetting) {
  const auto bytes = mail("spam",
                          "We get spam by way of 192.0.2.10.\nThe mail server is 203.0.113.9.\n"
                          "Its log has 198.51.100.77 as well.");
  const auto answer = post_mail(intake.door("reporter"), bytes);
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_FALSE(answer.body.contains("state")) << answer.body;
  EXPECT_EQ(intake.row("SELECT server_id FROM reports").text(0), "srv-1001");
}

TEST_F(Mails, ThatCouldMeanTwoServersOfOursGoToAPerson) {
  const auto bytes = mail("spam", "We get spam by way of 192.0.2.10.\nMore comes from 192[.]0[.]2[.]20.");
  const auto answer = post_mail(intake.door("reporter"), bytes);
  EXPECT_EQ(answer.body["state"], "for_person");
  EXPECT_EQ(intake.row("SELECT for_person FROM reports").text(0), "several_servers");
}

TEST_F(Mails, WithMoreAddressesThanCanBeAskedAboutGoToAPerson) {
  std::string text = "We get spam by way of 192.0.2.10.\n";
  for (int i = 1; i <= 40; ++i) text += "More came by way of 203.0.113." + std::to_string(i) + ".\n";
  const auto answer = post_mail(intake.door("reporter"), mail("spam", text));
  EXPECT_EQ(answer.body["state"], "for_person");
}

TEST(MailsWithoutADirectory, AreRefusedUntilItAnswers) {
  const auto token = (std::filesystem::temp_directory_path() / ("token_" + random_hex(8))).string();
  std::ofstream(token) << "t";
  RunningIntake intake(contract::absent_redis(), std::chrono::milliseconds(0),
                       {.url = "http://127.0.0.1:9", .token_file = token});
  const auto answer = post_mail(intake.door("reporter"), kReadable);
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(answer.problem(), "contracts-unavailable");
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM reports").integer(0), 0);
  std::filesystem::remove(token);
}

}  // namespace
}  // namespace rescue::intake
