// GET /v1/incidents/{id}/sla: the clocks, step by step.
#include <algorithm>

#include "sla.hpp"

namespace rescue::workflow {
namespace {

using std::chrono::microseconds;

std::string time_text(Timestamp t) {
  return format_rfc3339(t);
}

Json optional_time(const std::optional<Timestamp>& t) {
  return t ? Json(time_text(*t)) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json split_json(const TimeSplit& split) {
  return {{"provider_us", split.provider.count()},
          {"customer_us", split.customer.count()},
          {"closed_us", split.closed.count()}};
}

Json segment_json(const SlaSegment& segment, const TimeSplit& split) {
  Json out = split_json(split);
  out["state"] = incident::to_string(segment.state);
  out["waiting_for"] = text_or_null(segment.waiting_for);
  out["out_of_hours"] = segment.out_of_hours;
  out["from"] = time_text(segment.from);
  out["to"] = segment.open ? Json() : Json(time_text(segment.to));
  return out;
}

Json steps_json(const std::vector<ClockStep>& steps) {
  Json out = Json::array();
  for (const auto& step : steps) {
    out.push_back({{"from", time_text(step.from)},
                   {"to", time_text(step.to)},
                   {"waiting_for", text_or_null(step.waiting_for)},
                   {"used_us", step.used.count()},
                   {"days", calendar::to_json(step.days)}});
  }
  return out;
}

}  // namespace

Result<Json> Sla::view(store::Tx& tx, const Incident& incident) const {
  const auto now = service_->clock().now();
  Json out{{"incident_id", incident.id},
           {"as_of", time_text(now)},
           {"hours", days_->current()->hours().text()},
           {"over", incident::is_final(incident.state)}};
  RESCUE_ASSIGN(out["time"], time_view(tx, incident, now));
  RESCUE_ASSIGN(auto runs, clocks(tx, incident.id, false));
  std::reverse(runs.begin(), runs.end());
  out["clocks"] = Json::array();
  if (runs.empty()) return out;
  Timestamp first = now;
  for (const auto& clock : runs) first = std::min(first, clock.started);
  RESCUE_ASSIGN(const auto stretches, segments(tx, incident.id, first, now));
  for (const auto& clock : runs) out["clocks"].push_back(clock_view(clock, stretches, now));
  return out;
}

/// The sums of all stretches, and the newest of them one by one. Null where none was kept: the incident was
/// over before they were.
Result<Json> Sla::time_view(store::Tx& tx, const Incident& incident, Timestamp now) const {
  RESCUE_ASSIGN(
      const auto sums,
      tx.find("SELECT MIN(from_us), CAST(SUM(provider_us) AS BIGINT), CAST(SUM(customer_us) AS BIGINT), "
              "CAST(SUM(closed_us) AS BIGINT) FROM sla_segments WHERE incident_id = ?",
              {incident.id}));
  if (!sums || sums->is_null(0)) return Json();
  TimeSplit total{microseconds(sums->integer(1)), microseconds(sums->integer(2)),
                  microseconds(sums->integer(3))};
  RESCUE_ASSIGN(
      const auto rows,
      tx.query("SELECT number, state, waiting_for, out_of_hours, from_us, to_us, provider_us, "
               "customer_us, closed_us FROM sla_segments WHERE incident_id = ? ORDER BY number DESC "
               "LIMIT 200",
               {incident.id}));
  std::vector<Json> newest;
  Timestamp until = now;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(const auto state, incident::parse_state(row.text(1)));
    const bool open = row.is_null(5);
    const auto from = from_us(row.integer(4));
    SlaSegment segment{row.integer(0),
                       state,
                       row.text(2),
                       row.integer(3) != 0,
                       from,
                       open ? std::max(now, from) : from_us(row.integer(5)),
                       open};
    // After its end an incident's time stands.
    if (open && incident::is_final(state)) segment.to = from;
    TimeSplit split{microseconds(row.integer(6)), microseconds(row.integer(7)), microseconds(row.integer(8))};
    if (open) {
      split = split_time(*days_->current(), segment);
      total += split;
      until = segment.to;
    }
    newest.push_back(segment_json(segment, split));
  }
  std::reverse(newest.begin(), newest.end());
  Json out = split_json(total);
  out["since"] = time_text(from_us(sums->integer(0)));
  out["until"] = time_text(until);
  out["elapsed_us"] = to_us(until) - sums->integer(0);
  out["segments"] = newest;
  return out;
}

Json Sla::clock_view(const Clock& clock, const std::vector<SlaSegment>& segments, Timestamp now) const {
  const auto calendar = days_->current();
  const auto until = clock.stopped.value_or(std::max(now, clock.started));
  const auto* rule = find_clock_rule(clock.name);
  std::vector<ClockStep> steps;
  if (rule != nullptr) {
    steps = replay_clock(*calendar, *rule, {clock.started, until, clock.out_of_hours}, segments);
  }
  auto used = clock.used;
  if (clock.since) used += hours_for(*calendar, clock.out_of_hours).between(*clock.since, until);
  calendar::Explanation ahead;
  if (clock.since && used < clock.target) {
    hours_for(*calendar, clock.out_of_hours).add(until, clock.target - used, &ahead);
  }
  return {{"clock", clock.name},
          {"run", clock.run},
          {"state", clock.state},
          {"out_of_hours", clock.out_of_hours},
          {"target_us", clock.target.count()},
          {"used_us", used.count()},
          {"breached", used > clock.target},
          {"started_at", time_text(clock.started)},
          {"stopped_at", optional_time(clock.stopped)},
          {"due_at", optional_time(clock.due)},
          {"steps", steps_json(steps)},
          {"until_due", calendar::to_json(ahead)}};
}

}  // namespace rescue::workflow
