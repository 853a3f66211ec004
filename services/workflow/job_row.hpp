#pragma once

#include <string>
#include <string_view>

#include "rescue/base/json.hpp"
#include "rescue/incident/job_states.hpp"
#include "rescue/store/database.hpp"

namespace rescue::workflow {

/// One row of `jobs`: the truth about a piece of work; Redis only carries the call to do it.
struct Job {
  std::string id, incident_id, kind, queue;
  incident::JobState state = incident::JobState::kQueued;
  std::int64_t attempt = 0, priority = 0;
  std::int64_t failures = 0, deaths = 0;  ///< since it was queued by a person or an order
  bool take_over = false;                 ///< an operator: another job's lock at the target counts no more
  std::int64_t not_before_us = 0, dispatched_us = 0, lease_until_us = 0;
  std::string worker;
  std::string document_sha256;
  Json summary, failure, progress;
  Json instructions;  ///< what is asked of it beside its kind; null: nothing
  std::string traceparent;
  std::int64_t created_us = 0, finished_us = 0;
  std::string paused;  ///< what holds it back: "queue", "incident" or nothing

  /// Handed to the worker, which has not said that it began.
  bool handed_out() const { return state == incident::JobState::kQueued && dispatched_us != 0; }
};

/// Reads what `job_from_row` takes; goes on with WHERE.
extern const std::string kSelectJob;
Result<Job> job_from_row(const store::Row& row);
Result<std::vector<Job>> jobs_from_rows(const std::vector<store::Row>& rows);
Json to_json(const Job& job);

/// The progress in a heartbeat, held to what pages and lists can bear: {phase, done, total|null, unit,
/// rate_per_s?, left_s?, findings?: {critical, high, medium, low, info}}. kInvalid otherwise.
Result<Json> read_progress(const Json& progress);

}  // namespace rescue::workflow
