#include "times.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

using std::chrono::minutes;

constexpr std::size_t kFoundMax = 5'000;
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
// What RFC 5322 and everybody mean by them; CST, IST, BST mean several things.
constexpr std::array<std::pair<std::string_view, int>, 15> kZones = {{{"UTC", 0},
                                                                      {"GMT", 0},
                                                                      {"UT", 0},
                                                                      {"JST", 540},
                                                                      {"日本時間", 540},
                                                                      {"EST", -300},
                                                                      {"EDT", -240},
                                                                      {"CDT", -300},
                                                                      {"MST", -420},
                                                                      {"MDT", -360},
                                                                      {"PST", -480},
                                                                      {"PDT", -420},
                                                                      {"CEST", 120},
                                                                      {"CET", 60},
                                                                      {"Z", 0}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Reads a text piece by piece; each step says whether it was there, and goes on only then.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  bool eat(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool eat_any(std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return eat(word); });
  }
  void skip_spaces() {
    for (int i = 0; i < 8 && (eat_any({" ", "\t", "\r\n", "\n", "　"})); ++i) continue;
  }
  bool number(std::size_t digits_min, std::size_t digits_max, int& out) {
    std::size_t n = 0;
    int value = 0;
    while (n < digits_max && n < rest().size() && is_digit(rest()[n]))
      value = value * 10 + (rest()[n++] - '0');
    if (n < digits_min || (n < rest().size() && is_digit(rest()[n]))) return false;
    at_ += n;
    out = value;
    return true;
  }
  bool month(int& out) {
    const auto three = lower_ascii(rest().substr(0, 3));
    const auto* it = std::find(kMonths.begin(), kMonths.end(), three);
    if (it == kMonths.end()) return false;
    at_ += 3;
    while (!rest().empty() && is_alnum(rest().front()) && !is_digit(rest().front())) ++at_;
    out = static_cast<int>(it - kMonths.begin()) + 1;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

/// "+0900", "+09:00", "+9" behind UTC; `c` is behind the sign.
std::optional<minutes> offset(Cursor& c, int sign) {
  int hour = 0, minute = 0;
  Cursor four = c;
  if (int both = 0; four.number(4, 4, both)) {
    c = four;
    hour = both / 100;
    minute = both % 100;
  } else if (c.number(1, 2, hour)) {
    if (Cursor colon = c; colon.eat(":") && colon.number(2, 2, minute)) c = colon;
  } else {
    return std::nullopt;
  }
  if (hour > 14 || minute > 59) return std::nullopt;
  return minutes(sign * (hour * 60 + minute));
}

std::optional<minutes> zone_at(Cursor& c) {
  Cursor tried = c;
  tried.skip_spaces();
  tried.eat_any({"(", "（", "["});
  if (tried.eat("+") || tried.eat("-")) {
    const int sign = tried.at() > 0 && c.rest()[tried.at() - c.at() - 1] == '-' ? -1 : 1;
    auto found = offset(tried, sign);
    if (found && (tried.rest().empty() || !is_alnum(tried.rest().front()))) {
      c = tried;
      return found;
    }
    return std::nullopt;
  }
  for (const auto& [name, offset_minutes] : kZones) {
    Cursor named = tried;
    if (!named.eat(name)) continue;
    if (name == "Z" && tried.at() != c.at()) continue;
    minutes found(offset_minutes);
    if (Cursor more = named; offset_minutes == 0 && name != "Z" && more.eat_any({"+", "-"})) {
      const int sign = named.rest().front() == '-' ? -1 : 1;
      const auto further = offset(more, sign);
      if (!further) return std::nullopt;
      found = *further;
      named = more;
    }
    if (name.front() > 0 && !named.rest().empty() && is_alnum(named.rest().front())) continue;
    c = named;
    return found;
  }
  return std::nullopt;
}

bool clock_time(Cursor& c, Moment& m) {
  if (!c.number(1, 2, m.hour)) return false;
  if (c.eat("時")) {
    if (!c.number(1, 2, m.minute) || !c.eat("分")) return false;
    if (Cursor more = c; more.number(1, 2, m.second) && more.eat("秒")) {
      c = more;
    } else {
      m.second = 0;
    }
    return true;
  }
  if (!c.eat(":") || !c.number(2, 2, m.minute)) return false;
  if (Cursor more = c; more.eat(":")) {
    if (!more.number(2, 2, m.second)) return false;
    c = more;
    if (Cursor part = c; part.eat_any({".", ","})) {
      std::size_t n = 0;
      while (n < part.rest().size() && n < 9 && is_digit(part.rest()[n])) ++n;
      if (n > 0 && part.eat(part.rest().substr(0, n))) c = part;
    }
  }
  return true;
}

/// 2026-09-17, 2026/09/17, 2026年9月17日（木）, and what stands between day and time.
bool year_first(Cursor& c, Moment& m) {
  if (!c.number(4, 4, m.year)) return false;
  if (c.eat("年")) {
    if (!c.number(1, 2, m.month) || !c.eat("月") || !c.number(1, 2, m.day) || !c.eat("日")) return false;
    if (Cursor day = c; day.eat_any({"(", "（"}) && day.eat_any({"月", "火", "水", "木", "金", "土", "日"}) &&
                        day.eat_any({")", "）"}))
      c = day;
  } else {
    const auto mark = c.rest().substr(0, 1);
    if ((mark != "-" && mark != "/") || !c.eat(mark) || !c.number(1, 2, m.month) || !c.eat(mark) ||
        !c.number(1, 2, m.day))
      return false;
  }
  if (!c.eat_any({"T", ", ", "_"})) c.skip_spaces();
  if (Cursor word = c; word.eat_any({"at ", "@ ", "at\n"})) c = word;
  return clock_time(c, m);
}

/// 17 Sep 2026 20:15:42, 17/Sep/2026:20:15:42
bool day_first(Cursor& c, Moment& m) {
  if (!c.number(1, 2, m.day)) return false;
  const bool log = c.eat("/");
  if (!log) c.skip_spaces();
  if (!c.month(m.month) || (log && !c.eat("/"))) return false;
  if (!log) c.skip_spaces();
  if (!c.number(4, 4, m.year) || (log && !c.eat(":"))) return false;
  if (!log && !c.eat(", ")) c.skip_spaces();
  return clock_time(c, m);
}

/// Sep 17 2026 20:15:42
bool month_first(Cursor& c, Moment& m) {
  if (!c.month(m.month)) return false;
  c.skip_spaces();
  if (!c.number(1, 2, m.day)) return false;
  c.eat(",");
  c.skip_spaces();
  if (!c.number(4, 4, m.year)) return false;
  if (!c.eat(", ")) c.skip_spaces();
  return clock_time(c, m);
}

std::optional<Timestamp> point(const Moment& m, minutes zone) {
  const std::chrono::year_month_day day{std::chrono::year(m.year),
                                        std::chrono::month(static_cast<unsigned>(m.month)),
                                        std::chrono::day(static_cast<unsigned>(m.day))};
  if (!day.ok() || m.year < 1990 || m.year > 2100 || m.hour > 23 || m.minute > 59 || m.second > 59)
    return std::nullopt;
  return Timestamp(std::chrono::sys_days(day)) + std::chrono::hours(m.hour) + minutes(m.minute) +
         std::chrono::seconds(m.second) - zone;
}

std::optional<minutes> zone_before(std::string_view text, std::size_t at) {
  auto before = text.substr(at > 24 ? at - 24 : 0, at > 24 ? 24 : at);
  while (!before.empty() && (before.back() == ' ' || before.back() == ':')) before.remove_suffix(1);
  for (const std::string_view mark : {"、", "：", "で"}) {
    if (before.ends_with(mark)) before.remove_suffix(mark.size());
  }
  return before.ends_with("日本時間") ? std::optional(minutes(540)) : std::nullopt;
}

}  // namespace

std::vector<FoundTime> find_times(std::string_view text, std::optional<minutes> zone) {
  std::vector<FoundTime> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kFoundMax;) {
    const bool begins =
        is_alnum(text[at]) && (at == 0 || !(is_alnum(text[at - 1]) || text[at - 1] == '.' ||
                                            (text[at - 1] == '-' && at > 1 && is_digit(text[at - 2])) ||
                                            (text[at - 1] == '/' && at > 1 && is_digit(text[at - 2]))));
    if (!begins) {
      ++at;
      continue;
    }
    for (const auto form : {year_first, day_first, month_first}) {
      Cursor c(text, at);
      Moment moment;
      if (!form(c, moment)) continue;
      auto own = zone_at(c);
      if (!own) own = zone_before(text, at);
      const auto meant = own ? own : zone;
      const auto when = meant ? point(moment, *meant) : std::nullopt;
      if (when) out.push_back({*when, at, c.at()});
      at = c.at() - 1;
      break;
    }
    ++at;
  }
  return out;
}

std::optional<minutes> stated_zone(std::string_view text) {
  const auto lower = lower_ascii(text);
  std::optional<minutes> found;
  for (const std::string_view phrase :
       {"times are ", "times are in ", "all times in ", "timestamps are ", "timestamps are in ",
        "timestamps in ", "timezone: ", "timezone is ", "time zone: ", "time zone is ", "tz: ", "時刻は",
        "時刻はすべて", "時刻は全て", "日時は", "日時はすべて"}) {
    for (std::size_t at = 0; (at = lower.find(phrase, at)) != std::string::npos;) {
      at += phrase.size();
      Cursor c(text, at);
      const auto zone = zone_at(c);
      if (zone && found && *zone != *found) return std::nullopt;
      if (zone) found = zone;
    }
  }
  return found;
}

std::optional<Timestamp> first_time(std::string_view value) {
  const auto found = find_times(value);
  return found.empty() ? std::nullopt : std::optional(found.front().at);
}

}  // namespace rescue::complaint
