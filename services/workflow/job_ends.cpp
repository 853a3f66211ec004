// What follows when an attempt does not succeed.
#include <algorithm>

#include "jobs.hpp"
#include "rescue/incident/job_failures.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::JobEvent;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kFirstPause{10};
constexpr seconds kLongestPause{600};

/// 10 s, 20 s, 40 s … at most 10 minutes, of which a random share between half and the whole is waited, so
/// that what failed together does not come back together.
milliseconds backoff_after(std::int64_t times, double share) {
  const auto doublings = std::clamp<std::int64_t>(times - 1, 0, 6);
  const milliseconds whole = std::min(kFirstPause * (1 << doublings), kLongestPause);
  const std::int64_t half = whole.count() / 2;
  return milliseconds(half + static_cast<std::int64_t>(share * static_cast<double>(half)));
}

// Why a job was given up, for its task: a name, and what to think of before it is requeued.
constexpr std::string_view kDestructive = "destructive", kKillsWorker = "kills-worker",
                           kTriedEnough = "tried-enough", kCannotPass = "cannot-pass",
                           kContractOver = "contract-over";

std::string advice(std::string_view why, bool asked_for) {
  if (asked_for) {
    return "An operator asked for it, and its access is deleted. Look at the failure, then ask for it anew "
           "instead "
           "of requeueing it.";
  }
  if (why == kDestructive) {
    return "It changes the server and may have done so in part. Look at the server before it is requeued.";
  }
  if (why == kKillsWorker) {
    return "The worker's process ended or went silent each time it ran. Find out why before it is requeued.";
  }
  if (why == kTriedEnough) return "It failed as often as allowed. Mend the cause, then requeue it.";
  if (why == kContractOver) {
    return "The directory of contracts does not name the incident's customer for this server any more. Find "
           "out whose it is; once it is theirs again, requeue the job, else end the incident.";
  }
  return "The same again would end the same. Mend the cause, then requeue it.";
}

}  // namespace

Status Jobs::end_attempt(store::Tx& tx, Job job, const Failure& failure) {
  const auto& rule =
      incident::failure_rule(failure.failure.value("problem", ""), failure.failure.value("code", "internal"));
  const auto* kind = incident::find_job_kind(options_.kinds, job.kind);
  ++(rule.died ? job.deaths : job.failures);
  RESCUE_TRY(tx.execute(
      "UPDATE jobs SET failures = ?, deaths = ?, failure = ?, lease_until_us = NULL WHERE job_id = ?",
      {job.failures, job.deaths, dump_json(failure.failure), job.id}));
  // A kind that we do not know any more may be one of those that change their target.
  if ((kind == nullptr || kind->destructive) && (rule.died || failure.begun)) {
    return give_up(tx, job, failure, kDestructive);
  }
  if (!rule.retry) return give_up(tx, job, failure, kCannotPass);
  if (job.deaths >= config_->job_deaths_max) return give_up(tx, job, failure, kKillsWorker);
  const std::int64_t failures_max = rule.failures_max == 0
                                        ? config_->job_attempts_max
                                        : std::min(rule.failures_max, config_->job_attempts_max);
  if (!rule.died && job.failures >= failures_max) return give_up(tx, job, failure, kTriedEnough);
  return retry(tx, job, failure.failure);
}

Status Jobs::retry(store::Tx& tx, Job& job, const Json& failure) {
  const auto pause = backoff_after(job.failures + job.deaths, options_.random());
  RESCUE_TRY(step(tx, job, JobEvent::kRetry));
  RESCUE_TRY(audit(tx, job, "job.retry", "system", failure.value("detail", "no reason given"),
                   {{"failure", failure}, {"pause_ms", pause.count()}}));
  RESCUE_TRY(tx.execute(
      "UPDATE jobs SET attempt = attempt + 1, not_before_us = ?, dispatched_us = NULL WHERE job_id = ?",
      {now_us() + microseconds(pause).count(), job.id}));
  return hand_out(tx, job.queue);
}

Status Jobs::give_up(store::Tx& tx, Job& job, const Failure& failure, std::string_view why) {
  RESCUE_TRY(bury(tx, job, failure, why));
  return hand_out(tx, job.queue);
}

Status Jobs::bury(store::Tx& tx, Job& job, const Failure& failure, std::string_view why) {
  const bool stopped = why == kDestructive;
  RESCUE_TRY(step(tx, job, stopped ? JobEvent::kStop : JobEvent::kBury));
  RESCUE_TRY(tx.execute("UPDATE jobs SET finished_us = ? WHERE job_id = ?", {now_us(), job.id}));
  RESCUE_TRY(audit(tx, job, stopped ? "job.stopped" : "job.dead", "system",
                   failure.failure.value("detail", "no reason given"),
                   {{"failure", failure.failure}, {"why", why}, {"progress", job.progress}}));
  RESCUE_TRY(forget_access(tx, job));
  // It may be silent and yet alive: it is told to end, beside the lock that refuses its next step.
  if (stopped) {
    RESCUE_TRY(tell_worker(tx, job, messages::kJobCancelled, service::trace_of(job.traceparent)));
  }
  return tasks_->open(tx, task_about(job),
                      {{"job_id", job.id},
                       {"kind", job.kind},
                       {"attempt", job.attempt},
                       {"why", why},
                       {"advice", advice(why, is_asked_for(job))},
                       {"failure", failure.failure},
                       {"failures", job.failures},
                       {"deaths", job.deaths},
                       {"progress", job.progress}});
}

/// Nothing connects to a server that is not, or no longer, the customer's. What the worker holds already it
/// gives back if it has not begun.
Status Jobs::keep_from(store::Tx& tx, Job job, const Standing& standing) {
  if (job.handed_out())
    return tell_worker(tx, job, messages::kJobRecalled, service::trace_of(job.traceparent));
  const Failure failure{{{"code", "forbidden"},
                         {"problem", "contract-over"},
                         {"detail", "nothing connects to the server: " + standing.why}},
                        false};
  RESCUE_TRY(
      tx.execute("UPDATE jobs SET failure = ? WHERE job_id = ?", {dump_json(failure.failure), job.id}));
  return bury(tx, job, failure, kContractOver);
}

/// A worker is silent only for as long as we could have heard it: what it said while Redis or this service
/// was away may still lie in the queue.
Status Jobs::end_leases(store::Tx& tx, const HearingSince& hearing_since) {
  const auto now = now_us();
  const auto since = hearing_since();
  if (!since || now - to_us(*since) < duration_cast<microseconds>(config_->job_lease).count()) return {};
  RESCUE_ASSIGN(
      const auto expired,
      tx.query(
          "SELECT job_id FROM jobs WHERE state = 'leased' AND lease_until_us < ? ORDER BY job_id LIMIT 100",
          {now}));
  for (const auto& row : expired) {
    RESCUE_ASSIGN(const auto job, load_for_change(tx, row.text(0)));
    if (!job || job->state != incident::JobState::kLeased || job->lease_until_us >= now) continue;
    RESCUE_TRY(end_attempt(tx, *job,
                           {{{"code", "timeout"},
                             {"problem", "lease-expired"},
                             {"detail", "the worker went silent while it held the job"}},
                            true}));
  }
  return {};
}

}  // namespace rescue::workflow
