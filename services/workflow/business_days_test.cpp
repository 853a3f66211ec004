// The calendar's files, and what an order is promised by it.
#include "business_days.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"
#include "work_plan.hpp"

namespace rescue::workflow {
namespace {

using calendar::to_string;

Timestamp at(const std::string& tokyo) {
  return parse_rfc3339(tokyo + "+09:00").value();
}

class BusinessDaysTest : public ::testing::Test {
 protected:
  BusinessDaysTest() { std::filesystem::create_directories(dir_); }
  ~BusinessDaysTest() override { std::filesystem::remove_all(dir_); }

  std::string file() const { return (dir_ / "own.csv").string(); }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  static bool is_open(const BusinessDays& days, const std::string& tokyo) {
    return days.current()->is_open(at(tokyo));
  }

  std::filesystem::path dir_ = std::filesystem::temp_directory_path() / ("days_test_" + random_hex(8));
};

TEST_F(BusinessDaysTest, R10_IsOpenByTheShippedListUnlessToldOtherwise) {
  const BusinessDays days{BusinessConfig()};
  EXPECT_TRUE(is_open(days, "2026-09-24T12:00:00"));
  EXPECT_FALSE(is_open(days, "2026-09-22T12:00:00"));
}

TEST_F(BusinessDaysTest, R9_AChangedFileIsReadAndABrokenOneLeavesTheLastInForce) {
  write("date,name\n2026-12-29,年末休業\n");
  BusinessConfig config;
  config.company_holidays_file = file();
  BusinessDays days(config);
  EXPECT_FALSE(days.refresh().changed);
  EXPECT_FALSE(is_open(days, "2026-12-29T12:00:00"));
  const auto kept = days.current();
  write("date,name\n2026-12-30,年末休業\n");
  EXPECT_TRUE(days.refresh().changed);
  EXPECT_TRUE(is_open(days, "2026-12-29T12:00:00"));
  EXPECT_FALSE(is_open(days, "2026-12-30T12:00:00"));
  EXPECT_FALSE(kept->is_open(at("2026-12-29T12:00:00"))) << "work that has begun keeps its calendar";

  write("date,name\n2026-13-30,年末休業\n");
  const auto refreshed = days.refresh();
  EXPECT_FALSE(refreshed.changed);
  ASSERT_EQ(refreshed.newly_broken.size(), 1U);
  EXPECT_EQ(refreshed.newly_broken[0].name, "company_holidays");
  EXPECT_NE(refreshed.newly_broken[0].broken->find("own.csv:2: must be a day"), std::string::npos);
  EXPECT_TRUE(days.refresh().newly_broken.empty()) << "said once";
  EXPECT_TRUE(days.states()[1].broken);
  EXPECT_FALSE(is_open(days, "2026-12-30T12:00:00"));

  std::filesystem::remove(file());
  EXPECT_EQ(days.refresh().newly_broken.size(), 1U) << "a missing one is another fault";
  write("date,name\n");
  EXPECT_TRUE(days.refresh().changed);
  EXPECT_FALSE(days.states()[1].broken);
  EXPECT_TRUE(is_open(days, "2026-12-30T12:00:00"));
}

TEST_F(BusinessDaysTest, R9_WithoutItsFileNothingStarts) {
  BusinessConfig config;
  config.holidays_file = file();
  EXPECT_THROW(BusinessDays{config}, std::runtime_error);
}

TEST(BusinessSettings, NameTheirFault) {
  auto source = config::Source::from("workflow", {{"business", {{"hours", "10-18"}}}}, {}).value();
  read_business(source);
  const auto status = source.finish();
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find("business.hours"), std::string::npos);
}

TEST(WorkPlan, R43_PromisesAReinstallForTheNextBusinessDay) {
  const calendar::BusinessCalendar calendar;
  const auto plan = plan_work(calendar, "investigation_recovery_reinstall", at("2026-09-18T12:00:00"), false);
  EXPECT_EQ(to_string(plan.reinstall_on.value()), "2026-09-24");
  EXPECT_EQ(plan.begins, at("2026-09-18T12:00:00")) << "the investigation need not wait";
  const auto json = to_json(plan);
  EXPECT_EQ(json.at("reinstall_on"), "2026-09-24");
  EXPECT_EQ(json.at("reinstall_why").size(), 6U);
  EXPECT_EQ(
      to_string(plan_work(calendar, "investigation_recovery_reinstall", at("2026-05-01T23:00:00"), false)
                    .reinstall_on.value()),
      "2026-05-07");
}

TEST(WorkPlan, R43_OtherWorkHasNoReinstall) {
  const calendar::BusinessCalendar calendar;
  const auto plan = plan_work(calendar, "investigation", at("2026-09-18T12:00:00"), false);
  EXPECT_FALSE(plan.reinstall_on);
  EXPECT_TRUE(to_json(plan).at("reinstall_on").is_null());
}

TEST(WorkPlan, R11_OutOfHoursWorkDoesNotWait) {
  const calendar::BusinessCalendar calendar;
  EXPECT_EQ(plan_work(calendar, "investigation", at("2026-09-18T22:00:00"), true).begins,
            at("2026-09-18T22:00:00"));
  EXPECT_EQ(plan_work(calendar, "investigation", at("2026-09-18T22:00:00"), false).begins,
            at("2026-09-24T10:00:00"));
}

}  // namespace
}  // namespace rescue::workflow
