#include "rescue/calendar/business_calendar.hpp"

#include <algorithm>

namespace rescue::calendar {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

/// What the Cabinet Office calls a substitute or citizens' holiday; the rules know which it is.
constexpr std::string_view kUnnamed = "休日";

int number_of(Day day) {
  return static_cast<int>(day.time_since_epoch().count());
}

void keep(Explanation* why, DayNote note) {
  if (why != nullptr) why->push_back(std::move(note));
}

}  // namespace

BusinessCalendar::BusinessCalendar(Options options)
    : hours_(options.hours), public_holidays_(std::move(options.public_holidays)) {
  for (int year = kFirstRuleYear; year <= kLastRuleYear; ++year) {
    if (public_holidays_.has_year(year)) continue;
    for (const auto& holiday : holidays_by_rule(year)) add_holiday(holiday, Closure::kPublicHoliday);
  }
  for (const auto& holiday : public_holidays_.holidays()) add_holiday(holiday, Closure::kPublicHoliday);
  for (const auto& holiday : options.company_holidays.holidays()) {
    add_holiday(holiday, Closure::kCompanyHoliday);
  }
}

void BusinessCalendar::add_holiday(const Holiday& holiday, Closure closure) {
  std::string name = holiday.name;
  if (name == kUnnamed) {
    for (const auto& ruled : holidays_by_rule(year_of(holiday.day))) {
      if (ruled.day == holiday.day) name = ruled.name;
    }
  }
  closed_.emplace(number_of(holiday.day), Closed{closure, std::move(name)});
}

DayNote BusinessCalendar::note(Day day) const {
  DayNote out{.day = day, .from = opening_of(day), .to = opening_of(day)};
  if (hours_.every_day) return out;
  // A holiday on a Sunday is named as the holiday: it may be why the Monday is free.
  if (const auto found = closed_.find(number_of(day)); found != closed_.end()) {
    out.closure = found->second.closure;
    out.name = found->second.name;
    return out;
  }
  const auto weekday = weekday_of(day);
  if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) {
    out.closure = Closure::kWeekend;
    out.name = weekday == std::chrono::Saturday ? "Saturday" : "Sunday";
  }
  return out;
}

bool BusinessCalendar::is_business_day(Day day) const {
  return note(day).closure == Closure::kNone;
}

bool BusinessCalendar::is_open(Timestamp t) const {
  const Day day = day_of(t);
  return t >= opening_of(day) && t < closing_of(day) && is_business_day(day);
}

Timestamp BusinessCalendar::next_opening(Timestamp t, Explanation* why) const {
  // It ends: the lists of holidays do.
  for (Day day = day_of(t);; day += days(1)) {
    DayNote today = note(day);
    const bool opens = today.closure == Closure::kNone && t < closing_of(day);
    keep(why, std::move(today));
    if (opens) return std::max(t, opening_of(day));
  }
}

Day BusinessCalendar::next_business_day(Day day, Explanation* why) const {
  for (day += days(1);; day += days(1)) {
    DayNote today = note(day);
    const bool found = today.closure == Closure::kNone;
    keep(why, std::move(today));
    if (found) return day;
  }
}

Timestamp BusinessCalendar::add(Timestamp from, microseconds business, Explanation* why) const {
  if (business <= microseconds(0)) return from;
  for (Day day = day_of(from);; day += days(1)) {
    DayNote today = note(day);
    if (today.closure == Closure::kNone) {
      today.from = std::clamp(from, opening_of(day), closing_of(day));
      today.to = today.from + std::min(business, closing_of(day) - today.from);
    }
    business -= today.to - today.from;
    const Timestamp reached = today.to;
    keep(why, std::move(today));
    if (business == microseconds(0)) return reached;
  }
}

microseconds BusinessCalendar::between(Timestamp from, Timestamp to, Explanation* why) const {
  microseconds sum{0};
  if (to <= from) return sum;
  for (Day day = day_of(from); begin_of(day) < to; day += days(1)) {
    DayNote today = note(day);
    if (today.closure == Closure::kNone) {
      today.from = std::clamp(from, opening_of(day), closing_of(day));
      today.to = std::clamp(to, today.from, closing_of(day));
    }
    sum += today.to - today.from;
    keep(why, std::move(today));
  }
  return sum;
}

Timestamp BusinessCalendar::work_start(Timestamp accepted, bool out_of_hours, Explanation* why) const {
  return out_of_hours ? accepted : next_opening(accepted, why);
}

Day BusinessCalendar::reinstall_day(Timestamp accepted, Explanation* why) const {
  return next_business_day(day_of(accepted), why);
}

bool BusinessCalendar::holidays_missing(Timestamp t) const {
  const Day today = day_of(t);
  const bool next_is_due = std::chrono::year_month_day(today).month() >= std::chrono::March;
  return !has_year(year_of(today)) || (next_is_due && !has_year(year_of(today) + 1));
}

}  // namespace rescue::calendar
