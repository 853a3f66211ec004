#include "rescue/calendar/business_hours.hpp"

#include <array>
#include <cstdio>

namespace rescue::calendar {
namespace {

constexpr std::string_view kWeekdays = "mon-fri ";
constexpr std::string_view kEveryDay = "every-day ";
constexpr int kMinutesOfADay = 24 * 60;

/// Minutes since midnight out of "hh:mm"; -1 when it is no such time.
int minutes_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return -1;
  }
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (two(3) > 59) return -1;
  return two(0) * 60 + two(3);
}

}  // namespace

Result<BusinessHours> BusinessHours::parse(std::string_view text) {
  BusinessHours out;
  out.every_day = text.starts_with(kEveryDay);
  const bool known = out.every_day || text.starts_with(kWeekdays);
  if (known) text.remove_prefix(out.every_day ? kEveryDay.size() : kWeekdays.size());
  const bool formed = known && text.size() == 11 && text[5] == '-';
  const int opens = formed ? minutes_of(text.substr(0, 5)) : -1;
  const int closes = formed ? minutes_of(text.substr(6)) : -1;
  if (opens < 0 || closes <= opens || closes > kMinutesOfADay) {
    return fail(ErrorCode::kInvalid, "not-allowed-value",
                "must be hours such as \"mon-fri 10:00-18:00\" or \"every-day 00:00-24:00\"");
  }
  out.opens = std::chrono::minutes(opens);
  out.closes = std::chrono::minutes(closes);
  return out;
}

std::string BusinessHours::text() const {
  std::array<char, 64> out{};
  const auto open = static_cast<int>(opens.count());
  const auto close = static_cast<int>(closes.count());
  std::snprintf(out.data(), out.size(), "%02d:%02d-%02d:%02d", open / 60, open % 60, close / 60, close % 60);
  return std::string(every_day ? kEveryDay : kWeekdays) + out.data();
}

}  // namespace rescue::calendar
