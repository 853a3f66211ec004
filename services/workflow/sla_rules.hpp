#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/calendar/business_calendar.hpp"
#include "rescue/config/source.hpp"
#include "rescue/incident/state_machine.hpp"

namespace rescue::workflow {

/// How much business time each clock gives.
struct SlaTargets {
  std::chrono::seconds first_response{3600};
  std::chrono::seconds precheck{4 * 3600};
  std::chrono::seconds start{2 * 3600};
  std::chrono::seconds report{16 * 3600};
};
/// sla.first_response_s, sla.precheck_s, sla.start_s, sla.report_s: from one second on.
SlaTargets read_sla_targets(config::Source& source);

/// What the clocks look at.
struct SlaMoment {
  incident::State state = incident::State::kReported;
  std::string waiting_for;   ///< what the customer is waited for, or ""
  bool reported = false;     ///< the customer report exists
  bool by_operator = false;  ///< an operator takes this very step
};

/// One clock: it runs from a step of the incident to another, and stands while the customer is waited for. An
/// incident that comes back to the first step has another run of it. Pure.
struct ClockRule {
  std::string_view name;
  std::chrono::seconds SlaTargets::*target;
  bool (*begins)(const SlaMoment&);
  bool (*reached)(const SlaMoment&);
  bool (*paused)(std::string_view waiting_for);
  bool once = false;  ///< an incident has one run of it at most
};
/// first_response, precheck, start, report.
std::span<const ClockRule> clock_rules();
/// Nothing for a name that is not there.
const ClockRule* find_clock_rule(std::string_view name);

/// A stretch of an incident's life: who had it in hand. They follow one another without a gap; the last one
/// is open (`to` is then the present).
struct SlaSegment {
  std::int64_t number = 0;
  incident::State state = incident::State::kReported;
  std::string waiting_for;
  bool out_of_hours = false;  ///< work out of business hours was ordered
  Timestamp from, to;
  bool open = false;
};

/// The three parts of a stretch of time. Their sum is its length, always.
struct TimeSplit {
  std::chrono::microseconds provider{0}, customer{0}, closed{0};
  std::chrono::microseconds sum() const { return provider + customer + closed; }
  TimeSplit& operator+=(const TimeSplit& other);
};
/// All of it is the customer's while the customer is waited for, has taken the work upon itself, or lets a
/// closed incident lie that comes back later; what is left is closed time outside business hours, else the
/// provider's.
TimeSplit split_time(const calendar::BusinessCalendar& calendar, const SlaSegment& segment);

/// One run of a clock up to `to`, laid over the segments: each part that it ran through or stood in.
struct ClockStep {
  Timestamp from, to;
  std::string waiting_for;  ///< what it stood for, or ""
  std::chrono::microseconds used{0};
  calendar::Explanation days;
};
struct ClockRun {
  Timestamp from, to;
  bool out_of_hours = false;
};
std::vector<ClockStep> replay_clock(const calendar::BusinessCalendar& calendar, const ClockRule& rule,
                                    const ClockRun& run, const std::vector<SlaSegment>& segments);

/// When `target` of business time was used up in these steps; nothing while it is not.
std::optional<Timestamp> used_up_at(const calendar::BusinessCalendar& calendar, const ClockRun& run,
                                    const std::vector<ClockStep>& steps, std::chrono::microseconds target);

/// `calendar`, or one that never closes where work out of hours was ordered.
const calendar::BusinessCalendar& hours_for(const calendar::BusinessCalendar& calendar, bool out_of_hours);

}  // namespace rescue::workflow
