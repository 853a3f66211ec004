// R11, R43: when ordered work begins, and on which day a reinstall is done.
#include "work_plan.hpp"

namespace rescue::workflow {

WorkPlan plan_work(const calendar::BusinessCalendar& calendar, std::string_view work_item, Timestamp accepted,
                   bool out_of_hours) {
  WorkPlan plan;
  plan.out_of_hours = out_of_hours;
  plan.begins = calendar.work_start(accepted, out_of_hours, &plan.begins_why);
  if (work_item == "investigation_recovery_reinstall") {
    plan.reinstall_on = calendar.reinstall_day(accepted, &plan.reinstall_why);
  }
  return plan;
}

Json to_json(const WorkPlan& plan) {
  return {{"out_of_hours", plan.out_of_hours},
          {"begins_at", format_rfc3339(plan.begins, calendar::kTokyoOffset)},
          {"begins_why", calendar::to_json(plan.begins_why)},
          {"reinstall_on", plan.reinstall_on ? Json(calendar::to_string(*plan.reinstall_on)) : Json()},
          {"reinstall_why", calendar::to_json(plan.reinstall_why)}};
}

}  // namespace rescue::workflow
