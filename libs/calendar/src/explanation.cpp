#include "rescue/calendar/explanation.hpp"

#include <array>

namespace rescue::calendar {
namespace {

std::string time_text(Timestamp t) {
  return format_rfc3339(t, kTokyoOffset);
}

}  // namespace

std::string_view to_string(Closure closure) {
  switch (closure) {
    case Closure::kNone:
      return "none";
    case Closure::kWeekend:
      return "weekend";
    case Closure::kPublicHoliday:
      return "public_holiday";
    case Closure::kCompanyHoliday:
      return "company_holiday";
  }
  return "none";
}

Json to_json(const Explanation& days) {
  static constexpr std::array kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
  Json out = Json::array();
  for (const auto& note : days) {
    const bool counts = note.to > note.from;
    const bool closed = note.closure != Closure::kNone;
    out.push_back(
        {{"day", to_string(note.day)},
         {"weekday", kWeekdays[weekday_of(note.day).c_encoding()]},
         {"closed", closed ? Json(to_string(note.closure)) : Json()},
         {"name", closed ? Json(note.name) : Json()},
         {"from", counts ? Json(time_text(note.from)) : Json()},
         {"to", counts ? Json(time_text(note.to)) : Json()},
         {"seconds", std::chrono::duration_cast<std::chrono::seconds>(note.to - note.from).count()}});
  }
  return out;
}

}  // namespace rescue::calendar
