#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::complaint {

struct FoundTime {
  Timestamp at;
  std::size_t begin = 0, end = 0;
};
/// The points in time that a text names beyond doubt: year, month, day, time of day and zone. ISO 8601 and
/// RFC 3339, RFC 5322, the common log format, "Sep 17 2026 20:15:42 +0100", "2026年9月18日
/// 6時5分（日本時間）". `zone` stands for a zone that the whole text was said to be in; without it a time
/// that has none is left out, as is 09/10/2026.
std::vector<FoundTime> find_times(std::string_view text, std::optional<std::chrono::minutes> zone = {});
/// The zone that the text says all its times are in: "All times are UTC", "Time zone: JST", 時刻は日本時間.
/// Nothing where it says two.
std::optional<std::chrono::minutes> stated_zone(std::string_view text);
/// The first time of a field's value.
std::optional<Timestamp> first_time(std::string_view value);

}  // namespace rescue::complaint
