#include "handlers/request_kinds.hpp"

#include <gtest/gtest.h>

#include "testing.hpp"

namespace rescue::intake {
namespace {

const RequestKind& kind(std::string_view name) {
  for (const auto& kind : request_kinds()) {
    if (kind.kind == name) return kind;
  }
  throw std::runtime_error("no such kind");
}

Result<Submission> read(std::string_view name, const Json& body) {
  static const auto now = *parse_rfc3339("2026-09-18T03:00:00Z");
  static const Offered offered{
      .consents = *OfferedConsents::at(catalog::testing::snapshot(), now),
      .keys = std::make_shared<const seal::PublicKeys>(seal::PublicKeys::load(kSealingKeys).value()),
      .now = now};
  return read_submission(kind(name), body, offered);
}

std::string fault(std::string_view name, const Json& body) {
  const auto read_body = read(name, body);
  return read_body ? "accepted" : read_body.error().problem + " " + read_body.error().pointer;
}

TEST(RequestKinds, AcceptTheShippedExamplesAndTakeOutWhomTheyAreFor) {
  for (const auto& [name, file] :
       std::map<std::string, std::string>{{"choice", "choice"},
                                          {"order", "order"},
                                          {"hearing_answers", "hearing-answers"},
                                          {"report_receipt", "report-receipt"},
                                          {"notice_receipt", "notice-receipt"},
                                          {"cancellation", "cancellation"},
                                          {"access", "access"},
                                          {"customer_task_completion", "customer-task-completion"}}) {
    const auto submission = read(name, example(file));
    ASSERT_TRUE(submission) << name << ": " << submission.error().detail;
    EXPECT_EQ(submission->acting_for.customer, "C-1001");
    EXPECT_FALSE(submission->body.contains("on_behalf_of"));
  }
}

TEST(RequestKinds, AllSayForWhomTheyAre) {
  for (const auto* name : {"choice", "order", "hearing_answers", "report_receipt", "notice_receipt",
                           "cancellation", "access", "customer_task_completion"}) {
    EXPECT_EQ(fault(name, Json::object()), "missing-on-behalf-of /on_behalf_of") << name;
  }
}

TEST(RequestKinds, R40_ACustomerTaskIsNamedByItsId) {
  auto done = example("customer-task-completion");
  done["task_id"] = "tsk_01j9z3k4m5n6p7q8r9s0t1v2x1";
  EXPECT_EQ(fault("customer_task_completion", done), "bad-id /task_id");
  done.erase("task_id");
  EXPECT_EQ(fault("customer_task_completion", done), "missing-field /task_id");
}

TEST(RequestKinds, R22_RefusesTwoServersInOneOrder) {
  auto order = example("order");
  order["server_id"] = {"srv-1001", "srv-1002"};
  EXPECT_EQ(fault("order", order), "one-server-per-order /server_id");
  order["server_id"] = {"srv-1001"};
  EXPECT_EQ(fault("order", order), "one-server-per-order /server_id");
  order = example("order");
  order["servers"] = {"srv-1002"};
  EXPECT_EQ(fault("order", order), "unknown-field /servers");
}

TEST(RequestKinds, R33_To_R45_EachMissingConsentIsRefusedByName) {
  const auto whole = example("order");
  ASSERT_EQ(whole["consents"].size(), 13U);
  for (std::size_t i = 0; i < whole["consents"].size(); ++i) {
    auto order = whole;
    const std::string id = order["consents"][i]["id"];
    order["consents"].erase(i);
    const auto submission = read("order", order);
    ASSERT_FALSE(submission) << id;
    EXPECT_EQ(submission.error().problem, "missing-consent");
    EXPECT_EQ(submission.error().pointer, "/consents");
    EXPECT_NE(submission.error().detail.find(id), std::string::npos);
  }
  auto extra = whole;
  extra["consents"].push_back("consent-r99");
  EXPECT_EQ(fault("order", extra), "unknown-consent /consents");
}

TEST(RequestKinds, R21_RefusesAFifthWorkItem) {
  auto order = example("order");
  order["work_item"] = "forensics";
  EXPECT_EQ(fault("order", order), "not-allowed-value /work_item");
}

TEST(RequestKinds, NameTheFieldThatIsWrong) {
  auto order = example("order");
  order["quote"]["sha256"] = "ABC";
  EXPECT_EQ(fault("order", order), "bad-hash /quote/sha256");
  order = example("order");
  order["quote"]["id"] = "inc_01j9z3k4m5n6p7q8r9s0t1v2w3";
  EXPECT_EQ(fault("order", order), "bad-id /quote/id");
  auto choice = example("choice");
  choice["choice"] = "both";
  EXPECT_EQ(fault("choice", choice), "not-allowed-value /choice");
  choice = example("choice");
  choice["comparison"]["id"] = "quo_01j9z3k4m5n6p7q8r9s0t1v2w6";
  EXPECT_EQ(fault("choice", choice), "bad-id /comparison/id");
  choice["comparison"] = {{"id", "cmp_01j9z3k4m5n6p7q8r9s0t1v2w6"}};
  EXPECT_EQ(fault("choice", choice), "missing-field /comparison/sha256");
  choice.erase("comparison");
  EXPECT_EQ(fault("choice", choice), "accepted") << "a customer may choose without having seen one";
  auto receipt = example("report-receipt");
  receipt["channel"] = "pigeon";
  EXPECT_EQ(fault("report_receipt", receipt), "not-allowed-value /channel");
  auto seen = example("notice-receipt");
  seen["notice_id"] = "inc_1";
  EXPECT_EQ(fault("notice_receipt", seen), "bad-id /notice_id");
  auto cancellation = example("cancellation");
  cancellation["on_behalf_of"]["person"] = "";
  EXPECT_EQ(fault("cancellation", cancellation), "wrong-length /on_behalf_of/person");
  cancellation = example("cancellation");
  cancellation["on_behalf_of"] = "C-1001";
  EXPECT_EQ(fault("cancellation", cancellation), "wrong-type /on_behalf_of");
}

TEST(RequestKinds, BoundHearingAnswers) {
  auto answers = example("hearing-answers");
  answers["answers"] = Json::object();
  EXPECT_EQ(fault("hearing_answers", answers), "wrong-type /answers");
  answers["answers"] = {{"first-noticed", 1}};
  EXPECT_EQ(fault("hearing_answers", answers), "wrong-type /answers/first-noticed");
  answers["answers"] = {{"../x", "y"}};
  EXPECT_EQ(fault("hearing_answers", answers), "bad-id /answers/..~1x");
  answers["answers"] = Json::object();
  for (int i = 0; i < 101; ++i) answers["answers"]["q" + std::to_string(i)] = "a";
  EXPECT_EQ(fault("hearing_answers", answers), "wrong-type /answers");
}

}  // namespace
}  // namespace rescue::intake
