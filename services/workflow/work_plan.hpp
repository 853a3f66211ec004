#pragma once

#include <optional>
#include <string_view>

#include "rescue/calendar/business_calendar.hpp"

namespace rescue::workflow {

/// What an accepted order is promised, and why not earlier.
struct WorkPlan {
  bool out_of_hours = false;  ///< work out of business hours was ordered (R11)
  Timestamp begins;           ///< R11: the work's first job begins then at the earliest
  calendar::Explanation begins_why;
  std::optional<calendar::Day> reinstall_on;  ///< R43, where the work item has a reinstall
  calendar::Explanation reinstall_why;
};

/// Pure. `accepted` is when the order was accepted.
WorkPlan plan_work(const calendar::BusinessCalendar& calendar, std::string_view work_item, Timestamp accepted,
                   bool out_of_hours);

/// {out_of_hours, begins_at, begins_why: [day…], reinstall_on: day|null, reinstall_why: [day…]}
Json to_json(const WorkPlan& plan);

}  // namespace rescue::workflow
