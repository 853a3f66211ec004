#include "rescue/calendar/holiday_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "equinox.hpp"
#include "rescue/calendar/holiday_list.hpp"

namespace rescue::calendar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> days_by_rule(int year) {
  std::vector<std::string> out;
  for (const auto& holiday : holidays_by_rule(year)) out.push_back(to_string(holiday.day));
  return out;
}

std::string name_by_rule(std::string_view day) {
  const auto wanted = parse_day(day).value();
  for (const auto& holiday : holidays_by_rule(year_of(wanted))) {
    if (holiday.day == wanted) return holiday.name;
  }
  return "";
}

std::map<int, std::vector<std::string>> days_by_year(const HolidayList& list) {
  std::map<int, std::vector<std::string>> out;
  for (const auto& holiday : list.holidays()) out[year_of(holiday.day)].push_back(to_string(holiday.day));
  return out;
}

TEST(HolidayRules, SubstituteHolidays) {
  EXPECT_EQ(name_by_rule("2026-05-06"), "振替休日 (憲法記念日)");
  EXPECT_EQ(name_by_rule("2027-03-22"), "振替休日 (春分の日)");
  EXPECT_EQ(name_by_rule("1973-02-12"), "") << "before the law of 12 April 1973";
  EXPECT_EQ(name_by_rule("1973-04-30"), "振替休日 (天皇誕生日)") << "the first";
}

TEST(HolidayRules, CitizensHolidays) {
  EXPECT_EQ(name_by_rule("2026-09-22"), "国民の休日");
  EXPECT_EQ(name_by_rule("2032-09-21"), "国民の休日");
  EXPECT_EQ(name_by_rule("1985-05-04"), "") << "before the law of 27 December 1985";
  EXPECT_EQ(name_by_rule("1988-05-04"), "国民の休日");
  EXPECT_EQ(name_by_rule("1986-05-04"), "") << "a Sunday";
  EXPECT_EQ(name_by_rule("2019-04-30"), "国民の休日") << "beside a day of a special law";
}

TEST(HolidayRules, ExceptionsOf2020And2021) {
  EXPECT_THAT(days_by_rule(2021),
              ElementsAre("2021-01-01", "2021-01-11", "2021-02-11", "2021-02-23", "2021-03-20", "2021-04-29",
                          "2021-05-03", "2021-05-04", "2021-05-05", "2021-07-22", "2021-07-23", "2021-08-08",
                          "2021-08-09", "2021-09-20", "2021-09-23", "2021-11-03", "2021-11-23"));
  EXPECT_EQ(name_by_rule("2021-08-09"), "振替休日 (山の日)");
  EXPECT_EQ(name_by_rule("2020-07-24"), "スポーツの日");
  EXPECT_EQ(name_by_rule("2021-10-11"), "");
}

TEST(HolidayRules, BeginWithTheLawAndEndWithTheFormula) {
  EXPECT_THAT(days_by_rule(1947), IsEmpty());
  EXPECT_THAT(days_by_rule(1948), ElementsAre("1948-09-23", "1948-11-03", "1948-11-23"));
  EXPECT_THAT(days_by_rule(1949),
              ElementsAre("1949-01-01", "1949-01-15", "1949-03-21", "1949-04-29", "1949-05-03", "1949-05-05",
                          "1949-09-23", "1949-11-03", "1949-11-23"));
  EXPECT_FALSE(days_by_rule(2150).empty());
  EXPECT_THAT(days_by_rule(2151), IsEmpty());
}

TEST(HolidayRules, EquinoxesOfEachEra) {
  EXPECT_EQ(vernal_equinox_day(1979), 21);
  EXPECT_EQ(autumnal_equinox_day(1979), 24);
  EXPECT_EQ(vernal_equinox_day(1980), 20);
  EXPECT_EQ(autumnal_equinox_day(2012), 22) << "the first on the 22nd since 1896";
  EXPECT_EQ(vernal_equinox_day(2092), 19);
  EXPECT_EQ(vernal_equinox_day(2100), 20);
  EXPECT_EQ(autumnal_equinox_day(2100), 23);
  EXPECT_EQ(vernal_equinox_day(2151), 0);
}

TEST(HolidayRules, AgreeWithTheCabinetOfficesListInEveryYearItHas) {
  const auto list = HolidayList::shipped();
  for (const auto& [year, days] : days_by_year(list)) EXPECT_EQ(days_by_rule(year), days) << year;
  EXPECT_TRUE(list.has_year(1955) && list.has_year(2027));
  for (const auto& holiday : list.holidays()) {
    const auto ruled = name_by_rule(to_string(holiday.day));
    const bool named_otherwise = holiday.name.starts_with("休日") || holiday.name.ends_with("の儀") ||
                                 holiday.name == "大喪の礼" || holiday.name == "体育の日（スポーツの日）";
    EXPECT_TRUE(named_otherwise || ruled == holiday.name) << to_string(holiday.day) << ": " << ruled;
  }
}

TEST(HolidayRules, AgreeWithOtherCalculationsUpTo2099) {
  const auto path = std::string(RESCUE_SOURCE_DIR) + "/libs/calendar/data/computed_elsewhere.csv";
  const auto list = HolidayList::load(path, HolidayList::Kind::kPublic).value();
  for (const auto& [year, days] : days_by_year(list)) EXPECT_EQ(days_by_rule(year), days) << year;
  EXPECT_TRUE(list.has_year(2028) && list.has_year(2099));
}

}  // namespace
}  // namespace rescue::calendar
