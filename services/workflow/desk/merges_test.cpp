#include "desk/desk_testing.hpp"

namespace rescue::workflow {
namespace {

class Merges : public DeskTest {
 protected:
  /// Two open incidents of one server, which a person sees to be one.
  std::pair<std::string, std::string> two() { return {report(), report(Notice{.category = "mail_abuse"})}; }
  contract::Door::Answer merge(const std::string& id, const std::string& into) {
    return desk_.post("/v1/incidents/" + id + "/merges", {{"into", into}, {"reason", "one break-in"}});
  }
  contract::Door::Answer unmerge(const std::string& id) {
    return desk_.post("/v1/incidents/" + id + "/unmerges", {{"reason", "two break-ins"}});
  }
};

TEST_P(Merges, R42_MergedIncidentsAreOneAndNothingIsLost) {
  const auto [first, second] = two();
  ASSERT_EQ(desk_.post("/v1/incidents/" + second + "/notes", {{"text", "a relay is open"}}).status, 201);
  const auto merged = merge(second, first);
  ASSERT_EQ(merged.status, 201) << merged.body;
  EXPECT_EQ(load(second).id, first);
  EXPECT_EQ(view(first).at("reports").size(), 2U);
  EXPECT_EQ(view(first).at("notes").at(0).at("text"), "a relay is open");
  EXPECT_EQ(actions_of(first).back(), "incident.merged_in");
  const auto history = desk_.get("/v1/incidents/" + second + "/history?limit=200").body.at("items");
  EXPECT_EQ(history.back().at("action"), "job.cancelled") << "its own history stays under its id";
  EXPECT_EQ(history.at(history.size() - 2).at("details").at("merged_into"), first);
  EXPECT_EQ(query("SELECT state FROM jobs WHERE incident_id = ?", {second}).at(0).text(0), "cancelled");
  EXPECT_EQ(sent("intake", messages::kReportTaken).back().body.at("merged_into"), first);
  EXPECT_EQ(desk_.get("/v1/incidents?state=merged").body.at("items").size(), 1U);
  EXPECT_EQ(merge(second, first).problem(), "incident-merged");
  const auto third = report();
  EXPECT_EQ(load(third).id, first) << "a merged incident takes no reports";
}

TEST_P(Merges, R42_AnUnmergedReportGetsAnIncidentOfItsOwn) {
  const auto first = report();
  const auto joined = report();
  ASSERT_EQ(load(joined).id, first);
  const auto alone = unmerge(joined);
  ASSERT_EQ(alone.status, 201) << alone.body;
  EXPECT_EQ(load(joined).id, joined);
  EXPECT_EQ(load(joined).state, State::kPrecheck);
  EXPECT_EQ(view(joined).at("reports").size(), 1U);
  EXPECT_EQ(view(first).at("reports").size(), 1U);
  EXPECT_EQ(actions_of(joined).front(), "incident.opened");
  EXPECT_EQ(actions_of(first).back(), "incident.unmerged");
  EXPECT_EQ(sent("intake", messages::kReportTaken).back().body.at("merged_into"), Json());
  EXPECT_EQ(unmerge(joined).problem(), "not-merged");
}

TEST_P(Merges, AnUnmergedIncidentGetsBackWhatItHadBrought) {
  const auto [first, second] = two();
  const auto of_second = report(Notice{.category = "mail_abuse"});
  ASSERT_EQ(load(of_second).id, second);
  confirm(second);
  ASSERT_EQ(merge(second, first).status, 201);
  EXPECT_EQ(load(of_second).id, first);
  EXPECT_EQ(view(first).at("reports").size(), 3U);
  const auto alone = unmerge(second);
  ASSERT_EQ(alone.status, 201) << alone.body;
  EXPECT_EQ(load(of_second).id, second);
  EXPECT_EQ(view(second).at("reports").size(), 2U);
  EXPECT_EQ(load(second).state, State::kPrecheck) << "it is looked at anew";
  EXPECT_TRUE(load(second).situation.is_null());
  EXPECT_EQ(view(first).at("reports").size(), 1U);
}

TEST_P(Merges, WhatWasMergedStepByStepComesBackStepByStep) {
  const auto first = report(Notice{.category = "unknown"});
  ASSERT_EQ(desk_
                .post("/v1/incidents/" + first + "/decisions",
                      {{"decision", "confirm"}, {"confirmation", {"intrusion"}}, {"reason", "r"}})
                .status,
            201);
  choose(first, "self_remediation");
  const auto second = report();
  const auto third = report(Notice{.category = "mail_abuse"});
  const auto of_third = report(Notice{.category = "mail_abuse"});
  ASSERT_EQ(load(of_third).id, third);
  ASSERT_EQ(merge(third, second).status, 201);
  ASSERT_EQ(merge(second, first).status, 201);
  EXPECT_EQ(load(of_third).id, first);
  EXPECT_EQ(view(first).at("reports").size(), 4U);
  ASSERT_EQ(unmerge(second).status, 201);
  EXPECT_EQ(load(third).id, second) << "it was merged into the second at first";
  EXPECT_EQ(view(second).at("reports").size(), 3U);
  ASSERT_EQ(unmerge(third).status, 201);
  EXPECT_EQ(load(of_third).id, third);
  EXPECT_EQ(view(third).at("reports").size(), 2U);
  EXPECT_EQ(view(second).at("reports").size(), 1U);
  EXPECT_EQ(view(first).at("reports").size(), 1U);
}

TEST_P(Merges, EveryStateBeforeAnOrderCanBeMerged) {
  const auto target = report();
  const auto other = [&] { return report(Notice{.category = "mail_abuse"}); };
  const auto unconfirmed = other();
  ASSERT_EQ(
      desk_.post("/v1/incidents/" + unconfirmed + "/decisions", {{"decision", "unconfirm"}, {"reason", "r"}})
          .status,
      201);
  EXPECT_EQ(merge(unconfirmed, target).status, 201);
  const auto at_choice = other();
  confirm(at_choice);
  EXPECT_EQ(merge(at_choice, target).status, 201);
  const auto declined = other();
  confirm(declined);
  choose(declined, "self_remediation");
  EXPECT_EQ(merge(declined, target).status, 201);
  EXPECT_EQ(view(target).at("reports").size(), 4U);
}

TEST_P(Merges, AreRefusedWhereAnOrderStandsOrTheServersDiffer) {
  const auto [first, second] = two();
  EXPECT_EQ(merge(first, first).problem(), "merge-not-possible");
  EXPECT_EQ(merge(first, report("srv-1002")).problem(), "merge-not-possible");
  EXPECT_EQ(merge(first, "inc_01arz3ndektsv4rrffq69g5fav").problem(), "incident-not-found");
  confirm(second);
  choose(second);
  order(second);
  EXPECT_EQ(merge(second, first).problem(), "order-exists") << "pricing is asked about it";
  const auto ordered = scheduled("srv-1003");
  EXPECT_EQ(merge(ordered, first).problem(), "merge-not-possible");
  const auto more = report(Notice{.server = "srv-1003", .category = "mail_abuse"});
  EXPECT_EQ(merge(ordered, more).problem(), "illegal-transition");
  ASSERT_EQ(
      desk_.post("/v1/incidents/" + first + "/decisions", {{"decision", "cancel"}, {"reason", "r"}}).status,
      201);
  EXPECT_EQ(merge(second, first).problem(), "merge-not-possible");
}

TEST_P(Merges, AreNotUndoneOnceTheirIncidentIsOver) {
  const auto id = working();
  const auto joined = report();
  ASSERT_EQ(load(joined).id, id);
  answer_hearing(id);
  investigate(id);
  deliver(id);
  EXPECT_EQ(unmerge(joined).problem(), "illegal-transition");
  // What joined when all was over was never charged and can be corrected.
  const auto late = report(Notice{.seen_at = clock_.now() - std::chrono::hours(1)});
  ASSERT_EQ(desk_
                .post("/v1/tasks/" + task_of(late, "judge_duplicate") + "/completions",
                      {{"outcome", "same_incident"}, {"note", "n"}})
                .status,
            201);
  EXPECT_EQ(unmerge(late).status, 201);
  EXPECT_EQ(load(late).state, State::kPrecheck);
}

INSTANTIATE_TEST_SUITE_P(Backends, Merges, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& backend) { return backend.param; });

}  // namespace
}  // namespace rescue::workflow
