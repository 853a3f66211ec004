#include "rescue/incident/state_machine.hpp"

#include <array>
#include <utility>

#include "rescue/base/broken_rule.hpp"

namespace rescue::incident {
namespace {

using enum State;
using enum Event;

constexpr std::array kEdges{
    Edge{kReported, kStartPrecheck, kPrecheck, "system", "R25, R26"},
    Edge{kPrecheck, kConfirm, kConfirmed, "operator", "R27"},
    Edge{kPrecheck, kUnconfirm, kUnconfirmed, "operator", "R27"},
    Edge{kUnconfirmed, kStartPrecheck, kPrecheck, "operator, new report", "R26"},
    Edge{kUnconfirmed, kClose, kClosed, "operator", "R27"},
    Edge{kConfirmed, kOfferChoice, kAwaitingChoice, "system", "R28"},
    Edge{kAwaitingChoice, kChooseService, kAwaitingChoice, "customer", "R28"},
    Edge{kAwaitingChoice, kChooseSelfRemediation, kSelfRemediation, "customer", "R2, R28"},
    Edge{kAwaitingChoice, kAcceptOrder, kOrdered, "customer", "R29"},
    Edge{kAwaitingChoice, kClose, kClosed, "operator", "R28"},
    Edge{kSelfRemediation, kChooseService, kAwaitingChoice, "customer", "R29"},
    Edge{kSelfRemediation, kClose, kClosed, "operator", "R2"},
    Edge{kClosed, kChooseService, kAwaitingChoice, "customer", "R29"},
    Edge{kOrdered, kSchedule, kScheduled, "system", "R30"},
    Edge{kScheduled, kStartWork, kWorking, "worker", "R30"},
    Edge{kWorking, kFinishWork, kReporting, "worker", "R14, R31"},
    Edge{kReporting, kRework, kScheduled, "operator", "R14, R31"},
    Edge{kReporting, kDeliverReport, kCompleted, "customer, operator", "R31, R32"},
    Edge{kPrecheck, kCancel, kCancelled, "operator, customer", "R41"},
    Edge{kAwaitingChoice, kCancel, kCancelled, "operator, customer", "R41"},
    Edge{kScheduled, kCancel, kCancelled, "operator, customer", "R41"},
    Edge{kWorking, kCancel, kCancelled, "operator, customer", "R41"},
    Edge{kReported, kMerge, kMerged, "operator", "R42"},
    Edge{kPrecheck, kMerge, kMerged, "operator", "R42"},
    Edge{kUnconfirmed, kMerge, kMerged, "operator", "R42"},
    Edge{kAwaitingChoice, kMerge, kMerged, "operator", "R42"},
    Edge{kSelfRemediation, kMerge, kMerged, "operator", "R42"},
    Edge{kMerged, kUnmerge, kReported, "operator", "R42"},
};

constexpr std::array<std::pair<State, std::string_view>, 14> kStateNames{{
    {kReported, "reported"},
    {kPrecheck, "precheck"},
    {kConfirmed, "confirmed"},
    {kUnconfirmed, "unconfirmed"},
    {kAwaitingChoice, "awaiting_choice"},
    {kSelfRemediation, "self_remediation"},
    {kOrdered, "ordered"},
    {kScheduled, "scheduled"},
    {kWorking, "working"},
    {kReporting, "reporting"},
    {kCompleted, "completed"},
    {kCancelled, "cancelled"},
    {kClosed, "closed"},
    {kMerged, "merged"},
}};

constexpr std::array<std::pair<Event, std::string_view>, 16> kEventNames{{
    {kStartPrecheck, "start_precheck"},
    {kConfirm, "confirm"},
    {kUnconfirm, "unconfirm"},
    {kOfferChoice, "offer_choice"},
    {kChooseService, "choose_service"},
    {kChooseSelfRemediation, "choose_self_remediation"},
    {kAcceptOrder, "accept_order"},
    {kSchedule, "schedule"},
    {kStartWork, "start_work"},
    {kFinishWork, "finish_work"},
    {kRework, "rework"},
    {kDeliverReport, "deliver_report"},
    {kCancel, "cancel"},
    {kClose, "close"},
    {kMerge, "merge"},
    {kUnmerge, "unmerge"},
}};

std::string possible_in(State state) {
  std::string list;
  for (const auto& edge : kEdges) {
    if (edge.from == state) list += (list.empty() ? "" : ", ") + std::string(to_string(edge.event));
  }
  return list.empty() ? "nothing" : list;
}

}  // namespace

std::span<const Edge> edges() {
  return kEdges;
}

Result<State> next(State from, Event event) {
  for (const auto& edge : kEdges) {
    if (edge.from == from && edge.event == event) return edge.to;
  }
  if (from == kCompleted && broken("completed-is-final")) return next(kReporting, event);
  return fail(ErrorCode::kConflict, "illegal-transition",
              std::string(to_string(event)) + " is not possible while the incident is " +
                  std::string(to_string(from)) + "; possible: " + possible_in(from));
}

bool is_final(State state) {
  return state == kCompleted || state == kCancelled || state == kClosed || state == kMerged;
}

std::string_view to_string(State state) {
  for (const auto& [value, name] : kStateNames) {
    if (value == state) return name;
  }
  return "unknown";
}

std::string_view to_string(Event event) {
  for (const auto& [value, name] : kEventNames) {
    if (value == event) return name;
  }
  return "unknown";
}

Result<State> parse_state(std::string_view text) {
  std::string list;
  for (const auto& [value, name] : kStateNames) {
    if (name == text) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorCode::kInvalid, "not-allowed-value", "must be one of: " + list);
}

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (const auto& [value, name] : kStateNames) names.emplace_back(name);
  return names;
}

std::string describe_markdown() {
  std::string out = "```mermaid\nstateDiagram-v2\n    [*] --> reported\n";
  for (const auto& edge : kEdges) {
    out += "    " + std::string(to_string(edge.from)) + " --> " + std::string(to_string(edge.to)) + ": " +
           std::string(to_string(edge.event)) + "\n";
  }
  out += "    completed --> [*]\n    cancelled --> [*]\n    closed --> [*]\n    merged --> [*]\n```\n\n";
  out += "| from | event | to | who | requirement |\n|---|---|---|---|---|\n";
  for (const auto& edge : kEdges) {
    out += "| " + std::string(to_string(edge.from)) + " | " + std::string(to_string(edge.event)) + " | " +
           std::string(to_string(edge.to)) + " | " + std::string(edge.actor) + " | " +
           std::string(edge.rule) + " |\n";
  }
  return out;
}

}  // namespace rescue::incident
