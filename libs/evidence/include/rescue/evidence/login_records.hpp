#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/event.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

constexpr std::size_t kLoginRecordBytes = 384;

/// One record of wtmp or btmp: `struct utmp` of glibc on x86-64 and other 64-bit Linux (utmp(5)).
struct LoginRecord {
  std::int16_t type = 0;  ///< 1 run level, 2 boot, 7 user process, 8 dead process …
  std::int32_t process = 0;
  std::string_view line;  ///< terminal; the views point into the record
  std::string_view user;
  std::string_view host;
  Timestamp time{};
  std::string address;  ///< from ut_addr_v6; empty when zero
  bool all_zero = false;
};
/// `bytes` are kLoginRecordBytes long.
LoginRecord parse_login_record(std::string_view bytes);

/// Adds one event per record of a piece of wtmp (or, with `failed`, btmp) that begins at record
/// `first_record`.
void add_login_records(std::string_view bytes, std::uint64_t first_record, bool failed, EventBatch& batch);

/// One account's line in /var/log/lastlog: 292 bytes at uid * 292 (lastlog(8)).
struct LastLogin {
  std::uint32_t uid = 0;
  Timestamp time{};
  std::string terminal;
  std::string host;
};
/// The entries of the given uids; those that never logged in are left out.
std::vector<LastLogin> read_lastlog(const OpenFile& file, const std::vector<std::uint32_t>& uids);

}  // namespace rescue::evidence
