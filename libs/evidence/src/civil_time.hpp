#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

/// Dates as logs write them. Views into what they are given.
namespace rescue::evidence {

/// The number of `count` digits at `at`; -1 where there are others, or too few.
inline int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// 1 to 12 for the three letters at `p` from "Jan" to "Dec", else 0.
constexpr int month_of(const char* p) {
  constexpr auto packed = [](const char* name) {
    return static_cast<unsigned char>(name[0]) << 16 | static_cast<unsigned char>(name[1]) << 8 |
           static_cast<unsigned char>(name[2]);
  };
  constexpr std::array<int, 12> kNames = {packed("Jan"), packed("Feb"), packed("Mar"), packed("Apr"),
                                          packed("May"), packed("Jun"), packed("Jul"), packed("Aug"),
                                          packed("Sep"), packed("Oct"), packed("Nov"), packed("Dec")};
  const auto name = packed(p);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<int>(i) + 1;
  }
  return 0;
}

/// 1 to 12 for "Jan" to "Dec" at `at`, else 0.
inline int month_at(std::string_view text, std::size_t at) {
  return text.size() < at + 3 ? 0 : month_of(text.data() + at);
}

/// Seconds since 1970 of a wall-clock time, as if it were UTC; nothing where it is none. A part that could
/// not be read is -1.
inline std::optional<std::int64_t> civil_seconds(int year, int month, int day, int h, int m, int s) {
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || h < 0 || h > 23 ||
      m < 0 || m > 59 || s < 0 || s > 60) {
    return std::nullopt;
  }
  const auto first = std::chrono::sys_days(std::chrono::year(year) / static_cast<unsigned>(month) / 1);
  const std::int64_t days = first.time_since_epoch().count() + day - 1;
  return days * 86400 + h * 3600 + m * 60 + s;
}

/// "hh:mm:ss" at `at`, of that day.
inline std::optional<std::int64_t> civil_seconds(int year, int month, int day, std::string_view text,
                                                 std::size_t at) {
  if (text.size() < at + 8 || text[at + 2] != ':' || text[at + 5] != ':') return std::nullopt;
  const int h = text[at] == ' ' ? digits_at(text, at + 1, 1) : digits_at(text, at, 2);
  return civil_seconds(year, month, day, h, digits_at(text, at + 3, 2), digits_at(text, at + 6, 2));
}

/// "+0900" at `at` as seconds east of UTC.
inline std::optional<std::int64_t> offset_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 5 || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  const int hhmm = digits_at(text, at + 1, 4);
  if (hhmm < 0) return std::nullopt;
  return (hhmm / 100 * 3600 + hhmm % 100 * 60) * (text[at] == '-' ? -1 : 1);
}

}  // namespace rescue::evidence
