#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/calendar/holiday_rules.hpp"

namespace rescue::calendar {

/// A list of holidays as a file gives it. CSV in UTF-8 with the header `date,name`, one day a line, in order,
/// each day once; the Cabinet Office's own file (内閣府「国民の祝日について」, syukujitsu.csv) is taken too
/// once it is UTF-8 (`iconv -f CP932 -t UTF-8`). Immutable, thread-safe.
class HolidayList {
 public:
  enum class Kind {
    kPublic,   ///< each year that is named must be whole: a file cut short is refused
    kCompany,  ///< single days
  };
  /// Empty: no year is known.
  HolidayList() = default;
  /// kInvalid ("annex-unreadable") names file and line: "holidays.csv:17: …". At most 1 MiB.
  static Result<HolidayList> parse(std::string_view csv, const std::string& file, Kind kind);
  static Result<HolidayList> load(const std::string& path, Kind kind);
  /// The public holidays compiled in: libs/calendar/data/holidays.csv.
  static HolidayList shipped();

  /// Sorted by day.
  const std::vector<Holiday>& holidays() const { return holidays_; }
  bool has_year(int year) const { return years_.contains(year); }

 private:
  Status check_years_are_whole(const std::string& file) const;
  std::vector<Holiday> holidays_;
  std::set<int> years_;
};

}  // namespace rescue::calendar
