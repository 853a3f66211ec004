#include "rescue/evidence/syslog.hpp"

#include <algorithm>
#include <limits>

#include "civil_time.hpp"

namespace rescue::evidence {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
int two_digits(const char* p) {
  return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

/// "hh:mm:ss" at `p` as seconds of the day; -1 when it is none.
int second_of_day(const char* p) {
  const int h = two_digits(p), m = two_digits(p + 3), s = two_digits(p + 6);
  const bool good = p[2] == ':' && p[5] == ':' && h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s <= 60;
  return good ? h * 3600 + m * 60 + std::min(s, 59) : -1;
}

constexpr std::size_t kDateBytes = 6;

/// "Mmm dd" at the start of `line` (at least 6 bytes).
bool month_and_day(std::string_view line, int& month, int& day) {
  month = month_of(line.data());
  if (month == 0 || line[3] != ' ') return false;
  day = line[4] == ' ' && is_digit(line[5]) ? line[5] - '0' : two_digits(line.data() + 4);
  return day >= 1 && day <= 31;
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// "program[123]: message", "program: message".
void split_tag(std::string_view rest, SyslogLine& line) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '[' && rest[end] != ':' && rest[end] != ' ') ++end;
  line.program = rest.substr(0, end);
  if (const auto slash = line.program.rfind('/'); slash != std::string_view::npos) {
    line.program.remove_prefix(slash + 1);  // "/usr/sbin/cron[5]:" and "postfix/smtpd" alike
  }
  rest.remove_prefix(end);
  if (rest.starts_with('[')) {
    std::size_t i = 1;
    while (i < rest.size() && i < 11 && is_digit(rest[i])) {
      line.process = line.process * 10 + static_cast<std::uint32_t>(rest[i] - '0');
      ++i;
    }
    const auto close = rest.substr(0, 64).find(']');
    rest.remove_prefix(close == rest.npos ? i : close + 1);
  }
  if (rest.starts_with(':')) rest.remove_prefix(1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  line.message = rest;
}

/// +1 when the year turned between two lines, -1 when lines around New Year stand in the wrong order (then
/// the next one turns it again). A clock set back by days or weeks is neither.
int year_step(int month_before, int month) {
  if (month_before - month >= 6) return 1;
  return month_before != 0 && month - month_before >= 10 ? -1 : 0;
}

std::int64_t days_from_civil(int year, int month, int day) {
  using namespace std::chrono;
  const auto first = sys_days(std::chrono::year(year) / static_cast<unsigned>(month) / 1);
  return first.time_since_epoch().count() + day - 1;
}

}  // namespace

std::optional<SyslogLine> parse_syslog_line(std::string_view line) {
  if (line.size() < 16) return std::nullopt;
  SyslogLine out;
  if (is_digit(line[0])) {
    if (line[4] != '-' || line[10] != 'T') return std::nullopt;
    const auto time = parse_rfc3339(take_word(line));
    if (!time) return std::nullopt;
    out.has_year = true;
    out.time = *time;
  } else {
    if (!month_and_day(line, out.month, out.day)) return std::nullopt;
    out.second_of_day = line[6] == ' ' ? second_of_day(line.data() + 7) : -1;
    if (out.second_of_day < 0) return std::nullopt;
    line.remove_prefix(15);
    if (!line.starts_with(' ')) return std::nullopt;
    line.remove_prefix(1);
  }
  out.host = take_word(line);
  split_tag(line, out);
  return out;
}

void YearScanner::add_lines(std::string_view text) {
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!last_date_.empty() && line.size() >= 16 && line.starts_with(last_date_)) continue;
    int month = 0, day = 0;
    if (line.size() < 16 || is_digit(line[0]) || !month_and_day(line, month, day)) continue;
    if (!scan_.any) {
      scan_.any = true;
      scan_.first_month = month;
      scan_.first_day = day;
    } else {
      scan_.new_years += year_step(scan_.last_month, month);
    }
    scan_.last_month = month;
    scan_.last_day = day;
    last_date_ = line.substr(0, kDateBytes);
  }
}

YearScan scan_years(ByteStream& stream) {
  YearScanner scanner;
  LineReader reader(stream);
  LineBlock block;
  while (reader.next(block)) scanner.add_lines(block.text);
  return scanner.scan();
}

std::string_view written_date(std::string_view line) {
  constexpr std::string_view kWithYear = "with year";
  if (line.size() < 16) return {};
  if (is_digit(line[0])) return line[4] == '-' && line[10] == 'T' ? kWithYear : std::string_view();
  int month = 0, day = 0;
  return month_and_day(line, month, day) ? line.substr(0, kDateBytes) : std::string_view();
}

std::vector<int> first_years(const std::vector<YearScan>& scans, const std::vector<Timestamp>& mtimes) {
  using namespace std::chrono;
  constexpr std::int64_t kClockAllowanceDays = 1;
  std::vector<int> years(scans.size(), 1970);
  std::int64_t latest_day = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = scans.size(); i-- > 0;) {
    const auto mtime_day = floor<days>(mtimes[i]).time_since_epoch().count() + kClockAllowanceDays;
    latest_day = std::min<std::int64_t>(latest_day, mtime_day);
    const auto& scan = scans[i];
    if (!scan.any) continue;
    int last_year = static_cast<int>(year_month_day(sys_days(days(latest_day))).year());
    if (days_from_civil(last_year, scan.last_month, scan.last_day) > latest_day) --last_year;
    years[i] = last_year - scan.new_years;
    latest_day = days_from_civil(years[i], scan.first_month, scan.first_day) + kClockAllowanceDays;
  }
  return years;
}

Timestamp YearClock::moment_of(const SyslogLine& line) {
  if (line.has_year) return line.time;
  year_ += year_step(last_month_, line.month);
  last_month_ = line.month;
  // Offsets change at most every half hour of local time: one look-up serves the lines in between.
  constexpr int kSlice = 1800;
  const int slice = line.second_of_day / kSlice;
  const int key = ((year_ * 13 + line.month) * 32 + line.day) * 48 + slice;
  if (key != cached_key_) {
    cached_key_ = key;
    cached_start_s_ = days_from_civil(year_, line.month, line.day) * 86400 + std::int64_t{slice} * kSlice;
    cached_offset_s_ = cached_start_s_ - zone_.to_utc(cached_start_s_);
  }
  const auto local_s = cached_start_s_ + line.second_of_day % kSlice;
  return from_us((local_s - cached_offset_s_) * 1'000'000);
}

}  // namespace rescue::evidence
