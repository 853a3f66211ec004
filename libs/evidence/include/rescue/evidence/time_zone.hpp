#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// The rule for times after the last listed transition, as POSIX's TZ variable writes it ("CET-1CEST,M3.5.0,
/// M10.5.0/3").
struct PosixZone {
  struct Change {
    enum class Form { kMonthWeekDay, kJulianNoLeap, kZeroBased } form = Form::kMonthWeekDay;
    int month = 0, week = 0, day = 0;
    int seconds = 7200;  ///< local time of day
  };
  std::int32_t standard_s = 0;  ///< east of UTC
  std::int32_t summer_s = 0;
  bool has_summer = false;
  Change to_summer, to_standard;

  static std::optional<PosixZone> parse(std::string_view text);
  std::int32_t offset_at(std::int64_t utc_s) const;
};

/// A time zone as TZif data describes it (RFC 8536), read from the investigated server itself. Immutable,
/// thread-safe.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  static TimeZone fixed(std::string name, std::int32_t offset_s);
  /// kCorrupt when `bytes` is no TZif.
  static Result<TimeZone> parse_tzif(std::string name, std::string_view bytes);

  const std::string& name() const { return name_; }
  /// Seconds east of UTC in force at that moment.
  std::int32_t offset_at(std::int64_t utc_s) const;
  /// The moment of a local wall-clock time given as if it were UTC. A time that occurs twice gives the
  /// first, one that is skipped the moment after the jump.
  std::int64_t to_utc(std::int64_t local_s) const;

 private:
  struct Transition {
    std::int64_t at_s;
    std::int32_t offset_s;
  };
  std::string name_ = "UTC";
  std::int32_t first_offset_s_ = 0;
  std::vector<Transition> transitions_;
  std::optional<PosixZone> after_;
};

/// The server's zone: /etc/localtime, its name from the link or /etc/timezone. UTC, an empty name and a gap
/// when the disk does not tell.
TimeZone read_time_zone(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
