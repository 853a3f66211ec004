#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/event.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// The parts of one syslog line. Views into the line.
struct SyslogLine {
  bool has_year = false;  ///< RFC 3339 time stamp; else RFC 3164 ("Sep 13 02:02:11")
  Timestamp time{};       ///< when has_year
  int month = 0, day = 0;
  int second_of_day = 0;
  std::string_view host;
  std::string_view program;
  std::uint32_t process = 0;
  std::string_view message;
};

/// RFC 3164 as rsyslog's traditional format writes it, or RFC 3339 (rsyslog's RSYSLOG_FileFormat). Nothing
/// when the line has neither.
std::optional<SyslogLine> parse_syslog_line(std::string_view line);

/// What one pass over a file tells about its years.
struct YearScan {
  bool any = false;  ///< at least one line without a year
  int first_month = 0, first_day = 0;
  int last_month = 0, last_day = 0;
  int new_years = 0;  ///< how often December became January
};
/// Follows a file's lines, all of them or those where dates change.
class YearScanner {
 public:
  /// Whole lines.
  void add_lines(std::string_view text);
  const YearScan& scan() const { return scan_; }

 private:
  YearScan scan_;
  std::string last_date_;
};
/// Reads `stream` to its end.
YearScan scan_years(ByteStream& stream);
/// "Sep 13", or one text for all lines that say their year; empty for what is no line of a syslog.
std::string_view written_date(std::string_view line);

/// The year of each file's first line. `scans` and `mtimes` are of one log's rotated files, oldest first; a
/// file ends at the latest at its mtime (plus a day for clocks) and where the next one begins.
std::vector<int> first_years(const std::vector<YearScan>& scans, const std::vector<Timestamp>& mtimes);

/// Gives lines without a year their moment, following a file from `first_year` over New Year. Not
/// thread-safe; one per file.
class YearClock {
 public:
  YearClock(int first_year, const TimeZone& zone) : year_(first_year), zone_(zone) {}
  Timestamp moment_of(const SyslogLine& line);
  /// Of the last line without one; nothing where all lines had theirs.
  std::optional<int> year() const { return last_month_ == 0 ? std::nullopt : std::optional(year_); }

 private:
  int year_;
  const TimeZone& zone_;
  int last_month_ = 0;
  int cached_key_ = -1;
  std::int64_t cached_start_s_ = 0;  // of the cached half hour, local minus offset
  std::int64_t cached_offset_s_ = 0;
};

}  // namespace rescue::evidence
