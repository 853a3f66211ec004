#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/calendar/day.hpp"

namespace rescue::calendar {

/// Why a day is no business day.
enum class Closure { kNone, kWeekend, kPublicHoliday, kCompanyHoliday };

/// What one day had to do with a result: how much of it counts, or why it does not.
struct DayNote {
  Day day;
  Closure closure = Closure::kNone;
  std::string name = {};   ///< of the closure: "Saturday", "敬老の日"; "" on a business day
  Timestamp from{}, to{};  ///< the part of the day that counts; equal where none does
};

/// Each day from the first to the last that was looked at, in order, none left out.
using Explanation = std::vector<DayNote>;

/// "weekend", "public_holiday", "company_holiday"; "none".
std::string_view to_string(Closure closure);
/// [{"day", "weekday", "closed": why|null, "name": text|null, "from": time|null, "to": time|null,
/// "seconds"}], times in Tokyo.
Json to_json(const Explanation& days);

}  // namespace rescue::calendar
