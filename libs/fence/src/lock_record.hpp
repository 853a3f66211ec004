#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"
#include "rescue/fence/guard.hpp"

namespace rescue::fence {

inline constexpr std::size_t kRecordBytesMax = 16 * 1024;
/// Earlier jobs whose last attempt is kept in mind.
inline constexpr std::size_t kPastJobsMax = 64;

/// What stands at the target.
struct LockRecord {
  bool held = false;
  Holder holder;
  std::string run;
  std::int64_t taken_us = 0;
  std::map<std::string, std::int64_t> past;  ///< earlier jobs at this target: the last attempt of each
  /// Jobs that are no longer in `past` have an id up to this one (ids sort by the time they were made).
  std::string forgotten;
};

/// 1 to 100 letters, digits, '_' and '-'.
bool is_plain_id(std::string_view text);

/// One line with the seal (HMAC-SHA-256, hex), one line of JSON.
std::string encode(const LockRecord& record, const Keys& keys);
/// kCorrupt ("lock-damaged") for everything that encode() with one of the keys has not made.
Result<LockRecord> decode(std::string_view bytes, const Keys& keys);

/// The last attempt at this job that is on record; 0: none.
std::int64_t last_attempt(const LockRecord& record, const std::string& job_id);
/// Puts the job that the record speaks of among the past ones.
void remember(LockRecord& record);

}  // namespace rescue::fence
