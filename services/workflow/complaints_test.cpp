#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

using Complaints = WorkflowTest;

Json said(const Json& complaint, const Json& addresses = {"192.0.2.10", "2001:db8::10"}) {
  return {{"complaint", complaint}, {"addresses", addresses}};
}

TEST_F(Complaints, EachReportsOwnIsShownAndGoesToThePrecheck) {
  const Json relay{{"kind", "open_relay"}};
  const auto id = report("mail_abuse", "srv-1001", said(relay));
  auto dispatched = sent("worker", messages::kJobDispatched).back().body.at("outside");
  dispatched.erase("given_us");
  EXPECT_EQ(dispatched, Json({{"addresses", {"192.0.2.10", "2001:db8::10"}},
                              {"contract_addresses", {"192.0.2.10", "2001:db8::10"}},
                              {"contract", "theirs"},
                              {"complaints", {relay}}}));
  report("mail_abuse", "srv-1001", said(nullptr));
  const auto reports = view(id).at("reports");
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].at("complaint"), relay);
  EXPECT_TRUE(reports[1].at("complaint").is_null());
}

TEST_F(Complaints, OfMergedReportsAreLookedAtTogetherEachOnceAtTheAddressComplainedOfFirst) {
  const Json relay{{"kind", "open_relay"}},
      page{{"kind", "phishing_url"}, {"url", "http://www.example.com/x"}};
  const auto id = report("unknown", "srv-1001", said(relay));
  report("unknown", "srv-1001", said(relay));
  report("unknown", "srv-1001", said(page, {"2001:db8::10"}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "recheck"}}));
  const auto again = sent("worker", messages::kJobDispatched).back().body.at("outside");
  EXPECT_EQ(again.at("addresses"), (Json{"2001:db8::10", "192.0.2.10"}));
  EXPECT_EQ(again.at("complaints"), (Json{page, relay}));
}

TEST_F(Complaints, AnAddressThatWasToldAWeekAgoIsNotLookedAtAndStillBoundsTheAccess) {
  contracts_->is_away();
  const auto id = report("intrusion", "srv-1001", said({{"kind", "spam"}}));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  clock_.advance(std::chrono::hours(24 * 7 + 1));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "recheck"}}));
  const auto again = sent("worker", messages::kJobDispatched).back().body.at("outside");
  EXPECT_EQ(again.at("addresses"), Json::array());
  EXPECT_EQ(again.at("contract_addresses"), Json({"192.0.2.10", "2001:db8::10"}));
  EXPECT_EQ(again.at("complaints").size(), 1U);
}

TEST_F(Complaints, R28_WhatWasConfirmedFromOutsideIsShownToTheCustomer) {
  const auto id = report();
  auto end = success();
  const Json page{{"kind", "phishing_url"}, {"url", "http://www.example.com/{port}"}};
  end["summary"]["outside"] = {
      {"answer", "confirmed"},
      {"document_sha256", std::string(64, 'c')},
      {"checks",
       {{{"complaint", page}, {"answer", "confirmed"}, {"why", "it serves the URL"}},
        {{"complaint", {{"kind", "open_relay"}}}, {"answer", "not_reproduced"}, {"why", "refused"}},
        {{"complaint", {{"kind", "open_port"}, {"port", 6379}}}, {"answer", "confirmed"}, {"why", "open"}}}}};
  ASSERT_TRUE(job_says(messages::kJobStarted, id, job_of(id, "precheck"), 1));
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, end));
  EXPECT_EQ(view(id).at("precheck").at("outside"), end["summary"]["outside"]);
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  const auto shown = load(id).situation.at("en").get<std::string>();
  EXPECT_NE(shown.find("served when it was checked from outside: http://www.example.com/{port}\n"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("The port 6379 that was reported was open"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("relay"), std::string::npos) << shown;
}

TEST_F(Complaints, OfAReportFromBeforeThereWereAnyAreNone) {
  const auto id = report();
  EXPECT_TRUE(view(id).at("reports")[0].at("complaint").is_null());
  const auto outside = sent("worker", messages::kJobDispatched).back().body.at("outside");
  EXPECT_EQ(outside.at("complaints"), Json::array());
  EXPECT_EQ(outside.at("addresses"), outside.at("contract_addresses"));
}

}  // namespace
}  // namespace rescue::workflow
