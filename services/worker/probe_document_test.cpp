#include "probe_document.hpp"

#include <gtest/gtest.h>

#include "testing.hpp"

namespace rescue::worker {
namespace {

Json example() {
  return parse_json(testing::example_document()).value();
}

TEST(ProbeDocument, SummarisesAnInvestigation) {
  const Json summary = summarise_document(testing::example_document()).value();
  EXPECT_EQ(summary["intrusion"], "confirmed");
  EXPECT_EQ(summary["mail_abuse"], "none_found");
  EXPECT_EQ(summary["cause_known"], true);
  EXPECT_EQ(summary["findings"]["critical"], 4);
  EXPECT_EQ(summary["findings"]["low"], 1);
  EXPECT_EQ(summary["gaps"], 1);
  EXPECT_FALSE(summary["intrusion_why"].get<std::string>().empty());
}

TEST(ProbeDocument, TellsWhatTheCustomerCanBeAskedAboutAndLeavesOutWhatIsOdd) {
  const Json seen = summarise_document(testing::example_document()).value()["seen"];
  EXPECT_EQ(seen["os"], "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(seen["first_at"], "2026-09-12T17:02:11Z");
  EXPECT_EQ(seen["accounts"], Json({"webadmin"}));
  Json document = example();
  document["host"]["os"] = std::string(201, 'x');
  document["timeline"] = Json::array();
  document["impact"] = {{"addresses", Json::array()}, {"accounts", Json::array({1, nullptr})}};
  for (int i = 0; i < 50; ++i) document["impact"]["addresses"].push_back("192.0.2." + std::to_string(i));
  const Json odd = summarise_document(dump_json(document)).value()["seen"];
  EXPECT_EQ(odd["addresses"].size(), 10U);
  EXPECT_EQ(odd.size(), 1U);
}

TEST(ProbeDocument, RefusesWhatIsNoInvestigation) {
  std::vector<std::string> bad{"",
                               "garbage",
                               "[]",
                               "{}",
                               "{\"schema_version\":1}",
                               "null",
                               testing::example_document().substr(0, 500)};
  Json version = example();
  version["schema_version"] = 2;
  Json verdict = example();
  verdict["verdict"]["intrusion"]["state"] = "maybe";
  Json severity = example();
  severity["findings"][0]["severity"] = 7;
  Json finding = example();
  finding["findings"][0] = nullptr;
  Json cause = example();
  cause.erase("cause");
  for (const Json& document : {version, verdict, severity, finding, cause})
    bad.push_back(dump_json(document));
  for (const std::string& text : bad) {
    const auto summary = summarise_document(text);
    ASSERT_FALSE(summary) << text;
    EXPECT_EQ(summary.error().problem, "probe-bad-document");
    EXPECT_EQ(summary.error().code, ErrorCode::kCorrupt);
  }
}

TEST(ProbeDocument, RefusesAnInvestigationThatReadNothing) {
  Json document = example();
  document["counts"]["files_read"] = 0;
  EXPECT_EQ(summarise_document(dump_json(document)).error().problem, "probe-read-nothing");
  document["counts"].erase("files_read");
  EXPECT_EQ(summarise_document(dump_json(document)).error().problem, "probe-bad-document");
}

TEST(ProbeDocument, CutsLongReasonsBetweenCharacters) {
  Json document = example();
  std::string why;
  for (int i = 0; i < 2'000; ++i) why += "侵";
  document["cause"]["why"] = why;
  const Json summary = summarise_document(dump_json(document)).value();
  const std::string cut = summary["cause_why"];
  EXPECT_LT(cut.size(), 2'010U);
  EXPECT_EQ(parse_json(dump_json(summary)).value(), summary);
}

}  // namespace
}  // namespace rescue::worker
