// What the worker says about a job.
#include "jobs.hpp"

#include "rescue/base/broken_rule.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::JobEvent;
using incident::JobState;

std::int64_t us(std::chrono::seconds s) {
  return std::chrono::duration_cast<std::chrono::microseconds>(s).count();
}

std::string actor_of(const Message& message) {
  return "worker:" + message.body.value("worker", "");
}

}  // namespace

Result<std::optional<Job>> Jobs::current(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, load_for_change(tx, message.body.value("job_id", "")));
  if (!job) return fail(ErrorCode::kNotFound, "job-not-found", "a message about a job that does not exist");
  const auto attempt = message.body.value("attempt", std::int64_t{0});
  const bool wanted = job->state == JobState::kQueued || job->state == JobState::kLeased;
  if (wanted && (attempt == job->attempt || broken("number-of-the-attempt"))) return job;
  RESCUE_TRY(audit(tx, *job, "job.message_refused", "system", "it speaks of an attempt that is over",
                   {{"message", message.type},
                    {"message_attempt", attempt},
                    {"job_state", incident::to_string(job->state)}}));
  return std::optional<Job>();
}

Status Jobs::on_started(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  RESCUE_TRY(step(tx, *job, JobEvent::kStart));
  RESCUE_TRY(tx.execute("UPDATE jobs SET worker = ?, lease_until_us = ?, progress = NULL WHERE job_id = ?",
                        {message.body.value("worker", ""), now_us() + us(config_->job_lease), job->id}));
  RESCUE_TRY(audit(tx, *job, "job.started", actor_of(message), "took the job"));
  return reactions_.started(tx, *job, message);
}

Status Jobs::on_heartbeat(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  RESCUE_TRY(tx.execute("UPDATE jobs SET lease_until_us = ? WHERE job_id = ?",
                        {now_us() + us(config_->job_lease), job->id}));
  const auto progress = message.body.find("progress");
  if (progress == message.body.end() || progress->is_null()) return {};
  auto read = read_progress(*progress);
  if (!read) {
    service_->log().warn("job.bad_progress", {{"job_id", job->id}, {"detail", read.error().detail}});
    return {};
  }
  (*read)["at"] = format_rfc3339(service_->clock().now());
  RESCUE_TRY(tx.execute("UPDATE jobs SET progress = ? WHERE job_id = ?", {dump_json(*read), job->id}));
  return {};
}

Status Jobs::on_returned(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  const bool recalled = message.body.value("recalled", false);
  RESCUE_TRY(step(tx, *job, JobEvent::kReturn));
  RESCUE_TRY(audit(tx, *job, "job.returned", actor_of(message),
                   recalled ? "called back before it began" : "the worker stopped in good order"));
  if (!recalled) {
    RESCUE_TRY(tx.execute("UPDATE jobs SET dispatched_us = ?, lease_until_us = NULL WHERE job_id = ?",
                          {now_us(), job->id}));
    // While it ran, no pause held it back; now one may.
    RESCUE_ASSIGN(job, load(tx, job->id));
    if (job->paused.empty()) return {};
    return tell_worker(tx, *job, messages::kJobRecalled, service::trace_of(job->traceparent));
  }
  RESCUE_TRY(
      tx.execute("UPDATE jobs SET attempt = attempt + 1, dispatched_us = NULL, lease_until_us = NULL WHERE "
                 "job_id = ?",
                 {job->id}));
  return hand_out(tx, job->queue);
}

Status Jobs::on_finished(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  if (message.body.value("outcome", "") != "succeeded") {
    return end_attempt(tx, *job,
                       {message.body.value("failure", Json::object()), message.body.value("begun", true)});
  }
  job->document_sha256 = message.body.value("document_sha256", "");
  job->summary = message.body.value("summary", Json::object());
  RESCUE_TRY(step(tx, *job, JobEvent::kSucceed));
  RESCUE_TRY(
      tx.execute("UPDATE jobs SET document_sha256 = ?, summary = ?, lease_until_us = NULL, finished_us = ? "
                 "WHERE job_id = "
                 "?",
                 {job->document_sha256, dump_json(job->summary), now_us(), job->id}));
  RESCUE_TRY(audit(tx, *job, "job.succeeded", actor_of(message), "finished",
                   {{"document_sha256", job->document_sha256}, {"summary", job->summary}}));
  RESCUE_TRY(forget_access(tx, *job));
  RESCUE_TRY(tasks_->settle(tx, task_about(*job), "a later attempt succeeded", "system"));
  RESCUE_TRY(reactions_.succeeded(tx, *job, message));
  return hand_out(tx, job->queue);
}

}  // namespace rescue::workflow
