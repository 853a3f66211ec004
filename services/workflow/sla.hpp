#pragma once

#include <optional>
#include <string>
#include <vector>

#include "business_days.hpp"
#include "incidents.hpp"
#include "sla_rules.hpp"

namespace rescue::workflow {

/// The clocks of the service level: what they measure is written in the transaction that changes the
/// incident, so that nothing is lost and nothing counted twice. Two tables: the stretches of an incident's
/// life (who had it in hand), and the runs of its clocks. Thread-safe.
class Sla {
 public:
  Sla(service::Service& service, const BusinessDays& days, const SlaTargets& targets);

  /// A new incident: its time runs from the notice on.
  Status begin(store::Tx& tx, const Incident& incident);
  /// The incident has changed as `incident` says. `by_operator`: an operator took the step.
  Status follow(store::Tx& tx, const Incident& incident, bool by_operator);

  /// What GET /v1/incidents/{id}/sla answers.
  Result<Json> view(store::Tx& tx, const Incident& incident) const;
  /// What is used and when it is due, anew, for every clock that has not stopped: after the calendar changed.
  Status reckon_again();
  /// Gauges of what is open: how many, how many past due, when the next is due.
  Status set_gauges() const;

  /// One run of a clock, as stored.
  struct Clock {
    std::string name;
    std::int64_t run = 1;
    std::string state;  ///< running, paused, met, missed, dropped
    bool out_of_hours = false;
    std::chrono::microseconds target{0};
    std::chrono::microseconds used{0};  ///< until `since`, or until it stopped
    Timestamp started;
    std::optional<Timestamp> since;  ///< counts from then on; nothing while it stands
    std::optional<Timestamp> due, stopped;
  };

 private:
  struct Order {
    Timestamp begins;
    bool out_of_hours = false;
  };
  struct Step {
    const Incident& incident;
    SlaMoment moment;
    Timestamp at;
    Order order;
  };
  Result<Order> order_of(store::Tx& tx, const Incident& incident, Timestamp now) const;
  Status move_segment(store::Tx& tx, Step& step) const;
  Status insert_segment(store::Tx& tx, const Step& step, std::int64_t number) const;
  Status begin_clock(store::Tx& tx, const Step& step, const ClockRule& rule, std::int64_t run);
  Status move_clock(store::Tx& tx, const Step& step, const ClockRule& rule, Clock clock);
  void stop_clock(store::Tx& tx, Clock& clock, bool reached, Timestamp at) const;
  void pause_clock(Clock& clock, Timestamp at) const;
  void run_clock(Clock& clock, Timestamp at) const;
  Result<std::vector<Clock>> clocks(store::Tx& tx, const std::string& incident_id, bool open_only) const;
  Result<std::vector<SlaSegment>> segments(store::Tx& tx, const std::string& incident_id, Timestamp from,
                                           Timestamp now) const;
  Status save(store::Tx& tx, const std::string& incident_id, const Clock& clock) const;
  Status reckon(store::Tx& tx, const std::string& incident_id, Clock clock) const;
  Result<Json> time_view(store::Tx& tx, const Incident& incident, Timestamp now) const;
  Json clock_view(const Clock& clock, const std::vector<SlaSegment>& segments, Timestamp now) const;

  service::Service* service_;
  const BusinessDays* days_;
  SlaTargets targets_;
};

}  // namespace rescue::workflow
