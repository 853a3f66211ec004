// Business hours, and the clocks of an incident.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The list `key`, or an empty one.
Json list_of(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json::array()) : Json::array();
}

/// "93 min" of so many microseconds.
std::string minutes_of(const Json& object, const char* key) {
  return std::to_string(object.value(key, std::int64_t{0}) / 60'000'000) + " min";
}

/// A line for each day: how much of it counts, or why it does not.
void add_days(Rows& rows, const std::string& what, const Json& days) {
  for (const auto& day : days) {
    const bool closed = field(day, "closed") != "-";
    const auto counted = std::to_string(day.value("seconds", std::int64_t{0}) / 60) + " min";
    rows.push_back({what, field(day, "day"), field(day, "weekday"), closed ? "closed" : counted,
                    closed ? field(day, "closed") + ": " + field(day, "name") : "-"});
  }
}

std::string days_table(const Rows& rows) {
  return rows.empty() ? "" : "\n" + table({"WHAT", "DAY", "WEEKDAY", "COUNTS", "WHY NOT"}, rows);
}

std::string calendar_text(const Json& calendar) {
  Rows rows;
  add_days(rows, "opens", list_of(calendar, "opens_why"));
  add_days(rows, "next day", list_of(calendar, "next_business_day_why"));
  return facts({{"At", field(calendar, "at")},
                {"Hours", field(calendar, "hours")},
                {"Open", field(calendar, "open")},
                {"Opens", field(calendar, "opens_at")},
                {"Next business day", field(calendar, "next_business_day")},
                {"Holidays missing", field(calendar, "holidays_missing")}}) +
         days_table(rows);
}

std::string time_text(const Json& time) {
  if (!time.is_object()) return "";
  return "\n" + facts({{"Since", field(time, "since")},
                       {"Until", field(time, "until")},
                       {"Elapsed", minutes_of(time, "elapsed_us")},
                       {"Ours", minutes_of(time, "provider_us")},
                       {"The customer's", minutes_of(time, "customer_us")},
                       {"Closed", minutes_of(time, "closed_us")}});
}

std::string sla_text(const Json& sla) {
  Rows clocks, days;
  const auto runs = list_of(sla, "clocks");
  for (const auto& clock : runs) {
    clocks.push_back({field(clock, "clock"), field(clock, "run"), field(clock, "state"),
                      minutes_of(clock, "used_us"), minutes_of(clock, "target_us"), field(clock, "due_at")});
    const auto steps = list_of(clock, "steps");
    for (const auto& step : steps) {
      const auto waited = field(step, "waiting_for");
      if (waited != "-") {
        days.push_back({field(clock, "clock"), field(step, "from").substr(0, 10), "-", "paused",
                        "waits for the customer: " + waited});
      }
      add_days(days, field(clock, "clock"), list_of(step, "days"));
    }
    add_days(days, field(clock, "clock") + " until due", list_of(clock, "until_due"));
  }
  const auto head = facts({{"Incident", field(sla, "incident_id")}, {"Hours", field(sla, "hours")}});
  if (clocks.empty()) return head + time_text(sla.value("time", Json())) + "\nNo clocks.\n";
  return head + time_text(sla.value("time", Json())) + "\n" +
         table({"CLOCK", "RUN", "STATE", "USED", "OF", "DUE"}, clocks) + days_table(days);
}

}  // namespace

Status show_calendar(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto calendar,
                session.api.get(with_query("/v1/business-calendar", {{"at", given.option("--at")}})));
  return session.show(calendar, calendar_text);
}

Status show_sla(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto sla, session.api.get("/v1/incidents/" + segment(given.words.at(0)) + "/sla"));
  return session.show(sla, sla_text);
}

}  // namespace rescue::ctl
