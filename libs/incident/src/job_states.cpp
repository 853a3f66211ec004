#include "rescue/incident/job_states.hpp"

#include <array>
#include <utility>

namespace rescue::incident {
namespace {

using enum JobState;
using enum JobEvent;

// An end may be heard of before the start: the message about the start may lie among the dead letters.
constexpr std::array kEdges{
    JobEdge{kQueued, kStart, kLeased, "worker", "a worker took it"},
    JobEdge{kLeased, kStart, kLeased, "worker", "it took up the same attempt again"},
    JobEdge{kLeased, kReturn, kQueued, "worker", "the worker stopped in good order, or gave it back"},
    JobEdge{kQueued, kReturn, kQueued, "worker", "its queue or incident was paused before a worker began"},
    JobEdge{kLeased, kSucceed, kSucceeded, "worker", "the result of the current attempt"},
    JobEdge{kQueued, kSucceed, kSucceeded, "worker", "the same, its start unheard"},
    JobEdge{kLeased, kRetry, kQueued, "system", "the attempt failed or died; it may go better next time"},
    JobEdge{kQueued, kRetry, kQueued, "system", "the same, its start unheard"},
    JobEdge{kLeased, kBury, kDead, "system",
            "it cannot go better, was tried often enough, or kills its worker"},
    JobEdge{kQueued, kBury, kDead, "system",
            "the same, its start unheard; or access leads to a server that is the customer's no more"},
    JobEdge{kLeased, kStop, kStopped, "system",
            "it changes its server and died, or failed when it had begun"},
    JobEdge{kQueued, kStop, kStopped, "system", "the same, its start unheard"},
    JobEdge{kDead, kRequeue, kQueued, "operator", "with a reason"},
    JobEdge{kStopped, kRequeue, kQueued, "operator", "with a reason"},
    JobEdge{kQueued, kCancel, kCancelled, "system", "its incident has no use for it any more"},
    JobEdge{kLeased, kCancel, kCancelled, "system", "its incident has no use for it any more"},
    JobEdge{kDead, kCancel, kCancelled, "system", "its incident has no use for it any more"},
    JobEdge{kStopped, kCancel, kCancelled, "system", "its incident has no use for it any more"},
};

constexpr std::array<std::pair<JobState, std::string_view>, 6> kStateNames{{
    {kQueued, "queued"},
    {kLeased, "leased"},
    {kSucceeded, "succeeded"},
    {kDead, "dead"},
    {kStopped, "stopped"},
    {kCancelled, "cancelled"},
}};

constexpr std::array<std::pair<JobEvent, std::string_view>, 8> kEventNames{{
    {kStart, "start"},
    {kSucceed, "succeed"},
    {kRetry, "retry"},
    {kBury, "bury"},
    {kStop, "stop"},
    {kReturn, "return"},
    {kRequeue, "requeue"},
    {kCancel, "cancel"},
}};

}  // namespace

std::span<const JobEdge> job_edges() {
  return kEdges;
}

Result<JobState> next(JobState from, JobEvent event) {
  for (const auto& edge : kEdges) {
    if (edge.from == from && edge.event == event) return edge.to;
  }
  if (event == kRequeue) {
    return fail(ErrorCode::kConflict, "job-not-dead",
                "only a job that was given up can be requeued; this one is " + std::string(to_string(from)));
  }
  return fail(
      ErrorCode::kConflict, "illegal-transition",
      std::string(to_string(event)) + " is not possible while the job is " + std::string(to_string(from)));
}

std::string_view to_string(JobState state) {
  for (const auto& [value, name] : kStateNames) {
    if (value == state) return name;
  }
  return "unknown";
}

std::string_view to_string(JobEvent event) {
  for (const auto& [value, name] : kEventNames) {
    if (value == event) return name;
  }
  return "unknown";
}

Result<JobState> parse_job_state(std::string_view text) {
  std::string list;
  for (const auto& [value, name] : kStateNames) {
    if (name == text) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorCode::kInvalid, "not-allowed-value", "must be one of: " + list);
}

std::vector<std::string> job_state_names() {
  std::vector<std::string> names;
  for (const auto& [value, name] : kStateNames) names.emplace_back(name);
  return names;
}

std::string describe_job_states() {
  std::string out = "```mermaid\nstateDiagram-v2\n    [*] --> queued\n";
  for (const auto& edge : kEdges) {
    out += "    " + std::string(to_string(edge.from)) + " --> " + std::string(to_string(edge.to)) + ": " +
           std::string(to_string(edge.event)) + "\n";
  }
  out += "    succeeded --> [*]\n    cancelled --> [*]\n```\n\n";
  out += "| from | event | to | who | when |\n|---|---|---|---|---|\n";
  for (const auto& edge : kEdges) {
    out += "| " + std::string(to_string(edge.from)) + " | " + std::string(to_string(edge.event)) + " | " +
           std::string(to_string(edge.to)) + " | " + std::string(edge.actor) + " | " +
           std::string(edge.when) + " |\n";
  }
  return out;
}

}  // namespace rescue::incident
