#pragma once

#include <string>
#include <vector>

#include "rescue/calendar/business_calendar.hpp"
#include "rescue/catalog/quote.hpp"

namespace rescue::catalog {

/// When an item that is ordered now is begun and reported, and what it costs.
struct Timing {
  bool out_of_hours = false;
  Timestamp earliest_start;
  Timestamp promised_finish;
  Price price;
};

/// One work item as it stands at the moment of the choice.
struct ComparedItem {
  const Offer* offer = nullptr;  ///< in the catalogue
  Timing now;                    ///< out of hours where it is closed now (R11)
  Timing wait_until_opening;     ///< the same as `now` while it is open
  Yen saving;                    ///< what waiting saves, tax included
};

/// All that can be chosen, side by side. Borrows from the catalogue it was made of.
struct Comparison {
  std::string server_id;
  Timestamp at;
  bool open_now = false;
  SystemStanding system;
  std::vector<ComparedItem> items;  ///< the four, in their order (R21)
};

/// Begin and end of `offer` when it is ordered at `at`: in business time, or at once where work out of hours
/// is asked for. A reinstall is done on the next business day (R43), so that its item ends no earlier than
/// that day does.
Timing timing_of(const calendar::BusinessCalendar& calendar, const Offer& offer, Timestamp at,
                 bool out_of_hours);

/// kInvalid ("os-not-listed", pointer /server_id).
Result<Comparison> compare(const Catalogue& catalogue, const calendar::BusinessCalendar& calendar,
                           std::string server_id, const std::string& os, Timestamp at);

/// {server_id, at, open_now, operating_system, limited_work?, annex_versions, self_remediation, items}: what
/// GET /v1/comparison shows. `catalogue` is the one it was made of.
Json to_json(const Comparison& comparison, const Catalogue& catalogue);

}  // namespace rescue::catalog
