#include "rescue/catalog/comparison.hpp"

#include <gtest/gtest.h>

#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::catalog {
namespace {

using testing::snapshot;

Timestamp at(const char* text) {
  return *parse_rfc3339(text);
}

class Comparing : public ::testing::Test {
 protected:
  Json shown(const char* time, const std::string& os = "debian-12") {
    const auto catalogue = Catalogue::at(snapshot(), at(time));
    return to_json(*compare(*catalogue, calendar, "srv-1001", os, at(time)), *catalogue);
  }
  const calendar::BusinessCalendar calendar;
};

TEST_F(Comparing, R21_TheFourItemsAndSelfRemediationStandSideBySide) {
  const auto all = shown("2026-09-18T10:00:00+09:00");  // a Friday, at the opening
  ASSERT_EQ(all["items"].size(), 4U);
  for (const auto& item : all["items"]) {
    EXPECT_FALSE(item["downtime"]["ja"].get<std::string>().empty());
    EXPECT_FALSE(item["data_risk"]["level"].get<std::string>().empty());
  }
  EXPECT_EQ(all["self_remediation"]["price"]["total_yen"], 0);
  EXPECT_EQ(all["self_remediation"]["promised_finish"], nullptr);
  EXPECT_EQ(all["self_remediation"]["data_risk"]["level"], "high");
}

TEST_F(Comparing, WhileItIsOpenNowAndWaitingAreTheSame) {
  const auto item = shown("2026-09-18T10:00:00+09:00")["items"][1];
  EXPECT_EQ(item["now"], item["wait_until_opening"]);
  EXPECT_EQ(item["saving_yen"], 0);
  EXPECT_EQ(item["now"]["earliest_start"], "2026-09-18T02:00:00.000Z");  // 11:00
  EXPECT_EQ(item["now"]["promised_finish"], "2026-09-24T02:00:00.000Z")
      << "8 hours of work, over a long week-end";
}

TEST_F(Comparing, R11_AtNightNowCostsTheOutOfHoursPriceAndWaitingSavesIt) {
  const auto item = shown("2026-09-18T22:00:00+09:00")["items"][1];
  EXPECT_TRUE(item["now"]["out_of_hours"]);
  EXPECT_EQ(item["now"]["earliest_start"], "2026-09-18T14:00:00.000Z");
  EXPECT_EQ(item["now"]["promised_finish"], "2026-09-18T22:00:00.000Z");
  EXPECT_EQ(item["now"]["price"]["lines"][1]["rule"], "R11");
  EXPECT_FALSE(item["wait_until_opening"]["out_of_hours"]);
  EXPECT_EQ(item["wait_until_opening"]["earliest_start"], "2026-09-24T02:00:00.000Z");  // Thursday, 11:00
  EXPECT_EQ(item["saving_yen"], 27'500) << "25,000 and its tax";
}

TEST_F(Comparing, R43_AReinstallIsDoneOnTheNextBusinessDay) {
  const auto finish = [&](const char* ordered) {
    return shown(ordered)["items"][3]["wait_until_opening"]["promised_finish"].get<std::string>();
  };
  EXPECT_EQ(finish("2026-09-18T10:00:00+09:00"), "2026-09-25T02:00:00.000Z")
      << "16 hours of work take longer";
  const auto catalogue = Catalogue::at(snapshot(), at("2026-09-18T11:00:00+09:00"));
  auto quick = catalogue->offer(WorkItem::kInvestigationRecoveryReinstall);
  quick.work = std::chrono::minutes(30);
  const auto day = [&](const char* ordered) {
    return format_rfc3339(timing_of(calendar, quick, at(ordered), false).promised_finish,
                          std::chrono::hours(9));
  };
  EXPECT_EQ(day("2026-09-18T11:00:00+09:00"), "2026-09-24T18:00:00+09:00");
  EXPECT_EQ(day("2026-05-01T11:00:00+09:00"), "2026-05-07T18:00:00+09:00");
}

TEST_F(Comparing, R8_PastSupportTheFeeAndTheLimitsAreShownBeforeTheChoice) {
  const auto past = shown("2026-09-18T11:00:00+09:00", "debian-10");
  EXPECT_FALSE(past["operating_system"]["in_support"]);
  EXPECT_FALSE(past["limited_work"]["ja"].get<std::string>().empty());
  EXPECT_EQ(past["items"][1]["now"]["price"]["lines"].back()["rule"], "R8");
  const auto supported = shown("2026-09-18T11:00:00+09:00");
  EXPECT_FALSE(supported.contains("limited_work"));
  EXPECT_EQ(supported["items"][1]["now"]["price"]["lines"].size(), 1U);
}

}  // namespace
}  // namespace rescue::catalog
