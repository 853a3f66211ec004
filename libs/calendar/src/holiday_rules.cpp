#include "rescue/calendar/holiday_rules.hpp"

#include <algorithm>
#include <map>

#include "equinox.hpp"

namespace rescue::calendar {
namespace {

using std::chrono::days;
using std::chrono::Monday;
using std::chrono::month;
using std::chrono::Sunday;
using std::chrono::year;

constexpr int kNoEnd = kLastRuleYear;

/// One holiday in the years that one wording of the law gave it.
struct Rule {
  int first, last;  ///< years, both included
  unsigned month;
  unsigned day;     ///< 0: the `monday`th Monday
  unsigned monday;  ///< 1 to 5, or 0
  const char* name;
};

/// Article 2, one line for each wording. Laws: 1948 no. 178, 1966 no. 86, 1973 no. 10, 1985 no. 103, 1989 no.
/// 5, 1995 no. 22, 1998 no. 141, 2001 no. 59, 2005 no. 43, 2014 no. 43, 2017 no. 63, 2018 no. 55 and 57, 2020
/// no. 68.
constexpr Rule kRules[] = {
    {1949, kNoEnd, 1, 1, 0, "元日"},
    {1949, 1999, 1, 15, 0, "成人の日"},
    {2000, kNoEnd, 1, 0, 2, "成人の日"},
    {1967, kNoEnd, 2, 11, 0, "建国記念の日"},
    {2020, kNoEnd, 2, 23, 0, "天皇誕生日"},
    {1949, 1988, 4, 29, 0, "天皇誕生日"},
    {1989, 2006, 4, 29, 0, "みどりの日"},
    {2007, kNoEnd, 4, 29, 0, "昭和の日"},
    {1949, kNoEnd, 5, 3, 0, "憲法記念日"},
    {2007, kNoEnd, 5, 4, 0, "みどりの日"},
    {1949, kNoEnd, 5, 5, 0, "こどもの日"},
    {1996, 2002, 7, 20, 0, "海の日"},
    {2003, 2019, 7, 0, 3, "海の日"},
    {2020, 2020, 7, 23, 0, "海の日"},
    {2021, 2021, 7, 22, 0, "海の日"},
    {2022, kNoEnd, 7, 0, 3, "海の日"},
    {2016, 2019, 8, 11, 0, "山の日"},
    {2020, 2020, 8, 10, 0, "山の日"},
    {2021, 2021, 8, 8, 0, "山の日"},
    {2022, kNoEnd, 8, 11, 0, "山の日"},
    {1966, 2002, 9, 15, 0, "敬老の日"},
    {2003, kNoEnd, 9, 0, 3, "敬老の日"},
    {1966, 1999, 10, 10, 0, "体育の日"},
    {2000, 2019, 10, 0, 2, "体育の日"},
    {2020, 2020, 7, 24, 0, "スポーツの日"},
    {2021, 2021, 7, 23, 0, "スポーツの日"},
    {2022, kNoEnd, 10, 0, 2, "スポーツの日"},
    {1948, kNoEnd, 11, 3, 0, "文化の日"},
    {1948, kNoEnd, 11, 23, 0, "勤労感謝の日"},
    {1989, 2018, 12, 23, 0, "天皇誕生日"},
    // Special laws of single years (1959 no. 16, 1989 no. 4, 1990 no. 24, 1993 no. 32, 2018 no. 99).
    {1959, 1959, 4, 10, 0, "皇太子明仁親王の結婚の儀"},
    {1989, 1989, 2, 24, 0, "昭和天皇の大喪の礼"},
    {1990, 1990, 11, 12, 0, "即位礼正殿の儀"},
    {1993, 1993, 6, 9, 0, "皇太子徳仁親王の結婚の儀"},
    {2019, 2019, 5, 1, 0, "天皇の即位の日"},
    {2019, 2019, 10, 22, 0, "即位礼正殿の儀"},
};

using Names = std::map<Day, std::string>;

Day day_at(int y, unsigned m, unsigned d) {
  return Day(year(y) / month(m) / std::chrono::day(d));
}

/// Article 2: the national holidays (国民の祝日) themselves.
Names national_holidays(int y) {
  Names out;
  for (const auto& rule : kRules) {
    if (y < rule.first || y > rule.last) continue;
    const Day day = rule.day != 0 ? day_at(y, rule.month, rule.day)
                                  : Day(year(y) / month(rule.month) / Monday[rule.monday]);
    out.emplace(day, rule.name);
  }
  if (y >= 1949) out.emplace(day_at(y, 3, static_cast<unsigned>(vernal_equinox_day(y))), "春分の日");
  if (y >= 1948) out.emplace(day_at(y, 9, static_cast<unsigned>(autumnal_equinox_day(y))), "秋分の日");
  return out;
}

/// Article 3 (2): a national holiday on a Sunday. Until 2006 the day after it is free, since 2007 the next
/// one that is no national holiday itself.
void add_substitutes(const Names& national, Names& out) {
  static const Day begin = day_at(1973, 4, 12);
  for (const auto& [day, name] : national) {
    if (weekday_of(day) != Sunday || day < begin) continue;
    Day free = day + days(1);
    if (year_of(day) >= 2007) {
      while (national.contains(free)) free += days(1);
    }
    if (!national.contains(free)) out.emplace(free, "振替休日 (" + name + ")");
  }
}

/// Article 3 (3): a day between two national holidays. Until 2006 no Sunday and no substitute holiday.
void add_citizens_holidays(const Names& national, Names& out) {
  static const Day begin = day_at(1985, 12, 27);
  for (const auto& [day, name] : national) {
    const Day between = day + days(1);
    if (between < begin || national.contains(between) || !national.contains(day + days(2))) continue;
    if (year_of(day) < 2007 && weekday_of(between) == Sunday) continue;
    out.emplace(between, "国民の休日");  // a substitute that stands there stays
  }
}

}  // namespace

std::vector<Holiday> holidays_by_rule(int y) {
  std::vector<Holiday> out;
  if (y < kFirstRuleYear || y > kLastRuleYear) return out;
  const Names national = national_holidays(y);
  Names all = national;
  add_substitutes(national, all);
  add_citizens_holidays(national, all);
  for (const auto& [day, name] : all) out.push_back({day, name});
  return out;
}

}  // namespace rescue::calendar
