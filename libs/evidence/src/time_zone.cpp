#include "rescue/evidence/time_zone.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

/// Big-endian reader of TZif data; goes bad instead of reading past the end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  bool bad() const { return bad_; }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      bad_ = true;
      return {};
    }
    const auto piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::int64_t integer(std::size_t size) {
    const auto bytes = take(size);
    std::uint64_t value = !bytes.empty() && static_cast<std::uint8_t>(bytes[0]) >= 0x80 ? ~0ULL : 0;
    for (const char c : bytes) value = (value << 8U) | static_cast<std::uint8_t>(c);
    return static_cast<std::int64_t>(value);
  }
  std::uint32_t count() { return static_cast<std::uint32_t>(integer(4)); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

/// The six counts of a TZif header (RFC 8536, 3.1).
struct Header {
  char version = 0;
  std::uint32_t utc = 0, standard = 0, leaps = 0, transitions = 0, types = 0, characters = 0;
  std::size_t body_bytes(std::size_t time_bytes) const {
    return std::size_t{transitions} * (time_bytes + 1) + std::size_t{types} * 6 + characters +
           std::size_t{leaps} * (time_bytes + 4) + standard + utc;
  }
};

bool read_header(Cursor& in, Header& header) {
  const auto magic = in.take(4);
  const auto version = in.take(1);
  in.take(15);
  header.utc = in.count();
  header.standard = in.count();
  header.leaps = in.count();
  header.transitions = in.count();
  header.types = in.count();
  header.characters = in.count();
  constexpr std::uint32_t kMost = 100'000;
  if (in.bad() || magic != "TZif") return false;
  header.version = version[0];
  return header.utc < kMost && header.standard < kMost && header.leaps < kMost &&
         header.transitions < kMost && header.types > 0 && header.types < kMost && header.characters < kMost;
}

std::chrono::sys_days day_of(const PosixZone::Change& change, int year) {
  using namespace std::chrono;
  const auto first = sys_days(std::chrono::year(year) / January / 1);
  if (change.form == PosixZone::Change::Form::kZeroBased) return first + days(change.day);
  if (change.form == PosixZone::Change::Form::kJulianNoLeap) {
    const bool after_leap_day = std::chrono::year(year).is_leap() && change.day >= 60;
    return first + days(change.day - 1 + (after_leap_day ? 1 : 0));
  }
  const auto month = std::chrono::year(year) / static_cast<unsigned>(change.month);
  const auto name = weekday(static_cast<unsigned>(change.day));
  return change.week == 5 ? sys_days(month / name[last])
                          : sys_days(month / name[static_cast<unsigned>(change.week)]);
}

/// A TZ text, consumed from the left.
class TzText {
 public:
  explicit TzText(std::string_view text) : rest_(text) {}
  bool name() {
    std::size_t end = 0;
    if (rest_.starts_with('<')) {
      end = rest_.find('>');
      if (end == rest_.npos) return false;
      ++end;
    } else {
      while (end < rest_.size() && ((rest_[end] | 0x20) >= 'a' && (rest_[end] | 0x20) <= 'z')) ++end;
    }
    rest_.remove_prefix(end);
    return end >= 3;
  }
  bool eat(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool number(int& value, int most) {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
    value = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      value = value * 10 + (rest_[0] - '0');
      if (value > most) return false;
      rest_.remove_prefix(1);
    }
    return true;
  }
  bool duration(int& seconds) {
    const bool negative = eat('-');
    if (!negative) eat('+');
    int hours = 0, minutes = 0, rest = 0;
    if (!number(hours, 167)) return false;
    if (eat(':') && !number(minutes, 59)) return false;
    if (eat(':') && !number(rest, 59)) return false;
    seconds = (hours * 3600 + minutes * 60 + rest) * (negative ? -1 : 1);
    return true;
  }
  bool change(PosixZone::Change& out) {
    using Form = PosixZone::Change::Form;
    if (!eat(',')) return false;
    bool good = true;
    if (eat('M')) {
      out.form = Form::kMonthWeekDay;
      good = number(out.month, 12) && eat('.') && number(out.week, 5) && eat('.') && number(out.day, 6) &&
             out.month >= 1 && out.week >= 1;
    } else if (eat('J')) {
      out.form = Form::kJulianNoLeap;
      good = number(out.day, 365) && out.day >= 1;
    } else {
      out.form = Form::kZeroBased;
      good = number(out.day, 365);
    }
    return good && (!eat('/') || duration(out.seconds));
  }
  bool ended() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::int64_t seconds_of(std::chrono::sys_days day) {
  return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
}

}  // namespace

std::optional<PosixZone> PosixZone::parse(std::string_view text) {
  PosixZone zone;
  TzText in(text);
  int west = 0;
  if (!in.name() || !in.duration(west)) return std::nullopt;
  zone.standard_s = -west;
  if (in.ended()) return zone;
  zone.has_summer = true;
  zone.summer_s = zone.standard_s + 3600;
  TzText before = in;
  if (!in.name()) return std::nullopt;
  before = in;
  if (in.duration(west)) {
    zone.summer_s = -west;
  } else {
    in = before;
  }
  if (!in.change(zone.to_summer) || !in.change(zone.to_standard) || !in.ended()) return std::nullopt;
  return zone;
}

std::int32_t PosixZone::offset_at(std::int64_t utc_s) const {
  if (!has_summer) return standard_s;
  using namespace std::chrono;
  const auto local = sys_seconds(seconds(utc_s + standard_s));
  const int year = static_cast<int>(year_month_day(floor<days>(local)).year());
  const auto summer_from = seconds_of(day_of(to_summer, year)) + to_summer.seconds - standard_s;
  const auto summer_to = seconds_of(day_of(to_standard, year)) + to_standard.seconds - summer_s;
  const bool north = summer_from < summer_to;
  const bool summer =
      north ? utc_s >= summer_from && utc_s < summer_to : utc_s >= summer_from || utc_s < summer_to;
  return summer ? summer_s : standard_s;
}

TimeZone TimeZone::fixed(std::string name, std::int32_t offset_s) {
  TimeZone zone;
  zone.name_ = std::move(name);
  zone.first_offset_s_ = offset_s;
  return zone;
}

Result<TimeZone> TimeZone::parse_tzif(std::string name, std::string_view bytes) {
  const auto bad = [] { return fail(ErrorCode::kCorrupt, "bad-time-zone", "not a TZif file"); };
  Cursor in(bytes);
  Header header;
  if (!read_header(in, header)) return bad();
  std::size_t time_bytes = 4;
  if (header.version >= '2') {  // the 64-bit block follows the 32-bit one
    in.take(header.body_bytes(4));
    if (!read_header(in, header)) return bad();
    time_bytes = 8;
  }
  if (header.body_bytes(time_bytes) > in.rest().size()) return bad();
  TimeZone zone;
  zone.name_ = std::move(name);
  std::vector<std::int64_t> times(header.transitions);
  for (auto& t : times) t = in.integer(time_bytes);
  const auto indexes = in.take(header.transitions);
  std::vector<std::int32_t> offsets(header.types);
  for (auto& offset : offsets) {
    offset = static_cast<std::int32_t>(in.integer(4));
    in.take(2);
  }
  in.take(header.characters + std::size_t{header.leaps} * (time_bytes + 4) + header.standard + header.utc);
  zone.first_offset_s_ = offsets[0];
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto index = static_cast<std::uint8_t>(indexes[i]);
    if (index >= offsets.size() || (i > 0 && times[i] <= times[i - 1])) return bad();
    zone.transitions_.push_back({times[i], offsets[index]});
  }
  auto footer = in.rest();
  if (time_bytes == 8 && footer.size() > 2 && footer[0] == '\n') {
    footer = footer.substr(1, footer.find('\n', 1) - 1);
    zone.after_ = PosixZone::parse(footer);
  }
  return zone;
}

std::int32_t TimeZone::offset_at(std::int64_t utc_s) const {
  const auto later = std::upper_bound(transitions_.begin(), transitions_.end(), utc_s,
                                      [](std::int64_t t, const Transition& x) { return t < x.at_s; });
  if (later == transitions_.end() && after_) return after_->offset_at(utc_s);
  return later == transitions_.begin() ? first_offset_s_ : std::prev(later)->offset_s;
}

std::int64_t TimeZone::to_utc(std::int64_t local_s) const {
  // Offsets a day apart cover every change; the larger one gives the earlier moment.
  const auto one = offset_at(local_s - 86400);
  const auto other = offset_at(local_s + 86400);
  for (const auto offset : {std::max(one, other), std::min(one, other)}) {
    if (offset_at(local_s - offset) == offset) return local_s - offset;
  }
  return local_s - one;
}

namespace {

/// Zones without summer time, for disks that name their zone but do not carry its data.
std::optional<std::int32_t> known_offset(std::string_view name) {
  struct Known {
    std::string_view name;
    std::int32_t hours;
  };
  static constexpr Known kZones[] = {{"Asia/Tokyo", 9}, {"Japan", 9},   {"UTC", 0},
                                     {"Etc/UTC", 0},    {"Etc/GMT", 0}, {"GMT", 0}};
  for (const auto& zone : kZones) {
    if (zone.name == name) return zone.hours * 3600;
  }
  return std::nullopt;
}

std::string zone_name(const SafeRoot& root) {
  constexpr std::string_view kFolder = "zoneinfo/";
  if (const auto target = root.link_target("/etc/localtime")) {
    if (const auto at = target->rfind(kFolder); at != std::string::npos)
      return target->substr(at + kFolder.size());
  }
  auto text = root.read_small("/etc/timezone", 256);
  if (!text) return "";
  text->erase(std::min(text->find_first_of("\r\n \t"), text->size()));
  return *text;
}

}  // namespace

TimeZone read_time_zone(const SafeRoot& root, Gaps& gaps) {
  constexpr std::size_t kMostBytes = 256 * 1024;
  const auto name = zone_name(root);
  for (const auto& path : {std::string("/etc/localtime"), "/usr/share/zoneinfo/" + name}) {
    if (path.ends_with('/')) continue;
    const auto bytes = root.read_small(path, kMostBytes);
    if (!bytes) continue;
    if (auto zone = TimeZone::parse_tzif(name.empty() ? "local" : name, *bytes)) return *std::move(zone);
    gaps.push_back(
        {.path = path, .reason = "not a time zone file", .prevents = "the server's own local time"});
  }
  if (const auto offset = known_offset(name)) return TimeZone::fixed(name, *offset);
  gaps.push_back({.path = "/etc/localtime",
                  .reason = "the server's time zone is not known; UTC was assumed",
                  .prevents = "exact times of log lines that carry no offset"});
  return TimeZone::fixed("", 0);
}

}  // namespace rescue::evidence
