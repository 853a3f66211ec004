#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::incident {

/// Where a job stands.
enum class JobState {
  kQueued,  ///< waits in SQL, or was handed to the worker, which has not begun
  kLeased,  ///< a worker runs it and is heard
  kSucceeded,
  kDead,     ///< given up; a person decides
  kStopped,  ///< it changes its server and died over it; a person decides
  kCancelled,
};

/// What moves it.
enum class JobEvent { kStart, kSucceed, kRetry, kBury, kStop, kReturn, kRequeue, kCancel };

/// One legal step of a job.
struct JobEdge {
  JobState from;
  JobEvent event;
  JobState to;
  std::string_view actor;
  std::string_view when;
};

/// The whole table.
std::span<const JobEdge> job_edges();

/// The state that `event` leads to; kConflict ("job-not-dead" for a requeue, else "illegal-transition").
Result<JobState> next(JobState from, JobEvent event);

std::string_view to_string(JobState state);
std::string_view to_string(JobEvent event);
/// kInvalid lists the states there are.
Result<JobState> parse_job_state(std::string_view text);
std::vector<std::string> job_state_names();

/// The table and the picture (Mermaid), for docs/job-states.md.
std::string describe_job_states();

}  // namespace rescue::incident
