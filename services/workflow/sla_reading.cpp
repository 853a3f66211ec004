// What the clocks' tables hold: read, reckoned again, counted.
#include <algorithm>

#include "sla.hpp"

namespace rescue::workflow {
namespace {

using std::chrono::microseconds;

std::optional<Timestamp> optional_time(const store::Row& row, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  return from_us(row.integer(column));
}

Sla::Clock clock_from(const store::Row& row) {
  Sla::Clock out;
  out.name = row.text(0);
  out.run = row.integer(1);
  out.state = row.text(2);
  out.out_of_hours = row.integer(3) != 0;
  out.target = microseconds(row.integer(4));
  out.used = microseconds(row.integer(5));
  out.started = from_us(row.integer(6));
  out.since = optional_time(row, 7);
  out.due = optional_time(row, 8);
  out.stopped = optional_time(row, 9);
  return out;
}

const std::string kSelectClock =
    "SELECT clock, run, state, out_of_hours, target_us, used_us, started_us, since_us, due_us, stopped_us, "
    "incident_id FROM sla_clocks ";

}  // namespace

Result<std::vector<Sla::Clock>> Sla::clocks(store::Tx& tx, const std::string& incident_id,
                                            bool open_only) const {
  const std::string narrowed = open_only ? "AND stopped_us IS NULL " : "";
  RESCUE_ASSIGN(const auto rows, tx.query(kSelectClock + "WHERE incident_id = ? " + narrowed +
                                              "ORDER BY started_us DESC, clock DESC, "
                                              "run DESC LIMIT 100",
                                          {incident_id}));
  std::vector<Clock> out;
  for (const auto& row : rows) out.push_back(clock_from(row));
  return out;
}

/// Those that reach into the time from `from` on, in order.
Result<std::vector<SlaSegment>> Sla::segments(store::Tx& tx, const std::string& incident_id, Timestamp from,
                                              Timestamp now) const {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT number, state, waiting_for, out_of_hours, from_us, to_us FROM sla_segments "
                         "WHERE incident_id = ? AND (to_us IS NULL OR to_us > ?) ORDER BY number",
                         {incident_id, to_us(from)}));
  std::vector<SlaSegment> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(const auto state, incident::parse_state(row.text(1)));
    const auto begin = from_us(row.integer(4));
    const bool open = row.is_null(5);
    out.push_back({row.integer(0), state, row.text(2), row.integer(3) != 0, begin,
                   open ? std::max(now, begin) : from_us(row.integer(5)), open});
  }
  return out;
}

Status Sla::reckon_again() {
  constexpr std::int64_t kAtOnce = 200;
  std::string last;
  bool more = true;
  while (more) {
    RESCUE_TRY(service_->database().write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(const auto rows,
                    tx.query("SELECT DISTINCT incident_id FROM sla_clocks WHERE stopped_us IS NULL AND "
                             "incident_id > ? ORDER BY incident_id LIMIT ?",
                             {last, kAtOnce}));
      for (const auto& row : rows) {
        last = row.text(0);
        RESCUE_ASSIGN(const auto open, clocks(tx, last, true));
        for (const auto& clock : open) RESCUE_TRY(reckon(tx, last, clock));
      }
      more = static_cast<std::int64_t>(rows.size()) == kAtOnce;
      return {};
    }));
  }
  return {};
}

/// What the clock has used until now, by the calendar in force, and from there when it is due.
Status Sla::reckon(store::Tx& tx, const std::string& incident_id, Clock clock) const {
  const auto* rule = find_clock_rule(clock.name);
  if (rule == nullptr) return {};
  const auto calendar = days_->current();
  const auto until = clock.since ? *clock.since : service_->clock().now();
  RESCUE_ASSIGN(const auto stretches, segments(tx, incident_id, clock.started, until));
  clock.used = microseconds(0);
  const ClockRun run{clock.started, until, clock.out_of_hours};
  const auto steps = replay_clock(*calendar, *rule, run, stretches);
  for (const auto& step : steps) clock.used += step.used;
  clock.due.reset();
  if (clock.used > clock.target) {
    clock.due = used_up_at(*calendar, run, steps, clock.target);
  } else if (clock.since) {
    clock.due = hours_for(*calendar, clock.out_of_hours).add(*clock.since, clock.target - clock.used);
  }
  return save(tx, incident_id, clock);
}

Status Sla::set_gauges() const {
  const auto now = to_us(service_->clock().now());
  auto& metrics = service_->metrics();
  for (const auto& rule : clock_rules()) {
    const std::string name(rule.name);
    RESCUE_ASSIGN(const auto row, service_->database().read([&](store::Tx& tx) {
      return tx.find(
          "SELECT COUNT(CASE WHEN since_us IS NULL THEN 1 END), COUNT(since_us), "
          "COUNT(CASE WHEN due_us < ? THEN 1 END), MIN(CASE WHEN due_us >= ? THEN due_us END) "
          "FROM sla_clocks WHERE clock = ? AND stopped_us IS NULL",
          {now, now, name});
    }));
    const auto set = [&](const char* metric, const char* help, const telemetry::Labels& labels,
                         double value) { metrics.gauge(metric, help, labels).set(value); };
    const auto number = [&](std::size_t column) { return static_cast<double>(row->integer(column)); };
    constexpr auto kOpen = "rescue_sla_open";
    constexpr auto kOpenHelp = "Clocks of the service level that have not stopped.";
    set(kOpen, kOpenHelp, {{"clock", name}, {"state", "paused"}}, number(0));
    set(kOpen, kOpenHelp, {{"clock", name}, {"state", "running"}}, number(1));
    set("rescue_sla_breached", "Clocks that have not stopped and are past due.", {{"clock", name}},
        number(2));
    set("rescue_sla_next_due_timestamp_seconds", "When the next running clock is due; 0: none runs.",
        {{"clock", name}}, number(3) / 1e6);
  }
  return {};
}

}  // namespace rescue::workflow
