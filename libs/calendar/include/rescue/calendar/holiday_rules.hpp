#pragma once

#include <string>
#include <vector>

#include "rescue/calendar/day.hpp"

namespace rescue::calendar {

/// A day on which nobody works, and its name in Japanese.
struct Holiday {
  Day day;
  std::string name;
  bool operator==(const Holiday&) const = default;
};

/// The years that the rules are good for: from the law of 20 July 1948 to the last year that the equinox
/// formula covers.
inline constexpr int kFirstRuleYear = 1948;
inline constexpr int kLastRuleYear = 2150;

/// The public holidays of a year as the Act on National Holidays (国民の祝日に関する法律) gives them, with
/// each change of it since 1948, the special laws of single years, substitute holidays (振替休日, since 12
/// April 1973) and citizens' holidays (国民の休日, since 27 December 1985). Sorted by day; empty outside the
/// years above. Days to come are a forecast: the government announces the next year's in February, and laws
/// change.
std::vector<Holiday> holidays_by_rule(int year);

}  // namespace rescue::calendar
