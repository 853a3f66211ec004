#include "rescue/base/clock.hpp"

#include <array>
#include <cstdio>

namespace rescue {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::year_month_day;

std::string format_at(Timestamp t, std::string_view suffix, bool millis) {
  const auto day = floor<days>(t);
  const year_month_day date(day);
  const hh_mm_ss time(t - day);
  std::array<char, 64> out{};
  int n = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                        static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  if (millis) {
    n += std::snprintf(out.data() + n, out.size() - static_cast<std::size_t>(n), ".%03d",
                       static_cast<int>(time.subseconds().count() / 1000));
  }
  return std::string(out.data(), static_cast<std::size_t>(n)) + std::string(suffix);
}

/// Takes exactly `count` digits off the front of `text`; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Fraction digits after the dot as microseconds; digits past the sixth are cut.
microseconds take_fraction(std::string_view& text, bool& ok) {
  int value = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  for (int i = digits; i < 6; ++i) value *= 10;
  ok = digits > 0 && digits <= 12;
  return microseconds(value);
}

}  // namespace

Timestamp SystemClock::now() const {
  return floor<microseconds>(std::chrono::system_clock::now());
}

microseconds SystemClock::passed() const {
  return floor<microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

std::string format_rfc3339(Timestamp t) {
  return format_at(t, "Z", true);
}

std::string format_rfc3339(Timestamp t, minutes utc_offset) {
  std::array<char, 16> suffix{};
  const auto total = utc_offset.count();
  const auto absolute = total < 0 ? -total : total;
  std::snprintf(suffix.data(), suffix.size(), "%c%02d:%02d", total < 0 ? '-' : '+',
                static_cast<int>(absolute / 60), static_cast<int>(absolute % 60));
  return format_at(t + utc_offset, suffix.data(), false);
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::kInvalid, "bad-date-time",
                "not an RFC 3339 date-time such as 2026-09-18T12:04:05+09:00");
  };
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return bad();
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, '-')) return bad();
  const int day = take_digits(text, 2);
  if (day < 0 || !take(text, 'T')) return bad();
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return bad();
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return bad();
  const int second = take_digits(text, 2);
  if (second < 0 || second > 60) return bad();
  microseconds fraction{0};
  if (take(text, '.')) {
    bool ok = false;
    fraction = take_fraction(text, ok);
    if (!ok) return bad();
  }
  minutes offset{0};
  if (!take(text, 'Z')) {
    if (text.size() != 6 || (text.front() != '+' && text.front() != '-')) return bad();
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const int oh = take_digits(text, 2);
    if (oh < 0 || oh > 23 || !take(text, ':')) return bad();
    const int om = take_digits(text, 2);
    if (om < 0 || om > 59) return bad();
    offset = minutes(sign * (oh * 60 + om));
  }
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || !date.ok()) return bad();
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) + minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

}  // namespace rescue
