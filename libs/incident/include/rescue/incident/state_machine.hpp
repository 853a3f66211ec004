#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::incident {

/// Where an incident stands. Waiting for the customer is a flag beside it, not a state.
enum class State {
  kReported,
  kPrecheck,
  kConfirmed,
  kUnconfirmed,
  kAwaitingChoice,
  kSelfRemediation,
  kOrdered,
  kScheduled,
  kWorking,
  kReporting,
  kCompleted,
  kCancelled,
  kClosed,
  kMerged,  ///< its reports belong to another incident; what was told of it stays
};

/// What moves it.
enum class Event {
  kStartPrecheck,
  kConfirm,
  kUnconfirm,
  kOfferChoice,
  kChooseService,
  kChooseSelfRemediation,
  kAcceptOrder,
  kSchedule,
  kStartWork,
  kFinishWork,
  kRework,
  kDeliverReport,
  kCancel,
  kClose,
  kMerge,
  kUnmerge,
};

/// One legal step: who takes it and the requirement it comes from. What is not in the table is refused.
struct Edge {
  State from;
  Event event;
  State to;
  std::string_view actor;
  std::string_view rule;
};

/// The whole table, in the order of the work.
std::span<const Edge> edges();

/// The state that `event` leads to; kConflict ("illegal-transition") names the state and what is possible in
/// it.
Result<State> next(State from, Event event);

/// No step leaves it but a new choice after a closed self-remediation, and the undoing of a merge.
bool is_final(State state);

std::string_view to_string(State state);
std::string_view to_string(Event event);
/// kInvalid lists the states there are.
Result<State> parse_state(std::string_view text);
std::vector<std::string> state_names();

/// The table and the picture (Mermaid) of docs/state-machine.md.
std::string describe_markdown();

}  // namespace rescue::incident
