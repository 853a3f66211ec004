#include "rescue/calendar/business_calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rescue::calendar {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Timestamp at(const std::string& tokyo) {
  return parse_rfc3339(tokyo + "+09:00").value();
}

Day day(std::string_view text) {
  return parse_day(text).value();
}

std::string text(Timestamp t) {
  return format_rfc3339(t, kTokyoOffset).substr(0, 19);
}

/// "2026-09-21 public_holiday 敬老の日", or "2026-09-24 30 min" with what counts.
std::vector<std::string> lines(const Explanation& why) {
  std::vector<std::string> out;
  for (const auto& note : why) {
    const auto counted = std::chrono::duration_cast<minutes>(note.to - note.from).count();
    out.push_back(to_string(note.day) + " " +
                  (note.closure == Closure::kNone ? std::to_string(counted) + " min"
                                                  : std::string(to_string(note.closure)) + " " + note.name));
  }
  return out;
}

TEST(BusinessCalendar, R10_opens_at_10_and_closes_at_18_on_weekdays) {
  const BusinessCalendar calendar;
  EXPECT_FALSE(calendar.is_open(at("2026-09-18T09:59:59")));
  EXPECT_TRUE(calendar.is_open(at("2026-09-18T10:00:00")));
  EXPECT_TRUE(calendar.is_open(at("2026-09-18T17:59:59")));
  EXPECT_TRUE(calendar.is_open(at("2026-09-18T18:00:00") - microseconds(1)));
  EXPECT_FALSE(calendar.is_open(at("2026-09-18T18:00:00")));
  EXPECT_FALSE(calendar.is_open(at("2026-09-19T12:00:00"))) << "Saturday";
  EXPECT_FALSE(calendar.is_open(at("2026-09-20T12:00:00"))) << "Sunday";
}

TEST(BusinessCalendar, R10_public_holidays_are_out) {
  const BusinessCalendar calendar;
  for (const auto* holiday : {"2026-05-06", "2026-09-21", "2026-09-22", "2026-09-23", "2027-03-22",
                              "2032-09-21", "2021-07-22", "2021-07-23", "2021-08-09"}) {
    EXPECT_FALSE(calendar.is_open(at(std::string(holiday) + "T12:00:00"))) << holiday;
  }
  EXPECT_TRUE(calendar.is_open(at("2021-07-19T12:00:00"))) << "no third Monday in 2021";
  EXPECT_TRUE(calendar.is_open(at("2021-10-11T12:00:00"))) << "no second Monday in 2021";
}

TEST(BusinessCalendar, R10_company_holidays_are_out_and_named) {
  BusinessCalendar::Options options;
  options.company_holidays =
      HolidayList::parse("date,name\n2026-12-29,年末年始休業\n", "own.csv", HolidayList::Kind::kCompany)
          .value();
  const BusinessCalendar calendar(std::move(options));
  EXPECT_FALSE(calendar.is_open(at("2026-12-29T12:00:00")));
  Explanation why;
  EXPECT_EQ(text(calendar.next_opening(at("2026-12-28T18:00:00"), &why)), "2026-12-30T10:00:00");
  EXPECT_THAT(lines(why),
              ElementsAre("2026-12-28 0 min", "2026-12-29 company_holiday 年末年始休業", "2026-12-30 0 min"));
}

TEST(BusinessCalendar, R10_hours_are_a_setting) {
  BusinessCalendar::Options options;
  options.hours = BusinessHours::parse("every-day 00:00-24:00").value();
  const BusinessCalendar calendar(std::move(options));
  EXPECT_TRUE(calendar.is_open(at("2026-01-01T00:00:00")));
  EXPECT_TRUE(calendar.is_open(at("2026-01-03T23:59:59")));
  EXPECT_EQ(calendar.between(at("2026-01-01T00:00:00"), at("2026-01-11T00:00:00")), hours(240));
  EXPECT_EQ(to_string(calendar.next_business_day(day("2025-12-31"))), "2026-01-01");
}

TEST(BusinessCalendar, R11_an_order_at_night_alone_waits_for_opening) {
  const BusinessCalendar calendar;
  Explanation why;
  EXPECT_EQ(text(calendar.work_start(at("2026-09-18T20:00:00"), false, &why)), "2026-09-24T10:00:00");
  EXPECT_THAT(lines(why),
              ElementsAre("2026-09-18 0 min", "2026-09-19 weekend Saturday", "2026-09-20 weekend Sunday",
                          "2026-09-21 public_holiday 敬老の日", "2026-09-22 public_holiday 国民の休日",
                          "2026-09-23 public_holiday 秋分の日", "2026-09-24 0 min"));
  EXPECT_EQ(text(calendar.work_start(at("2026-09-18T09:00:00"), false)), "2026-09-18T10:00:00");
  EXPECT_EQ(text(calendar.work_start(at("2026-09-18T11:00:00"), false)), "2026-09-18T11:00:00");
}

TEST(BusinessCalendar, R11_out_of_hours_work_that_was_ordered_begins_at_once) {
  const BusinessCalendar calendar;
  Explanation why;
  EXPECT_EQ(text(calendar.work_start(at("2026-09-18T20:00:00"), true, &why)), "2026-09-18T20:00:00");
  EXPECT_THAT(why, IsEmpty());
}

TEST(BusinessCalendar, R43_reinstall_is_done_on_the_next_business_day) {
  const BusinessCalendar calendar;
  Explanation why;
  EXPECT_EQ(to_string(calendar.reinstall_day(at("2026-09-18T12:00:00"), &why)), "2026-09-24");
  EXPECT_THAT(lines(why),
              ElementsAre("2026-09-19 weekend Saturday", "2026-09-20 weekend Sunday",
                          "2026-09-21 public_holiday 敬老の日", "2026-09-22 public_holiday 国民の休日",
                          "2026-09-23 public_holiday 秋分の日", "2026-09-24 0 min"));
  EXPECT_EQ(to_string(calendar.reinstall_day(at("2026-05-01T12:00:00"))), "2026-05-07");
}

TEST(BusinessCalendar, R43_counts_from_the_day_in_tokyo) {
  const BusinessCalendar calendar;
  EXPECT_EQ(to_string(calendar.reinstall_day(at("2026-09-16T23:59:59"))), "2026-09-17");
  EXPECT_EQ(to_string(calendar.reinstall_day(at("2026-09-17T00:00:00"))), "2026-09-18");
}

TEST(BusinessCalendar, AddsBusinessTimeAcrossClosedDays) {
  const BusinessCalendar calendar;
  Explanation why;
  EXPECT_EQ(text(calendar.add(at("2026-05-01T17:30:00"), hours(9), &why)), "2026-05-08T10:30:00");
  EXPECT_THAT(
      lines(why),
      ElementsAre("2026-05-01 30 min", "2026-05-02 weekend Saturday", "2026-05-03 public_holiday 憲法記念日",
                  "2026-05-04 public_holiday みどりの日", "2026-05-05 public_holiday こどもの日",
                  "2026-05-06 public_holiday 振替休日 (憲法記念日)", "2026-05-07 480 min",
                  "2026-05-08 30 min"));
}

TEST(BusinessCalendar, AnAmountThatEndsWithTheDayEndsAtClosing) {
  const BusinessCalendar calendar;
  EXPECT_EQ(text(calendar.add(at("2026-09-17T10:00:00"), hours(8))), "2026-09-17T18:00:00");
  EXPECT_EQ(text(calendar.add(at("2026-09-17T20:00:00"), microseconds(0))), "2026-09-17T20:00:00");
  EXPECT_EQ(calendar.add(at("2026-09-17T18:00:00"), microseconds(1)),
            at("2026-09-18T10:00:00") + microseconds(1));
}

TEST(BusinessCalendar, CountsBusinessTimeBetween) {
  const BusinessCalendar calendar;
  EXPECT_EQ(calendar.between(at("2026-09-18T17:00:00"), at("2026-09-24T11:00:00")), hours(2));
  EXPECT_EQ(calendar.between(at("2026-09-19T00:00:00"), at("2026-09-24T10:00:00")), hours(0));
  EXPECT_EQ(calendar.between(at("2026-09-18T12:00:00"), at("2026-09-18T11:00:00")), hours(0));
}

TEST(BusinessCalendar, TakesTheRulesForYearsThatTheListDoesNotHave) {
  BusinessCalendar::Options options;
  options.public_holidays = {};
  const BusinessCalendar calendar(std::move(options));
  EXPECT_FALSE(calendar.has_year(2026));
  EXPECT_FALSE(calendar.is_business_day(day("2026-09-22")));
  EXPECT_FALSE(calendar.is_business_day(day("1950-05-03")));
}

TEST(BusinessCalendar, TheListGoesBeforeTheRules) {
  std::string csv = "date,name\n";
  for (const auto* month : {"03", "04", "05", "06", "07", "08", "09", "10", "11"}) {
    csv += "2026-" + std::string(month) + "-10,新しい祝日\n";
  }
  BusinessCalendar::Options options;
  options.public_holidays = HolidayList::parse(csv, "new.csv", HolidayList::Kind::kPublic).value();
  const BusinessCalendar calendar(std::move(options));
  EXPECT_FALSE(calendar.is_business_day(day("2026-03-10")));
  EXPECT_TRUE(calendar.is_business_day(day("2026-09-22")));
  EXPECT_FALSE(calendar.is_business_day(day("2027-03-22"))) << "by the rules";
}

TEST(BusinessCalendar, SaysWhenTheListNeedsItsNextYear) {
  const BusinessCalendar calendar;
  EXPECT_FALSE(calendar.holidays_missing(at("2026-11-25T12:00:00")));
  EXPECT_FALSE(calendar.holidays_missing(at("2027-02-28T23:59:59")));
  EXPECT_TRUE(calendar.holidays_missing(at("2027-03-01T00:00:00")));
  EXPECT_TRUE(calendar.holidays_missing(at("2028-01-01T00:00:00")));
}

TEST(Explanation, IsJson) {
  const BusinessCalendar calendar;
  Explanation why;
  calendar.add(at("2026-09-18T17:30:00"), minutes(40), &why);
  const auto json = to_json(why);
  ASSERT_EQ(json.size(), 7U);
  EXPECT_EQ(json[0], (Json{{"day", "2026-09-18"},
                           {"weekday", "Friday"},
                           {"closed", nullptr},
                           {"name", nullptr},
                           {"from", "2026-09-18T17:30:00+09:00"},
                           {"to", "2026-09-18T18:00:00+09:00"},
                           {"seconds", 1800}}));
  EXPECT_EQ(json[4], (Json{{"day", "2026-09-22"},
                           {"weekday", "Tuesday"},
                           {"closed", "public_holiday"},
                           {"name", "国民の休日"},
                           {"from", nullptr},
                           {"to", nullptr},
                           {"seconds", 0}}));
}

}  // namespace
}  // namespace rescue::calendar
