// Mails that a person has to read, on the operators' work list.
#include "unread_reports.hpp"
#include "desk/desk_testing.hpp"

namespace rescue::workflow {
namespace {

class UnreadReports : public DeskTest {
 protected:
  std::string unread(const std::string& report_id = "rep_unread") {
    const auto id = IncidentId::make(clock_.now()).str();
    write([&](store::Tx& tx) {
      return on_unread_report(
          app_.casework(), tx,
          message(id, {{"report_id", report_id},
                       {"why", "several_servers"},
                       {"subject", "attacks"},
                       {"reference", "T-1"},
                       {"received_us", to_us(clock_.now())},
                       {"reporter", {{"key_id", "k"}, {"role", "reporter"}, {"person", nullptr}}},
                       {"raw_sha256", std::string(64, 'a')}}));
    });
    return id;
  }
  Json only_task() {
    const auto list = desk_.get("/v1/tasks?state=open&kind=read_report").body.at("items");
    EXPECT_EQ(list.size(), 1U);
    return list.empty() ? Json::object() : list.at(0);
  }
  contract::Door::Answer complete(const Json& task, const std::string& outcome) {
    return desk_.post("/v1/tasks/" + task.at("task_id").get<std::string>() + "/completions",
                      {{"outcome", outcome}, {"note", "read it"}});
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, UnreadReports, ::testing::Values("sqlite", "postgresql"));

TEST_P(UnreadReports, AreTasksThatLeadToTheOriginalAndAreNoIncidents) {
  const auto id = unread();
  const auto task = only_task();
  EXPECT_TRUE(task.at("incident_id").is_null());
  EXPECT_EQ(task.at("details").at("original"), "/v1/reports/rep_unread/original");
  EXPECT_EQ(task.at("details").at("why"), "several_servers");
  EXPECT_EQ(task.at("details").at("reference"), "T-1");
  EXPECT_EQ(desk_.get("/v1/incidents/" + id).problem(), "incident-not-found");
  unread();
  EXPECT_EQ(desk_.get("/v1/tasks?kind=read_report").body.at("items").size(), 1U)
      << "the same mail is one task";
}

TEST_P(UnreadReports, AreTakenInHandNotedHandedOverLikeAnyTask) {
  const auto id = unread();
  const std::string url = "/v1/tasks/" + only_task().at("task_id").get<std::string>();
  ASSERT_EQ(desk_.post(url + "/claims", Json::object()).status, 201);
  EXPECT_EQ(other_.post(url + "/claims", Json::object()).problem(), "task-claimed");
  ASSERT_EQ(desk_.post(url + "/notes", {{"text", "asked the sender which one"}}).status, 201);
  EXPECT_EQ(desk_.get(url).body.at("notes").at(0).at("text"), "asked the sender which one");
  ASSERT_EQ(desk_.post(url + "/releases", {{"reason", "end of shift"}}).status, 201);
  EXPECT_EQ(actions_of(id),
            (std::vector<std::string>{"report.unread", "task.claimed", "note.added", "task.released"}));
}

TEST_P(UnreadReports, ThatNothingFollowsFromAreClosedForTheirSender) {
  const auto id = unread();
  const auto task = only_task();
  EXPECT_EQ(complete(task, "granted").problem(), "not-allowed-value");
  ASSERT_EQ(complete(task, "no_complaint").status, 201);
  EXPECT_EQ(complete(task, "handled").problem(), "task-done");
  const auto told = sent("intake", messages::kReportClosed);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].incident_id, id);
  EXPECT_EQ(told[0].body, (Json{{"report_id", "rep_unread"}})) << "nothing of a customer";
}

TEST_P(UnreadReports, OfWhichAnOperatorMakesAReportAreDone) {
  const auto id = unread();
  write([&](store::Tx& tx) {
    return app_.casework().on_report(
        tx, message(id, {{"report_id", "rep_made"},
                         {"source", "third_party"},
                         {"category", "intrusion"},
                         {"server_id", "srv-1001"},
                         {"customer", "C-1001"},
                         {"summary", "read"},
                         {"seen_at_us", nullptr},
                         {"received_us", to_us(clock_.now())},
                         {"reporter", {{"key_id", "k9"}, {"role", "operator"}, {"person", nullptr}}},
                         {"raw_sha256", std::string(64, 'b')},
                         {"of_report", "rep_unread"}}));
  });
  EXPECT_EQ(load(id).state, State::kPrecheck);
  EXPECT_TRUE(desk_.get("/v1/tasks?state=open&kind=read_report").body.at("items").empty());
  const auto done = desk_.get("/v1/tasks?state=done&kind=read_report").body.at("items").at(0);
  EXPECT_EQ(done.at("outcome"), "reported as rep_made");
  EXPECT_EQ(done.at("done_by"), "operator:k9");
  EXPECT_TRUE(sent("intake", messages::kReportClosed).empty());
}

}  // namespace
}  // namespace rescue::workflow
