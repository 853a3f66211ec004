#include "sla_rules.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rescue::workflow {
namespace {

using incident::State;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

Timestamp at(const std::string& tokyo) {
  return parse_rfc3339(tokyo + "+09:00").value();
}

SlaSegment segment(State state, std::string waiting_for, const std::string& from, const std::string& to) {
  return {1, state, std::move(waiting_for), false, at(from), at(to), false};
}

const ClockRule& rule(std::string_view name) {
  return *find_clock_rule(name);
}

TEST(SlaRules, OpenTimeIsTheProvidersAndTheRestIsClosed) {
  const calendar::BusinessCalendar calendar;
  const auto split =
      split_time(calendar, segment(State::kWorking, "", "2026-09-18T17:00:00", "2026-09-24T11:00:00"));
  EXPECT_EQ(split.provider, hours(2));
  EXPECT_EQ(split.customer, hours(0));
  EXPECT_EQ(split.closed, hours(5 * 24 + 18 - 2));
}

TEST(SlaRules, AllOfAWaitIsTheCustomers) {
  const calendar::BusinessCalendar calendar;
  const auto waits =
      split_time(calendar, segment(State::kWorking, "hearing", "2026-09-18T17:00:00", "2026-09-24T11:00:00"));
  EXPECT_EQ(waits.customer, hours(5 * 24 + 18));
  EXPECT_EQ(waits.sum(), waits.customer);
  const auto own = split_time(
      calendar, segment(State::kSelfRemediation, "", "2026-09-18T17:00:00", "2026-09-18T20:00:00"));
  EXPECT_EQ(own.customer, hours(3));
}

TEST(SlaRules, R11_OutOfHoursWorkHasNoClosedTime) {
  const calendar::BusinessCalendar calendar;
  auto night = segment(State::kWorking, "", "2026-09-18T17:00:00", "2026-09-24T11:00:00");
  night.out_of_hours = true;
  EXPECT_EQ(split_time(calendar, night).provider, hours(5 * 24 + 18));
}

TEST(SlaRules, AnyStretchesAddUpToTheirLength) {
  const calendar::BusinessCalendar calendar;
  std::mt19937_64 random(20260918);
  const auto states = incident::state_names();
  for (int i = 0; i < 20'000; ++i) {
    SlaSegment any;
    any.state = incident::parse_state(states[random() % states.size()]).value();
    any.waiting_for = random() % 3 == 0 ? "hearing" : "";
    any.out_of_hours = random() % 4 == 0;
    any.from = at("2021-01-01T00:00:00") + microseconds(random() % 300'000'000'000'000);
    any.to = any.from + microseconds(random() % 3'000'000'000'000);
    const auto split = split_time(calendar, any);
    ASSERT_EQ(split.sum(), any.to - any.from);
    ASSERT_TRUE(split.provider >= microseconds(0) && split.closed >= microseconds(0));
  }
}

TEST(SlaRules, AClockStandsWhileTheCustomerIsWaitedFor) {
  const calendar::BusinessCalendar calendar;
  const std::vector<SlaSegment> life{
      segment(State::kWorking, "", "2026-09-17T10:00:00", "2026-09-17T11:00:00"),
      segment(State::kWorking, "hearing", "2026-09-17T11:00:00", "2026-09-17T15:00:00"),
      segment(State::kWorking, "", "2026-09-17T15:00:00", "2026-09-18T10:30:00")};
  const ClockRun run{at("2026-09-17T10:30:00"), at("2026-09-18T10:15:00")};
  const auto steps = replay_clock(calendar, rule("report"), run, life);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].used, minutes(30));
  EXPECT_EQ(steps[1].used, minutes(0));
  EXPECT_EQ(steps[1].waiting_for, "hearing");
  EXPECT_EQ(steps[2].used, minutes(195));
  EXPECT_EQ(used_up_at(calendar, run, steps, hours(1)), at("2026-09-17T15:30:00"));
  EXPECT_EQ(used_up_at(calendar, run, steps, hours(3) + minutes(40)), at("2026-09-18T10:10:00"));
  EXPECT_FALSE(used_up_at(calendar, run, steps, hours(4)));
}

TEST(SlaRules, TheStartWaitsForNoHearing) {
  EXPECT_FALSE(rule("start").paused("hearing"));
  EXPECT_TRUE(rule("start").paused("customer_task"));
  EXPECT_TRUE(rule("report").paused("hearing"));
}

TEST(SlaRules, TargetsAreSettings) {
  auto given = config::Source::from("workflow", {{"sla", {{"start_s", 60}}}}, {}).value();
  EXPECT_EQ(read_sla_targets(given).start, minutes(1));
  EXPECT_TRUE(given.finish());
  auto none = config::Source::from("workflow", {{"sla", {{"report_s", 0}}}}, {}).value();
  read_sla_targets(none);
  EXPECT_NE(none.finish().error().detail.find("sla.report_s"), std::string::npos);
}

}  // namespace
}  // namespace rescue::workflow
