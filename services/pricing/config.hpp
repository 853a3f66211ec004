#pragma once

#include <chrono>
#include <string>

#include "parts.hpp"
#include "rescue/calendar/business_calendar.hpp"
#include "rescue/config/source.hpp"
#include "rescue/directory/contracts.hpp"
#include "rescue/service/annex_watch.hpp"
#include "rescue/service/service.hpp"

namespace rescue::pricing {

struct Config {
  service::ServiceConfig service;
  service::AnnexConfig annexes;
  directory::ContractsConfig contracts;
  calendar::BusinessHours business_hours;
  std::string holidays_file;          ///< "": the shipped list
  std::string company_holidays_file;  ///< "": none
  /// How long a quoted price is promised.
  std::chrono::seconds quote_validity = std::chrono::days(7);
  /// How long after its report an incident may be ordered further, for the difference.
  std::chrono::seconds follow_up_window = std::chrono::days(14);
  ComparisonKeeping comparisons;
  /// Another operator has to agree to each credit note.
  bool credit_second_person = false;
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::pricing
