#pragma once

#include <functional>
#include <memory>

#include "../response/line_channel.hpp"
#include "job_kind.hpp"
#include "rescue/base/clock.hpp"
#include "rescue/fence/guard.hpp"

namespace rescue::worker {

/// What every job may use. Outlives the jobs.
struct JobSurroundings {
  const Config& config;
  EvidenceStore& evidence;
  JobKinds kinds = job_kinds();
  fence::Keys lock_keys = {};  ///< for the locks at the targets; the same in all workers
  std::string worker = {};     ///< this worker's name
  /// Starts rescue-responder for the attempt, in tests; empty: on its running server, as the attempt says it
  /// is reached.
  std::function<Result<std::unique_ptr<LineChannel>>(const JobContext& context)> open_responder = {};
};

/// How a run ended.
struct JobEnd {
  Result<JobResult> result;
  bool begun = false;  ///< it had begun to change its server
};

/// Runs a job to its end: one that reads with the settings, one that changes its server behind the lock. What
/// was changed and did not come to a good end stays locked, for the job's next attempt or for an operator's
/// decision. One of the three places where exceptions end: a bug in one job must not end the others.
/// kInvalid ("unknown-job-kind"), kInternal ("internal-error"), and the errors of the job.
JobEnd run_job(const JobContext& context, const JobSurroundings& surroundings, Timestamp now);

}  // namespace rescue::worker
