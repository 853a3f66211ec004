#pragma once

#include <chrono>
#include <cstdint>

#include "rescue/calendar/business_calendar.hpp"
#include "rescue/catalog/annexes.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/service/service.hpp"

namespace rescue::pricing {

/// How long comparisons can be chosen from, and how many of one server are kept.
struct ComparisonKeeping {
  std::chrono::seconds validity = std::chrono::days(7);
  std::int64_t kept_max = 100;
};

/// What the handlers work with; App owns it all.
struct Parts {
  service::Service& service;
  const catalog::AnnexFolder& annexes;  ///< who needs it takes one snapshot of it
  catalog::Contracts& contracts;
  const calendar::BusinessCalendar& calendar;
  std::chrono::seconds quote_validity;
  std::chrono::seconds follow_up_window;
  ComparisonKeeping comparisons;
  bool credit_second_person;  ///< another operator has to agree to each credit note
};

}  // namespace rescue::pricing
