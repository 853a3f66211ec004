#include "sla_rules.hpp"

#include <algorithm>
#include <array>

namespace rescue::workflow {
namespace {

using incident::State;

bool before_confirmation(State state) {
  return state == State::kReported || state == State::kPrecheck;
}
bool ordered(State state) {
  return state == State::kOrdered || state == State::kScheduled;
}
bool given_up(const SlaMoment& at) {
  return incident::is_final(at.state);
}

bool waits(std::string_view waiting_for) {
  return !waiting_for.empty();
}
/// The work begins whether or not the hearing has been answered.
bool waits_for_more_than_the_hearing(std::string_view waiting_for) {
  return waits(waiting_for) && waiting_for != "hearing";
}

/// A customer or reporter has a first response when an operator takes the incident in hand, or is told at
/// once what was found.
bool is_new(const SlaMoment& at) {
  return at.state == State::kReported;
}
bool was_responded_to(const SlaMoment& at) {
  return at.by_operator || (!before_confirmation(at.state) && !given_up(at));
}
bool is_looked_at(const SlaMoment& at) {
  return before_confirmation(at.state);
}
bool was_looked_at(const SlaMoment& at) {
  return !before_confirmation(at.state) && !given_up(at);
}
bool is_to_begin(const SlaMoment& at) {
  return ordered(at.state);
}
bool has_begun(const SlaMoment& at) {
  return at.state == State::kWorking || at.state == State::kReporting;
}
bool is_worked_on(const SlaMoment& at) {
  return has_begun(at) && !at.reported;
}
bool was_reported(const SlaMoment& at) {
  return at.reported;
}

constexpr std::array kRules{
    ClockRule{"first_response", &SlaTargets::first_response, is_new, was_responded_to, waits, true},
    ClockRule{"precheck", &SlaTargets::precheck, is_looked_at, was_looked_at, waits},
    ClockRule{"start", &SlaTargets::start, is_to_begin, has_begun, waits_for_more_than_the_hearing},
    ClockRule{"report", &SlaTargets::report, is_worked_on, was_reported, waits},
};

bool is_the_customers(const SlaSegment& segment) {
  return !segment.waiting_for.empty() || segment.state == State::kSelfRemediation ||
         segment.state == State::kClosed;
}

}  // namespace

SlaTargets read_sla_targets(config::Source& source) {
  SlaTargets out;
  for (const auto& rule : kRules) {
    const auto key = "sla." + std::string(rule.name) + "_s";
    auto& target = out.*rule.target;
    target = source.seconds(key, target);
    if (target < std::chrono::seconds(1)) source.fault(key, "must be at least 1");
  }
  return out;
}

std::span<const ClockRule> clock_rules() {
  return kRules;
}

const ClockRule* find_clock_rule(std::string_view name) {
  for (const auto& rule : kRules) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

TimeSplit& TimeSplit::operator+=(const TimeSplit& other) {
  provider += other.provider;
  customer += other.customer;
  closed += other.closed;
  return *this;
}

TimeSplit split_time(const calendar::BusinessCalendar& calendar, const SlaSegment& segment) {
  TimeSplit out;
  const auto length = segment.to - segment.from;
  if (is_the_customers(segment)) {
    out.customer = length;
    return out;
  }
  out.provider = hours_for(calendar, segment.out_of_hours).between(segment.from, segment.to);
  out.closed = length - out.provider;
  return out;
}

std::vector<ClockStep> replay_clock(const calendar::BusinessCalendar& calendar, const ClockRule& rule,
                                    const ClockRun& run, const std::vector<SlaSegment>& segments) {
  const auto& hours = hours_for(calendar, run.out_of_hours);
  std::vector<ClockStep> out;
  for (const auto& segment : segments) {
    ClockStep step;
    step.from = std::max(run.from, segment.from);
    step.to = std::min(run.to, segment.to);
    if (step.to <= step.from) continue;
    if (rule.paused(segment.waiting_for)) step.waiting_for = segment.waiting_for;
    // Stretches that make no difference to this clock are one step of it.
    if (!out.empty() && out.back().to == step.from && out.back().waiting_for == step.waiting_for) {
      out.back().to = step.to;
    } else {
      out.push_back(std::move(step));
    }
  }
  for (auto& step : out) {
    if (step.waiting_for.empty()) step.used = hours.between(step.from, step.to, &step.days);
  }
  return out;
}

std::optional<Timestamp> used_up_at(const calendar::BusinessCalendar& calendar, const ClockRun& run,
                                    const std::vector<ClockStep>& steps, std::chrono::microseconds target) {
  for (const auto& step : steps) {
    if (step.used >= target) return hours_for(calendar, run.out_of_hours).add(step.from, target);
    target -= step.used;
  }
  return std::nullopt;
}

const calendar::BusinessCalendar& hours_for(const calendar::BusinessCalendar& calendar, bool out_of_hours) {
  static const calendar::BusinessCalendar always(
      {.hours = {.opens = std::chrono::minutes(0), .closes = std::chrono::hours(24), .every_day = true}});
  return out_of_hours ? always : calendar;
}

}  // namespace rescue::workflow
