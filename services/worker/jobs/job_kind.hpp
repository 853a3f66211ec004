#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "../config.hpp"
#include "../evidence_store.hpp"
#include "../journal.hpp"
#include "../stop_signal.hpp"
#include "rescue/log/logger.hpp"

namespace rescue::worker {

/// What every job may use. Outlives the jobs.
struct JobSurroundings {
  const Config& config;
  EvidenceStore& evidence;
};

/// One run of one job.
struct JobContext {
  const Attempt& attempt;
  const JobSurroundings& surroundings;
  const StopSignal& stop;
  const log::Logger& log;
  Json log_fields;
  std::chrono::milliseconds tick;  ///< how often `on_tick` must be called while the job runs
  std::function<void()> on_tick;
};

/// What a job that succeeded has to say: the document it stored, and its summary for workflow
/// (rescue/incident/messages.hpp, job.finished).
struct JobResult {
  std::string document_sha256;
  Json summary;
};

/// A kind of job: one file, and one line in job_kinds().
struct JobKind {
  std::string_view name;
  Result<JobResult> (*run)(const JobContext& context);
};

const std::vector<JobKind>& job_kinds();
/// Nothing for a kind this worker does not know.
const JobKind* find_job_kind(std::string_view name);

// The runs, each in its own file.
Result<JobResult> run_precheck(const JobContext& context);
Result<JobResult> run_investigation(const JobContext& context);

}  // namespace rescue::worker
