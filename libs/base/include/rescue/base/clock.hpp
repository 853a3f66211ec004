#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue {

/// A point in time: microseconds since 1970-01-01T00:00:00Z. What is stored in SQL and sent in messages.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Wall clock, handed in so that tests turn it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// Time that only passes: nobody sets it, and it stands while the machine sleeps. From a beginning of its
  /// own; only differences mean anything.
  virtual std::chrono::microseconds passed() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  std::chrono::microseconds passed() const override;
};

/// A clock that stands still until it is told to move. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_us_(start.time_since_epoch().count()) {}
  Timestamp now() const override { return Timestamp(std::chrono::microseconds(now_us_.load())); }
  std::chrono::microseconds passed() const override { return std::chrono::microseconds(passed_us_.load()); }
  /// Time passes.
  void advance(std::chrono::microseconds by) {
    passed_us_ += by.count();
    now_us_ += by.count();
  }
  /// Somebody sets the clock; no time passes.
  void step(std::chrono::microseconds by) { now_us_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_us_;
  std::atomic<std::int64_t> passed_us_{0};
};

inline std::int64_t to_us(Timestamp t) {
  return t.time_since_epoch().count();
}
inline Timestamp from_us(std::int64_t us) {
  return Timestamp(std::chrono::microseconds(us));
}

/// RFC 3339 in UTC with microseconds cut to milliseconds: "2026-09-18T03:04:05.678Z".
std::string format_rfc3339(Timestamp t);
/// RFC 3339 at a fixed offset, seconds resolution: "2026-09-18T12:04:05+09:00".
std::string format_rfc3339(Timestamp t, std::chrono::minutes utc_offset);
/// Any RFC 3339 date-time ("T", upper case; fraction optional; "Z" or ±hh:mm). kInvalid otherwise.
Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace rescue
