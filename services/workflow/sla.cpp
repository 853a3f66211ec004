// What the clocks do when an incident changes.
#include "sla.hpp"

#include <algorithm>

namespace rescue::workflow {
namespace {

using std::chrono::microseconds;

std::int64_t us(microseconds time) {
  return time.count();
}

store::Value optional_us(const std::optional<Timestamp>& t) {
  if (!t) return std::monostate{};
  return to_us(*t);
}

SlaMoment moment_of(const Incident& incident, bool by_operator) {
  return {incident.state, incident.waiting_for.value_or(""), incident.report_sha256.has_value(), by_operator};
}

bool is_under_order(incident::State state) {
  using enum incident::State;
  return state == kOrdered || state == kScheduled || state == kWorking || state == kReporting;
}

telemetry::Counter counter(service::Service& service, const std::string& clock, const std::string& outcome) {
  return service.metrics().counter("rescue_sla_total",
                                   "Runs of the service level's clocks that are over, by outcome.",
                                   {{"clock", clock}, {"outcome", outcome}});
}

void count(service::Service& service, const Sla::Clock& clock) {
  counter(service, clock.name, clock.state).add();
  if (clock.state == "dropped") return;
  service.metrics()
      .histogram(
          "rescue_sla_used_seconds", "Business time that a clock's run took.", {{"clock", clock.name}},
          {300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600, 24 * 3600, 40 * 3600, 80 * 3600})
      .observe(static_cast<double>(clock.used.count()) / 1e6);
}

}  // namespace

Sla::Sla(service::Service& service, const BusinessDays& days, const SlaTargets& targets)
    : service_(&service), days_(&days), targets_(targets) {
  // From the start on, so that the first miss is seen as a rise.
  for (const auto& rule : clock_rules()) {
    for (const auto* outcome : {"met", "missed", "dropped"})
      counter(service, std::string(rule.name), outcome);
  }
}

Status Sla::begin(store::Tx& tx, const Incident& incident) {
  const auto opened = from_us(incident.opened_us);
  const Step step{incident, moment_of(incident, false), opened, {opened, false}};
  RESCUE_TRY(insert_segment(tx, step, 1));
  for (const auto& rule : clock_rules()) {
    if (rule.begins(step.moment)) RESCUE_TRY(begin_clock(tx, step, rule, 1));
  }
  return {};
}

Status Sla::follow(store::Tx& tx, const Incident& incident, bool by_operator) {
  Step step{incident, moment_of(incident, by_operator), service_->clock().now(), {}};
  RESCUE_TRY(move_segment(tx, step));
  RESCUE_ASSIGN(const auto open, clocks(tx, incident.id, true));
  for (const auto& rule : clock_rules()) {
    const auto run =
        std::find_if(open.begin(), open.end(), [&](const Clock& clock) { return clock.name == rule.name; });
    if (run != open.end()) {
      RESCUE_TRY(move_clock(tx, step, rule, *run));
    } else if (rule.begins(step.moment) && !rule.reached(step.moment)) {
      RESCUE_ASSIGN(const auto row, tx.find("SELECT COALESCE(MAX(run), 0) FROM sla_clocks WHERE "
                                            "incident_id = ? AND clock = ?",
                                            {incident.id, std::string(rule.name)}));
      if (rule.once && row->integer(0) > 0) continue;
      RESCUE_TRY(begin_clock(tx, step, rule, row->integer(0) + 1));
    }
  }
  return {};
}

/// When the latest accepted order's work was promised to begin; now, where there is none.
Result<Sla::Order> Sla::order_of(store::Tx& tx, const Incident& incident, Timestamp now) const {
  if (!is_under_order(incident.state)) return Order{now, false};
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT begins_us, out_of_hours FROM orders WHERE incident_id = ? AND "
                        "state = 'accepted' ORDER BY order_id DESC LIMIT 1",
                        {incident.id}));
  if (!row) return Order{now, false};
  return Order{std::max(now, from_us(row->integer(0))), row->integer(1) != 0};
}

/// Ends the stretch that is open and begins another, unless nothing changed in it. The step's time is never
/// before the stretch: clocks of several replicas may differ.
Status Sla::move_segment(store::Tx& tx, Step& step) const {
  const auto& id = step.incident.id;
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT number, state, waiting_for, out_of_hours, from_us FROM sla_segments WHERE "
                        "incident_id = ? ORDER BY number DESC LIMIT 1",
                        {id}));
  const auto begin = row ? from_us(row->integer(4)) : step.at;
  step.at = std::max(step.at, begin);
  RESCUE_ASSIGN(step.order, order_of(tx, step.incident, step.at));
  const std::string state(incident::to_string(step.moment.state));
  if (row && row->text(1) == state && row->text(2) == step.moment.waiting_for &&
      (row->integer(3) != 0) == step.order.out_of_hours) {
    return {};
  }
  if (row) {
    SlaSegment over{row->integer(0),
                    incident::parse_state(row->text(1)).value_or(step.moment.state),
                    row->text(2),
                    row->integer(3) != 0,
                    begin,
                    step.at,
                    false};
    const auto split = split_time(*days_->current(), over);
    RESCUE_TRY(tx.execute(
        "UPDATE sla_segments SET to_us = ?, provider_us = ?, customer_us = ?, closed_us = ? "
        "WHERE incident_id = ? AND number = ?",
        {to_us(step.at), us(split.provider), us(split.customer), us(split.closed), id, over.number}));
  }
  return insert_segment(tx, step, row ? row->integer(0) + 1 : 1);
}

Status Sla::insert_segment(store::Tx& tx, const Step& step, std::int64_t number) const {
  RESCUE_TRY(
      tx.execute("INSERT INTO sla_segments (incident_id, number, state, waiting_for, out_of_hours, "
                 "from_us) VALUES (?,?,?,?,?,?)",
                 {step.incident.id, number, std::string(incident::to_string(step.moment.state)),
                  step.moment.waiting_for, std::int64_t{step.order.out_of_hours}, to_us(step.at)}));
  return {};
}

Status Sla::begin_clock(store::Tx& tx, const Step& step, const ClockRule& rule, std::int64_t run) {
  Clock clock;
  clock.name = rule.name;
  clock.run = run;
  clock.out_of_hours = step.order.out_of_hours;
  clock.target = targets_.*rule.target;
  clock.started = step.order.begins;  // R11: what waits for the opening is not late before it
  clock.state = "paused";
  if (!rule.paused(step.moment.waiting_for)) run_clock(clock, clock.started);
  RESCUE_TRY(
      tx.execute("INSERT INTO sla_clocks (incident_id, clock, run, state, out_of_hours, target_us, "
                 "used_us, started_us, since_us, due_us) VALUES (?,?,?,?,?,?,0,?,?,?)",
                 {step.incident.id, clock.name, clock.run, clock.state, std::int64_t{clock.out_of_hours},
                  us(clock.target), to_us(clock.started), optional_us(clock.since), optional_us(clock.due)}));
  return {};
}

Status Sla::move_clock(store::Tx& tx, const Step& step, const ClockRule& rule, Clock clock) {
  const bool reached = rule.reached(step.moment);
  const bool paused = rule.paused(step.moment.waiting_for);
  if (reached || incident::is_final(step.moment.state)) {
    stop_clock(tx, clock, reached, step.at);
  } else if (paused && clock.since) {
    pause_clock(clock, step.at);
  } else if (!paused && !clock.since) {
    run_clock(clock, std::max(clock.started, step.at));
  } else {
    return {};
  }
  return save(tx, step.incident.id, clock);
}

void Sla::pause_clock(Clock& clock, Timestamp at) const {
  const auto calendar = days_->current();
  clock.used += hours_for(*calendar, clock.out_of_hours).between(*clock.since, at);
  clock.since.reset();
  clock.state = "paused";
  // One that is late stays so while it stands.
  if (clock.used <= clock.target) clock.due.reset();
}

void Sla::run_clock(Clock& clock, Timestamp at) const {
  const auto calendar = days_->current();
  clock.since = at;
  clock.state = "running";
  if (clock.used > clock.target && clock.due) return;
  clock.due = hours_for(*calendar, clock.out_of_hours).add(at, clock.target - clock.used);
}

void Sla::stop_clock(store::Tx& tx, Clock& clock, bool reached, Timestamp at) const {
  if (clock.since) pause_clock(clock, at);
  clock.stopped = std::max(clock.started, at);
  clock.due.reset();
  const bool late = clock.used > clock.target;
  // An incident that is given up in time owes nothing more; one that was late already, was late.
  clock.state = late ? "missed" : reached ? "met" : "dropped";
  tx.after_commit([service = service_, clock] { count(*service, clock); });
}

Status Sla::save(store::Tx& tx, const std::string& incident_id, const Clock& clock) const {
  RESCUE_TRY(
      tx.execute("UPDATE sla_clocks SET state = ?, used_us = ?, since_us = ?, due_us = ?, stopped_us = ? "
                 "WHERE incident_id = ? AND clock = ? AND run = ?",
                 {clock.state, us(clock.used), optional_us(clock.since), optional_us(clock.due),
                  optional_us(clock.stopped), incident_id, clock.name, clock.run}));
  return {};
}

}  // namespace rescue::workflow
