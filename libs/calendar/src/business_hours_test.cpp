#include "rescue/calendar/business_hours.hpp"

#include <gtest/gtest.h>

namespace rescue::calendar {
namespace {

TEST(BusinessHours, R10_are_weekdays_from_10_to_18_by_default) {
  EXPECT_EQ(BusinessHours().text(), "mon-fri 10:00-18:00");
}

TEST(BusinessHours, ReadsWhatItWrites) {
  for (const auto* text : {"mon-fri 10:00-18:00", "mon-fri 09:30-17:45", "every-day 00:00-24:00"}) {
    const auto hours = BusinessHours::parse(text);
    ASSERT_TRUE(hours) << text;
    EXPECT_EQ(hours->text(), text);
  }
}

TEST(BusinessHours, RefusesWhatIsNoOpening) {
  for (const auto* text : {"", "10:00-18:00", "mon-fri 18:00-10:00", "mon-fri 10:00-10:00",
                           "mon-fri 10:00-24:01", "mon-fri 10:60-18:00", "mon-fri 1000-1800",
                           "mon-fri 10:00-18:00 ", "sat 10:00-18:00", "every-day 00:00-2a:00", "every-day"}) {
    EXPECT_FALSE(BusinessHours::parse(text)) << text;
  }
}

}  // namespace
}  // namespace rescue::calendar
