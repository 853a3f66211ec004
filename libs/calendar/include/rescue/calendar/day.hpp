#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"
#include "rescue/base/result.hpp"

namespace rescue::calendar {

/// A day in Asia/Tokyo. Japan has kept UTC+9 without summer time since 1952; earlier days are counted so too.
using Day = std::chrono::local_days;

inline constexpr std::chrono::hours kTokyoOffset{9};

Day day_of(Timestamp t);
/// 00:00 in Tokyo.
Timestamp begin_of(Day day);
std::chrono::weekday weekday_of(Day day);
int year_of(Day day);
/// "2026-09-24".
std::string to_string(Day day);
/// "2026-09-24", or "2026/9/24" as the Cabinet Office writes it. kInvalid ("wrong-type") unless it is a day
/// that exists.
Result<Day> parse_day(std::string_view text);

}  // namespace rescue::calendar
