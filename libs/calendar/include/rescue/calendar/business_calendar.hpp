#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "rescue/calendar/business_hours.hpp"
#include "rescue/calendar/explanation.hpp"
#include "rescue/calendar/holiday_list.hpp"

namespace rescue::calendar {

/// Business time in Asia/Tokyo. A business day is a Monday to Friday that is neither a public nor a company
/// holiday (or every day, where the hours say so). Public holidays come from the list; a year that it does
/// not have, from the rules. Every answer can be explained day by day: give `why`, and the days are appended.
/// Immutable, thread-safe.
class BusinessCalendar {
 public:
  struct Options {
    BusinessHours hours = {};
    HolidayList public_holidays = HolidayList::shipped();
    HolidayList company_holidays = {};
  };
  explicit BusinessCalendar(Options options);
  BusinessCalendar() : BusinessCalendar(Options()) {}

  /// R10: the opening second is in, the closing one is out.
  bool is_open(Timestamp t) const;
  bool is_business_day(Day day) const;
  /// `t` when it is open then, else when it opens next.
  Timestamp next_opening(Timestamp t, Explanation* why = nullptr) const;
  /// The first business day after `day`.
  Day next_business_day(Day day, Explanation* why = nullptr) const;
  /// The earliest time by which `business` of business time has passed since `from`; `from` for zero or less.
  /// At the end of a day that is its closing time, not the next opening.
  Timestamp add(Timestamp from, std::chrono::microseconds business, Explanation* why = nullptr) const;
  /// How much business time lies between; zero when `to` is not after `from`.
  std::chrono::microseconds between(Timestamp from, Timestamp to, Explanation* why = nullptr) const;

  /// R11: when ordered work may begin. At once where work out of hours was ordered; otherwise an order that
  /// comes at night, alone, waits for the opening.
  Timestamp work_start(Timestamp accepted, bool out_of_hours, Explanation* why = nullptr) const;
  /// R43: the day of a reinstall, the next business day after the one (in Tokyo) on which it was accepted.
  Day reinstall_day(Timestamp accepted, Explanation* why = nullptr) const;

  Timestamp opening_of(Day day) const { return begin_of(day) + hours_.opens; }
  Timestamp closing_of(Day day) const { return begin_of(day) + hours_.closes; }
  const BusinessHours& hours() const { return hours_; }
  /// Whether the holidays of this year come from the list, not from the rules.
  bool has_year(int year) const { return public_holidays_.has_year(year); }
  /// Whether somebody has to see to the list at `t`: this year is missing or, from March on (the Cabinet
  /// Office announces the next year in February), the next one.
  bool holidays_missing(Timestamp t) const;

 private:
  struct Closed {
    Closure closure;
    std::string name;
  };
  void add_holiday(const Holiday& holiday, Closure closure);
  /// Nothing counted yet.
  DayNote note(Day day) const;

  BusinessHours hours_;
  HolidayList public_holidays_;
  std::unordered_map<int, Closed> closed_;  ///< by days since 1970-01-01
};

}  // namespace rescue::calendar
