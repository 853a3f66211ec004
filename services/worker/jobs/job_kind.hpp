#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "../config.hpp"
#include "../evidence_store.hpp"
#include "../finding_counts.hpp"
#include "../journal.hpp"
#include "../sealed_access.hpp"
#include "../stop_signal.hpp"
#include "rescue/log/logger.hpp"

namespace rescue::worker {

class GuardedDisk;
struct JobSurroundings;
struct JobEnd;

/// How far a job is. The words are of a-z, 0-9 and '-', and outlive the call they are given to.
struct Progress {
  std::string_view phase;
  std::int64_t done = 0;
  std::optional<std::int64_t> total = {};
  std::string_view unit;
  std::optional<FindingCounts> findings = {};
};

/// One run of one job.
struct JobContext {
  const Attempt& attempt;
  EvidenceStore& evidence;
  const StopSignal& stop;
  const log::Logger& log;
  Json log_fields;
  std::chrono::milliseconds tick;  ///< how often `on_tick` must be called while the job runs
  std::function<void()> on_tick;
  /// Goes to workflow with the next tick, a new phase sooner.
  std::function<void(const Progress&)> report_progress;
  /// How to reach the running server; null: the job is for the mounted disk. Opened where it is needed.
  const SealedAccess* access = nullptr;
};

/// What a job that succeeded has to say: the document it stored, and its summary for workflow
/// (rescue/incident/messages.hpp, job.finished).
struct JobResult {
  std::string document_sha256;
  Json summary;
};

/// A kind of job: one file, and one line in job_kinds(). It has one of the three runs: a kind that changes
/// its server gets the server through the guard, and by no other way. `live` is for those that speak with a
/// responder on the running server; behind the guard there where they change something.
struct JobKind {
  std::string_view name;
  Result<JobResult> (*read)(const JobContext& context, const Config& config) = nullptr;
  Result<JobResult> (*change)(const JobContext& context, GuardedDisk& disk) = nullptr;
  JobEnd (*live)(const JobContext& context, const JobSurroundings& surroundings, Timestamp now) = nullptr;
};

using JobKinds = std::span<const JobKind>;
JobKinds job_kinds();
/// Nothing for a kind this worker does not know.
const JobKind* find_job_kind(JobKinds kinds, std::string_view name);

// The runs, each in its own file.
Result<JobResult> run_precheck(const JobContext& context, const Config& config);
Result<JobResult> run_investigation(const JobContext& context, const Config& config);
JobEnd run_mail_abuse_response(const JobContext& context, const JobSurroundings& surroundings, Timestamp now);
JobEnd run_mail_abuse_undo(const JobContext& context, const JobSurroundings& surroundings, Timestamp now);
JobEnd run_mail_abuse_plan(const JobContext& context, const JobSurroundings& surroundings, Timestamp now);

}  // namespace rescue::worker
