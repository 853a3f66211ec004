#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::calendar {

/// When the provider works on a business day (R10): from `opens` on, not any more from `closes` on; both
/// since 00:00 in Tokyo.
struct BusinessHours {
  std::chrono::minutes opens{10 * 60};
  std::chrono::minutes closes{18 * 60};
  /// Saturdays, Sundays and all holidays too.
  bool every_day = false;

  /// "mon-fri 10:00-18:00" or "every-day 00:00-24:00". kInvalid ("not-allowed-value") otherwise, also when it
  /// does not open before it closes.
  static Result<BusinessHours> parse(std::string_view text);
  std::string text() const;
};

}  // namespace rescue::calendar
