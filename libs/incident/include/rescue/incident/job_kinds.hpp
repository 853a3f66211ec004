#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/incident/state_machine.hpp"

namespace rescue::incident {

inline constexpr std::string_view kPrecheckJob = "precheck";
inline constexpr std::string_view kInvestigationJob = "investigation";
inline constexpr std::string_view kMailAbuseJob = "mail_abuse_response";
inline constexpr std::string_view kMailAbuseUndoJob = "mail_abuse_undo";
inline constexpr std::string_view kMailAbusePlanJob = "mail_abuse_plan";

/// A kind of job, as workflow hands it out and worker runs it.
struct JobKind {
  std::string_view name;
  std::string_view queue;  ///< what operators pause, and what is handed out at most so many at a time
  int priority = 0;        ///< 0 to 1000; the higher one goes first
  /// It changes the server it works on. It holds the lock at the target, and when it dies it waits for a
  /// person instead of being tried again.
  bool destructive = false;
  /// Where its incident has a use for it; elsewhere it is not requeued. Empty: an operator asked for it, and
  /// asks anew where it was given up.
  std::span<const State> wanted_in;
  /// Where its result changes the incident; nothing: it stands beside it.
  std::optional<State> awaited_in;
};

/// A table of kinds; the product's own unless a test brings another.
using JobKinds = std::span<const JobKind>;

/// Every kind there is.
JobKinds job_kinds();
/// Nothing for a name that `kinds` does not have.
const JobKind* find_job_kind(JobKinds kinds, std::string_view name);
/// Each queue once, in the order of the table.
std::vector<std::string> queue_names(JobKinds kinds);
bool is_wanted(const JobKind& kind, State incident);

/// The table, for docs/job-states.md.
std::string describe_job_kinds();

}  // namespace rescue::incident
