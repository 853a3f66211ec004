#include "rescue/calendar/day.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace rescue::calendar {
namespace {

using std::chrono::year_month_day;

/// One to `digits_max` digits off the front of `text`; -1 when there is none.
int take_number(std::string_view& text, std::size_t digits_max) {
  int value = -1;
  const auto* const end = text.data() + std::min(text.size(), digits_max);
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || value < 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Day day_of(Timestamp t) {
  const auto local = t.time_since_epoch() + kTokyoOffset;
  return Day(std::chrono::floor<std::chrono::days>(local));
}

Timestamp begin_of(Day day) {
  return Timestamp(day.time_since_epoch()) - kTokyoOffset;
}

std::chrono::weekday weekday_of(Day day) {
  return std::chrono::weekday(day);
}

int year_of(Day day) {
  return static_cast<int>(year_month_day(day).year());
}

std::string to_string(Day day) {
  const year_month_day date(day);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

Result<Day> parse_day(std::string_view text) {
  const bool dashes = text.size() > 4 && text[4] == '-';
  const char separator = dashes ? '-' : '/';
  const bool whole = !dashes || text.size() == 10;
  const int year = take_number(text, 4);
  const bool first = take(text, separator);
  const int month = take_number(text, 2);
  const bool second = take(text, separator);
  const int day = take_number(text, 2);
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!whole || year < 1000 || !first || month < 0 || !second || day < 0 || !text.empty() || !date.ok()) {
    return fail(ErrorCode::kInvalid, "wrong-type", "must be a day that exists, as 2026-09-24 or 2026/9/24");
  }
  return Day(date);
}

}  // namespace rescue::calendar
