#include "business_days.hpp"

#include <stdexcept>

namespace rescue::workflow {

using calendar::HolidayList;

BusinessConfig read_business(config::Source& source) {
  BusinessConfig out;
  const auto hours = calendar::BusinessHours::parse(source.text("business.hours", out.hours.text()));
  if (hours) {
    out.hours = *hours;
  } else {
    source.fault("business.hours", hours.error().detail);
  }
  out.holidays_file = source.text("business.holidays_file", "");
  out.company_holidays_file = source.text("business.company_holidays_file", "");
  return out;
}

BusinessDays::BusinessDays(BusinessConfig config)
    : config_(std::move(config)),
      public_{"holidays", config_.holidays_file, HolidayList::Kind::kPublic, HolidayList::shipped(), {}},
      company_{"company_holidays", config_.company_holidays_file, HolidayList::Kind::kCompany, {}, {}} {
  for (auto* list : {&public_, &company_}) {
    if (list->path.empty()) continue;
    auto holidays = HolidayList::load(list->path, list->kind);
    if (!holidays) throw std::runtime_error(holidays.error().detail);
    list->holidays = std::move(*holidays);
  }
  rebuild();
}

void BusinessDays::rebuild() {
  calendar_ = std::make_shared<const calendar::BusinessCalendar>(calendar::BusinessCalendar::Options{
      .hours = config_.hours, .public_holidays = public_.holidays, .company_holidays = company_.holidays});
}

std::shared_ptr<const calendar::BusinessCalendar> BusinessDays::current() const {
  const std::lock_guard lock(mutex_);
  return calendar_;
}

BusinessDays::Refreshed BusinessDays::refresh() {
  const std::lock_guard lock(mutex_);
  Refreshed out;
  for (auto* list : {&public_, &company_}) {
    if (list->path.empty()) continue;
    auto holidays = HolidayList::load(list->path, list->kind);
    const auto broken = holidays ? std::nullopt : std::optional(holidays.error().detail);
    if (broken && broken != list->broken) out.newly_broken.push_back({list->name, broken});
    list->broken = broken;
    if (!holidays || holidays->holidays() == list->holidays.holidays()) continue;
    list->holidays = std::move(*holidays);
    out.changed = true;
  }
  if (out.changed) rebuild();
  return out;
}

std::vector<BusinessDays::AnnexState> BusinessDays::states() const {
  const std::lock_guard lock(mutex_);
  return {{public_.name, public_.broken}, {company_.name, company_.broken}};
}

}  // namespace rescue::workflow
