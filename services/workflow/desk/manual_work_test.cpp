#include "desk/desk_testing.hpp"

namespace rescue::workflow {
namespace {

class ManualWork : public DeskTest {
 protected:
  static Json words(const std::string& text) { return {{"ja", text + "(日本語)"}, {"en", text}}; }
  static Json finding(const std::string& sha256) {
    return {{"title", words("The router saw connections")},
            {"why", words("Nothing legitimate runs then")},
            {"severity", "high"},
            {"confidence", "medium"},
            {"attack_ids", {"T1071"}},
            {"evidence", {{{"sha256", sha256}, {"file", "netflow.csv"}, {"excerpt", "203.0.113.9:443"}}}}};
  }
  static Json completion(const std::string& outcome, const std::string& sha256) {
    return {{"outcome", outcome}, {"reason", words("The logs were erased")}, {"evidence_read", {sha256}}};
  }
  contract::Door::Answer post(const std::string& id, const std::string& what, const Json& body) {
    return desk_.post("/v1/incidents/" + id + "/" + what, body);
  }
};

TEST_P(ManualWork, R14_R15_APersonEndsTheInvestigationAndTheReportSaysSo) {
  const auto id = scheduled();
  const auto sha256 = attached(id);
  ASSERT_EQ(post(id, "findings", finding(sha256)).status, 201);
  const auto done = post(id, "manual-completions", completion("limited_evidence", sha256));
  ASSERT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(load(id).state, State::kWorking) << "R14: the hearing is not over";
  EXPECT_EQ(query("SELECT state FROM jobs WHERE job_id = ?", {job_of(id, "investigation")}).at(0).text(0),
            "cancelled");
  answer_hearing(id);
  EXPECT_EQ(load(id).state, State::kReporting);
  const auto report = wait_report(id);
  EXPECT_EQ(report.at("outcome").at("state"), "limited_evidence");
  EXPECT_EQ(report.at("outcome").at("by"), "person");
  EXPECT_EQ(report.at("outcome").at("reasons").at(1).at("en"), "The logs were erased");
  const auto found = report.at("investigation").at("findings").at("items");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("by"), "person");
  EXPECT_EQ(found[0].at("title").at("ja"), "The router saw connections(日本語)");
  EXPECT_EQ(report.at("evidence").at("files").at(0).at("sha256"), sha256);
  const auto page = query("SELECT report_html_en FROM incidents WHERE incident_id = ?", {id}).at(0).text(0);
  EXPECT_NE(page.find("Found by a person"), std::string::npos);
  deliver(id);
  EXPECT_EQ(sent("pricing", messages::kChargeCreate).size(), 1U) << "R41: the fee is due";
}

TEST_P(ManualWork, R37_CauseUnknownIsAnOutcomeOfAPersonToo) {
  const auto id = working();
  answer_hearing(id);
  ASSERT_EQ(post(id, "manual-completions", completion("cause_unknown", attached(id))).status, 201);
  const auto report = wait_report(id);
  EXPECT_EQ(report.at("outcome").at("state"), "cause_unknown");
  EXPECT_EQ(report.at("verdict").at("intrusion").at("state"), "confirmed");
  EXPECT_EQ(view(id).at("manual_completion").at("completed_by"), "operator:operator");
}

TEST_P(ManualWork, AnIdentifiedCauseHasTheWayIn) {
  const auto id = working();
  answer_hearing(id);
  auto body = completion("cause_identified", attached(id));
  EXPECT_EQ(post(id, "manual-completions", body).body.at("pointer"), "/entry");
  body["entry"] = {
      {"technique", "T1190"}, {"title", words("An old CMS was exploited")}, {"confidence", "high"}};
  ASSERT_EQ(post(id, "manual-completions", body).status, 201);
  const auto report = wait_report(id);
  EXPECT_EQ(report.at("outcome").at("state"), "cause_identified");
  EXPECT_EQ(report.at("investigation").at("entry_vectors").at(0).at("title").at("en"),
            "An old CMS was exploited");
}

TEST_P(ManualWork, R14_NoInvestigationEndsWithoutAListOfEvidenceRead) {
  const auto id = working();
  const auto sha256 = attached(id);
  auto body = completion("cause_unknown", sha256);
  body["evidence_read"] = Json::array();
  EXPECT_EQ(post(id, "manual-completions", body).body.at("pointer"), "/evidence_read");
  const auto unknown = post(id, "manual-completions", completion("cause_unknown", std::string(64, 'e')));
  EXPECT_EQ(unknown.problem(), "evidence-not-attached");
  EXPECT_EQ(unknown.body.at("pointer"), "/evidence_read/0");
  body = completion("cause_unknown", sha256);
  body["entry"] = Json::object();
  EXPECT_EQ(post(id, "manual-completions", body).problem(), "unknown-field");
  EXPECT_EQ(post(report("srv-1002"), "manual-completions", completion("cause_unknown", sha256)).problem(),
            "illegal-transition");
}

TEST_P(ManualWork, TheProbesDocumentStaysWhereThereIsOne) {
  const auto id = working();
  investigate(id);
  const auto probes = load(id).document_sha256;
  ASSERT_EQ(post(id, "manual-completions", completion("cause_unknown", attached(id))).status, 201);
  EXPECT_EQ(load(id).document_sha256, probes);
  answer_hearing(id);
  const auto report = wait_report(id);
  EXPECT_GT(report.at("investigation").at("findings").at("items").size(), 1U);
  EXPECT_EQ(report.at("outcome").at("by"), "person");
}

TEST_P(ManualWork, WorkThatIsOrderedAnewForgetsThePersonsOutcome) {
  const auto id = working();
  answer_hearing(id);
  ASSERT_EQ(post(id, "manual-completions", completion("cause_unknown", attached(id))).status, 201);
  wait_report(id);
  EXPECT_EQ(post(id, "findings", finding(attached(id, "more"))).problem(), "report-made");
  ASSERT_EQ(post(id, "decisions", {{"decision", "rework"}, {"reason", "the disk is readable now"}}).status,
            201);
  EXPECT_TRUE(view(id).at("manual_completion").is_null());
  investigate(id);
}

TEST_P(ManualWork, EvidenceIsAttachedOnceAndOnlyWhatTheStoreHas) {
  const auto id = report();
  Json body{{"sha256", std::string(64, 'd')}, {"name", "n"}, {"description", "d"}};
  EXPECT_EQ(post(id, "attachments", body).problem(), "evidence-not-stored");
  body["sha256"] = "no hash";
  EXPECT_EQ(post(id, "attachments", body).body.at("pointer"), "/sha256");
  body["sha256"] = attached(id);
  EXPECT_EQ(post(id, "attachments", body).problem(), "evidence-attached");
  EXPECT_EQ(view(id).at("attachments").size(), 1U);
}

TEST_P(ManualWork, AFindingNamesItsFaults) {
  const auto id = report();
  const auto sha256 = attached(id);
  const auto pointer = [&](const std::string& key, const Json& value) {
    auto body = finding(sha256);
    body[key] = value;
    return post(id, "findings", body).body.value("pointer", "");
  };
  EXPECT_EQ(pointer("severity", "awful"), "/severity");
  EXPECT_EQ(pointer("attack_ids", {"1071"}), "/attack_ids");
  EXPECT_EQ(pointer("title", {{"en", "only English"}}), "/title/ja");
  EXPECT_EQ(pointer("evidence", Json::array()), "/evidence");
  EXPECT_EQ(pointer("evidence", {{{"sha256", std::string(64, 'e')}, {"file", "f"}}}), "/evidence/0/sha256");
  EXPECT_EQ(pointer("mood", "bad"), "/mood");
}

INSTANTIATE_TEST_SUITE_P(Backends, ManualWork, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace rescue::workflow
