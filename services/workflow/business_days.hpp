#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rescue/calendar/business_calendar.hpp"
#include "rescue/config/source.hpp"

namespace rescue::workflow {

/// When the provider works: the settings.
struct BusinessConfig {
  calendar::BusinessHours hours = {};
  std::string holidays_file = {};          ///< public holidays; "": those compiled in
  std::string company_holidays_file = {};  ///< the provider's own; "": none
};
/// business.hours, business.holidays_file, business.company_holidays_file.
BusinessConfig read_business(config::Source& source);

/// The calendar in force. Its files are read again when they change; one that is broken then leaves what it
/// gave before in force. Thread-safe.
class BusinessDays {
 public:
  /// Throws std::runtime_error when a file cannot be used: without holidays nobody can be promised a day.
  explicit BusinessDays(BusinessConfig config);

  /// Never null. Keep it for one piece of work: a refresh makes a new one.
  std::shared_ptr<const calendar::BusinessCalendar> current() const;
  struct AnnexState {
    std::string name;                   ///< "holidays", "company_holidays"
    std::optional<std::string> broken;  ///< why the file as it is now was not taken: names file and line
  };
  struct Refreshed {
    bool changed = false;  ///< another calendar is in force now
    std::vector<AnnexState> newly_broken;
  };
  /// Looks at the files.
  Refreshed refresh();
  std::vector<AnnexState> states() const;

 private:
  struct List {
    std::string name, path;
    calendar::HolidayList::Kind kind;
    calendar::HolidayList holidays;
    std::optional<std::string> broken;
  };
  void rebuild();

  BusinessConfig config_;
  mutable std::mutex mutex_;
  List public_, company_;
  std::shared_ptr<const calendar::BusinessCalendar> calendar_;
};

}  // namespace rescue::workflow
