// Against a calendar that knows nothing but how to walk from one minute to the next, 1955 to 2099.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "rescue/calendar/business_calendar.hpp"

namespace rescue::calendar {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;

constexpr int kFirstYear = 1955;
constexpr int kLastYear = 2099;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kDayMinutes = 24 * 60;

HolidayList data(const std::string& name, HolidayList::Kind kind) {
  return HolidayList::load(std::string(RESCUE_SOURCE_DIR) + "/libs/calendar/data/" + name, kind).value();
}

/// One bit for each minute from 1955-01-01T00:00 in Tokyo: open or not. It counts days, months, years and
/// weekdays by itself, and takes holidays as lists of others give them.
class NaiveCalendar {
 public:
  explicit NaiveCalendar(const BusinessHours& hours) {
    for (const auto* file : {"holidays.csv", "computed_elsewhere.csv"}) {
      const auto list = data(file, HolidayList::Kind::kPublic);
      for (const auto& holiday : list.holidays()) free_.insert(to_string(holiday.day));
    }
    const auto own = data("company_holidays.example.csv", HolidayList::Kind::kCompany);
    for (const auto& holiday : own.holidays()) free_.insert(to_string(holiday.day));
    walk(hours);
  }

  bool open(std::int64_t minute) const { return open_[static_cast<std::size_t>(minute)]; }
  std::int64_t minutes() const { return static_cast<std::int64_t>(open_.size()); }

 private:
  static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

  bool is_free(int year, int month, int day, int weekday) const {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    return weekday == 6 || weekday == 0 || free_.contains(text);
  }

  void walk(const BusinessHours& hours) {
    const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int weekday = 6;  // 1955-01-01 was a Saturday
    for (int year = kFirstYear; year <= kLastYear; ++year) {
      for (int month = 1; month <= 12; ++month) {
        const int length = lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
        for (int day = 1; day <= length; ++day) {
          const bool closed = !hours.every_day && is_free(year, month, day, weekday);
          for (int minute = 0; minute < kDayMinutes; ++minute) {
            open_.push_back(!closed && minute >= hours.opens.count() && minute < hours.closes.count());
          }
          weekday = (weekday + 1) % 7;
        }
      }
    }
  }

  std::set<std::string> free_;
  std::vector<bool> open_;
};

class AgainstNaive : public ::testing::TestWithParam<const char*> {
 protected:
  AgainstNaive() : hours_(BusinessHours::parse(GetParam()).value()), naive_(hours_), calendar_(options()) {}

  BusinessCalendar::Options options() const {
    return {.hours = hours_,
            .company_holidays = data("company_holidays.example.csv", HolidayList::Kind::kCompany)};
  }
  /// Microseconds since the beginning of the naive calendar, with room for what is sought after it.
  std::int64_t any_time() {
    const auto last = (naive_.minutes() - 60 * kDayMinutes) * kMinuteUs;
    auto us = std::uniform_int_distribution<std::int64_t>(0, last)(random_);
    // Half of them at a whole hour, where the edges are.
    if (random_() % 2 == 0) us -= us % (60 * kMinuteUs);
    // Half of those left just before or after.
    if (random_() % 2 == 0) us = std::max<std::int64_t>(0, us + static_cast<std::int64_t>(random_() % 3) - 1);
    return us;
  }
  Timestamp time(std::int64_t us) const { return begin_ + microseconds(us); }

  std::int64_t naive_between(std::int64_t from, std::int64_t to) const {
    std::int64_t sum = 0;
    for (auto minute = from / kMinuteUs; minute * kMinuteUs < to; ++minute) {
      if (!naive_.open(minute)) continue;
      sum += std::min(to, (minute + 1) * kMinuteUs) - std::max(from, minute * kMinuteUs);
    }
    return sum;
  }
  std::int64_t naive_add(std::int64_t from, std::int64_t business) const {
    auto now = from;
    while (business > 0) {
      const auto end = (now / kMinuteUs + 1) * kMinuteUs;
      if (naive_.open(now / kMinuteUs)) {
        const auto used = std::min(business, end - now);
        business -= used;
        if (business == 0) return now + used;
      }
      now = end;
    }
    return now;
  }
  std::int64_t naive_opening(std::int64_t from) const {
    if (naive_.open(from / kMinuteUs)) return from;
    auto minute = from / kMinuteUs + 1;
    while (!naive_.open(minute)) ++minute;
    return minute * kMinuteUs;
  }
  /// The number of the next day with an open minute.
  std::int64_t naive_next_day(std::int64_t from) const {
    auto day = from / kMinuteUs / kDayMinutes;
    while (true) {
      ++day;
      for (std::int64_t minute = 0; minute < kDayMinutes; ++minute) {
        if (naive_.open(day * kDayMinutes + minute)) return day;
      }
    }
  }

  BusinessHours hours_;
  NaiveCalendar naive_;
  BusinessCalendar calendar_;
  Timestamp begin_ = begin_of(parse_day("1955-01-01").value());
  std::mt19937_64 random_{20260918};
};

TEST_P(AgainstNaive, R10_every_noon_and_every_edge_of_145_years) {
  for (std::int64_t minute = 0; minute < naive_.minutes(); minute += 30) {
    ASSERT_EQ(calendar_.is_open(time(minute * kMinuteUs)), naive_.open(minute)) << minute;
  }
}

TEST_P(AgainstNaive, BetweenAndAddAgreeAndUndoEachOther) {
  for (int i = 0; i < 3000; ++i) {
    const auto from = any_time();
    const auto length = std::uniform_int_distribution<std::int64_t>(0, 25 * kDayMinutes * kMinuteUs)(random_);
    const auto between = naive_between(from, from + length);
    Explanation why;
    ASSERT_EQ(calendar_.between(time(from), time(from + length), &why).count(), between)
        << from << " " << length;
    microseconds explained{0};
    for (const auto& note : why) explained += note.to - note.from;
    ASSERT_EQ(explained.count(), between);

    const auto wanted = between;
    why.clear();
    const auto due = calendar_.add(time(from), microseconds(wanted), &why);
    ASSERT_EQ((due - begin_).count(), naive_add(from, wanted)) << from << " " << wanted;
    ASSERT_EQ(calendar_.between(time(from), due).count(), wanted);
    explained = microseconds{0};
    for (const auto& note : why) explained += note.to - note.from;
    ASSERT_EQ(explained.count(), wanted);
  }
}

TEST_P(AgainstNaive, AddingInTwoStepsIsAddingOnce) {
  for (int i = 0; i < 3000; ++i) {
    const auto from = time(any_time());
    const microseconds first(random_() % (20 * 3600 * std::uint64_t{1'000'000}));
    const microseconds second(random_() % (20 * 3600 * std::uint64_t{1'000'000}));
    ASSERT_EQ(calendar_.add(calendar_.add(from, first), second), calendar_.add(from, first + second));
  }
}

TEST_P(AgainstNaive, R43_next_openings_and_next_business_days_skip_no_open_minute) {
  for (int i = 0; i < 3000; ++i) {
    const auto from = any_time();
    Explanation why;
    ASSERT_EQ((calendar_.next_opening(time(from), &why) - begin_).count(), naive_opening(from)) << from;
    for (std::size_t step = 1; step < why.size(); ++step) {
      ASSERT_EQ(why[step].day, why[step - 1].day + std::chrono::days(1)) << "a day was left out";
    }
    why.clear();
    const auto next = calendar_.reinstall_day(time(from), &why);
    ASSERT_EQ((begin_of(next) - begin_).count() / kMinuteUs / kDayMinutes, naive_next_day(from)) << from;
    for (std::size_t step = 0; step + 1 < why.size(); ++step) {
      ASSERT_NE(why[step].closure, Closure::kNone) << to_string(why[step].day);
      ASSERT_FALSE(why[step].name.empty());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Hours, AgainstNaive,
                         ::testing::Values("mon-fri 10:00-18:00", "mon-fri 00:00-24:00",
                                           "every-day 09:30-09:31"));

}  // namespace
}  // namespace rescue::calendar
