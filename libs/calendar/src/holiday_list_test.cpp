#include "rescue/calendar/holiday_list.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rescue::calendar {
namespace {

using Kind = HolidayList::Kind;

std::string fault_of(std::string_view csv, Kind kind = Kind::kCompany) {
  const auto list = HolidayList::parse(csv, "days.csv", kind);
  return list ? "" : list.error().detail;
}

TEST(HolidayList, ReadsDaysAndNames) {
  const auto list = HolidayList::parse("date,name\n2026-12-29,年末年始休業\r\n2026-12-30,年末年始休業",
                                       "days.csv", Kind::kCompany);
  ASSERT_TRUE(list) << list.error().detail;
  ASSERT_EQ(list->holidays().size(), 2U);
  EXPECT_EQ(to_string(list->holidays()[1].day), "2026-12-30");
  EXPECT_EQ(list->holidays()[0].name, "年末年始休業");
  EXPECT_TRUE(list->has_year(2026));
  EXPECT_FALSE(list->has_year(2027));
}

TEST(HolidayList, TakesTheCabinetOfficesFormOnceItIsUtf8) {
  const auto list =
      HolidayList::parse("\xEF\xBB\xBF国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/1/1,元日\r\n",
                         "days.csv", Kind::kCompany);
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_EQ(to_string(list->holidays()[0].day), "2026-01-01");
}

TEST(HolidayList, NamesTheLineThatIsWrong) {
  EXPECT_EQ(fault_of("day,name\n"), "days.csv:1: the first line must be, in UTF-8: date,name");
  EXPECT_EQ(fault_of("date,name\n2026-02-30,x\n"),
            "days.csv:2: must be a day that exists, as 2026-09-24 or 2026/9/24");
  EXPECT_EQ(fault_of("date,name\n2026-01-01,a\n2026-01-01,b\n"),
            "days.csv:3: days must be in order, each once");
  EXPECT_EQ(fault_of("date,name\n2026-01-01,a\n2025-01-01,b\n"),
            "days.csv:3: days must be in order, each once");
  EXPECT_EQ(fault_of("date,name\n2026-01-01\n"), "days.csv:2: must be a day and a name with a comma between");
  EXPECT_EQ(fault_of("date,name\n2026-01-01,\n"),
            "days.csv:2: the name must have 1 to 200 bytes and no comma");
  EXPECT_EQ(fault_of("date,name\n2026-01-01,a,b\n"),
            "days.csv:2: the name must have 1 to 200 bytes and no comma");
  EXPECT_EQ(fault_of("date,name\n2026-01-01,\x8c\xb3\n"), "days.csv:2: is no plain UTF-8 text");
  EXPECT_EQ(fault_of("date,name\n\n"), "days.csv:2: must be a day and a name with a comma between");
  EXPECT_EQ(fault_of(std::string(1024U * 1024 + 1, 'a')), "days.csv:1: over 1 MiB");
}

TEST(HolidayList, RefusesAListThatWasCutShort) {
  EXPECT_EQ(fault_of("date,name\n", Kind::kPublic), "days.csv:2: holds no holidays");
  std::ifstream in(std::string(RESCUE_SOURCE_DIR) + "/libs/calendar/data/holidays.csv");
  std::string whole(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(fault_of(whole, Kind::kPublic), "");
  const auto cut = whole.substr(0, whole.find("2027-08-11"));
  EXPECT_EQ(fault_of(cut, Kind::kPublic),
            "days.csv: the year 2027 is not whole: it has 11 holidays, the last on 2027-07-19");
}

TEST(HolidayList, SaysThatAFileCannotBeOpened) {
  const auto list = HolidayList::load("/nowhere/days.csv", Kind::kPublic);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().detail, "/nowhere/days.csv: cannot be opened");
}

TEST(HolidayList, ShippedExamplesLoad) {
  const auto data = std::string(RESCUE_SOURCE_DIR) + "/libs/calendar/data/";
  EXPECT_TRUE(HolidayList::load(data + "holidays.csv", Kind::kPublic));
  EXPECT_TRUE(HolidayList::load(data + "company_holidays.example.csv", Kind::kCompany));
}

}  // namespace
}  // namespace rescue::calendar
