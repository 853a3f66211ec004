#include "jobs.hpp"

#include <algorithm>

#include "rescue/incident/messages.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::seconds;
namespace messages = incident::messages;

constexpr std::string_view kSelect =
    "SELECT job_id, incident_id, kind, state, attempt, not_before_us, dispatched_us, lease_until_us, worker, "
    "document_sha256, summary, failure, traceparent, created_us, finished_us FROM jobs ";

Json json_or_null(const store::Row& row, std::size_t column) {
  return row.is_null(column) ? Json() : parse_json(row.text(column)).value_or(Json());
}

Job from_row(const store::Row& row) {
  Job job;
  job.id = row.text(0);
  job.incident_id = row.text(1);
  job.kind = row.text(2);
  job.state = row.text(3);
  job.attempt = row.integer(4);
  job.not_before_us = row.integer(5);
  job.dispatched_us = row.integer(6);
  job.lease_until_us = row.integer(7);
  job.worker = row.text(8);
  job.document_sha256 = row.text(9);
  job.summary = json_or_null(row, 10);
  job.failure = json_or_null(row, 11);
  job.traceparent = row.text(12);
  job.created_us = row.integer(13);
  job.finished_us = row.integer(14);
  return job;
}

std::int64_t us(seconds s) {
  return duration_cast<microseconds>(s).count();
}

/// 10 s, 20 s, 40 s … at most 10 minutes, before the given attempt.
seconds backoff_before(std::int64_t attempt) {
  const auto doublings = std::clamp<std::int64_t>(attempt - 2, 0, 6);
  return std::min(seconds(10 << doublings), seconds(600));
}

/// What waits for a person when this job is dead.
Tasks::About dead_task(const Job& job) {
  return {job.incident_id, "job_dead", job.id};
}

bool may_retry(const Json& failure) {
  const std::string code = failure.value("code", "internal");
  return code == to_string(ErrorCode::kUnavailable) || code == to_string(ErrorCode::kTimeout);
}

}  // namespace

Jobs::Jobs(service::Service& service, const Config& config, Tasks& tasks, Reactions reactions)
    : service_(&service), config_(&config), tasks_(&tasks), reactions_(std::move(reactions)) {}

Status Jobs::audit(store::Tx& tx, const Job& job, const std::string& action, const std::string& actor,
                   const std::string& reason, const Json& details) {
  store::AuditRow row;
  row.at_us = to_us(service_->clock().now());
  row.incident_id = job.incident_id;
  row.actor = actor;
  row.action = action;
  row.reason = reason;
  row.details = details;
  row.details["job_id"] = job.id;
  row.details["kind"] = job.kind;
  row.details["attempt"] = job.attempt;
  return store::Audit::append(tx, row);
}

Status Jobs::dispatch(store::Tx& tx, const Incident& incident, const std::string& kind, const Trace& trace) {
  const auto now = service_->clock().now();
  Job job;
  job.id = JobId::make(now).str();
  job.incident_id = incident.id;
  job.kind = kind;
  job.attempt = 1;
  job.traceparent = trace.traceparent();
  job.created_us = to_us(now);
  RESCUE_TRY(tx.execute(
      "INSERT INTO jobs (job_id, incident_id, kind, state, attempt, not_before_us, traceparent, created_us) "
      "VALUES (?,?,?,'queued',1,?,?,?)",
      {job.id, job.incident_id, job.kind, job.created_us, job.traceparent, job.created_us}));
  RESCUE_TRY(audit(tx, job, "job.queued", "system", "work item " + kind));
  return send_attempt(tx, job);
}

Status Jobs::send_attempt(store::Tx& tx, const Job& job) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT server_id FROM incidents WHERE incident_id = ?", {job.incident_id}));
  if (!row) return fail(ErrorCode::kCorrupt, "internal-error", "a job without its incident");
  RESCUE_TRY(tx.execute("UPDATE jobs SET dispatched_us = ? WHERE job_id = ?",
                        {to_us(service_->clock().now()), job.id}));
  return service_->send(tx, "worker", std::string(messages::kJobDispatched), job.incident_id,
                        {{"job_id", job.id},
                         {"kind", job.kind},
                         {"attempt", job.attempt},
                         {"server_id", row->text(0)},
                         {"lease_s", config_->job_lease.count()}},
                        service::trace_of(job.traceparent));
}

Status Jobs::cancel_all(store::Tx& tx, const Incident& incident, const Trace& trace) {
  RESCUE_ASSIGN(const auto rows, tx.query(std::string(kSelect) +
                                              "WHERE incident_id = ? AND state IN ('queued','leased','dead')",
                                          {incident.id}));
  for (const auto& row : rows) {
    const Job job = from_row(row);
    RESCUE_TRY(tx.execute("UPDATE jobs SET state = 'cancelled', finished_us = ? WHERE job_id = ?",
                          {to_us(service_->clock().now()), job.id}));
    RESCUE_TRY(audit(tx, job, "job.cancelled", "system", "it is wanted no more"));
    RESCUE_TRY(service_->send(tx, "worker", std::string(messages::kJobCancelled), incident.id,
                              {{"job_id", job.id}}, trace));
  }
  return {};
}

Result<std::optional<Job>> Jobs::load(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto row, tx.find(std::string(kSelect) + "WHERE job_id = ?", {id}));
  if (!row) return std::optional<Job>();
  return std::optional<Job>(from_row(*row));
}

Result<std::optional<Job>> Jobs::current(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, load(tx, message.body.value("job_id", "")));
  if (!job) return fail(ErrorCode::kNotFound, "job-not-found", "a message about a job that does not exist");
  const auto attempt = message.body.value("attempt", std::int64_t{0});
  const bool wanted = job->state == "queued" || job->state == "leased";
  if (wanted && attempt == job->attempt) return job;
  RESCUE_TRY(audit(tx, *job, "job.message_refused", "system", "it speaks of an attempt that is over",
                   {{"message", message.type}, {"message_attempt", attempt}, {"job_state", job->state}}));
  return std::optional<Job>();
}

Status Jobs::on_started(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  const std::string worker = message.body.value("worker", "");
  RESCUE_TRY(tx.execute("UPDATE jobs SET state = 'leased', worker = ?, lease_until_us = ? WHERE job_id = ?",
                        {worker, to_us(service_->clock().now()) + us(config_->job_lease), job->id}));
  RESCUE_TRY(audit(tx, *job, "job.started", "worker:" + worker, "took the job"));
  return reactions_.started(tx, *job, message);
}

Status Jobs::on_heartbeat(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  RESCUE_TRY(tx.execute("UPDATE jobs SET lease_until_us = ? WHERE job_id = ?",
                        {to_us(service_->clock().now()) + us(config_->job_lease), job->id}));
  return {};
}

Status Jobs::on_finished(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(auto job, current(tx, message));
  if (!job) return {};
  if (message.body.value("outcome", "") != "succeeded") {
    const Json failure = message.body.value("failure", Json::object());
    return retry_or_bury(tx, *job, failure, may_retry(failure));
  }
  job->document_sha256 = message.body.value("document_sha256", "");
  job->summary = message.body.value("summary", Json::object());
  job->state = "succeeded";
  RESCUE_TRY(
      tx.execute("UPDATE jobs SET state = 'succeeded', document_sha256 = ?, summary = ?, lease_until_us = "
                 "NULL, finished_us = ? "
                 "WHERE job_id = ?",
                 {job->document_sha256, dump_json(job->summary), to_us(service_->clock().now()), job->id}));
  RESCUE_TRY(audit(tx, *job, "job.succeeded", "worker:" + message.body.value("worker", ""), "finished",
                   {{"document_sha256", job->document_sha256}, {"summary", job->summary}}));
  RESCUE_TRY(tasks_->settle(tx, dead_task(*job), "a later attempt succeeded", "system"));
  return reactions_.succeeded(tx, *job, message);
}

Status Jobs::retry_or_bury(store::Tx& tx, Job job, const Json& failure, bool retry) {
  const auto now_us = to_us(service_->clock().now());
  const std::string detail = failure.value("detail", "no reason given");
  if (retry && job.attempt < config_->job_attempts_max) {
    const auto pause = backoff_before(job.attempt + 1);
    RESCUE_TRY(
        audit(tx, job, "job.retry", "system", detail, {{"failure", failure}, {"pause_s", pause.count()}}));
    RESCUE_TRY(tx.execute(
        "UPDATE jobs SET state = 'queued', attempt = attempt + 1, not_before_us = ?, dispatched_us = NULL, "
        "lease_until_us = NULL, failure = ? WHERE job_id = ?",
        {now_us + us(pause), dump_json(failure), job.id}));
    return {};
  }
  RESCUE_TRY(tx.execute(
      "UPDATE jobs SET state = 'dead', lease_until_us = NULL, failure = ?, finished_us = ? WHERE job_id = ?",
      {dump_json(failure), now_us, job.id}));
  RESCUE_TRY(audit(tx, job, "job.dead", "system", detail, {{"failure", failure}}));
  return tasks_->open(tx, dead_task(job), {{"job_id", job.id}, {"kind", job.kind}, {"failure", failure}});
}

/// A worker is silent only for as long as we could have heard it: what it said while Redis or this service
/// was away may still lie in the queue.
Status Jobs::end_leases(store::Tx& tx, Timestamp hearing_since) {
  const auto now_us = to_us(service_->clock().now());
  if (now_us - to_us(hearing_since) < us(config_->job_lease)) return {};
  RESCUE_ASSIGN(const auto expired,
                tx.query(std::string(kSelect) +
                             "WHERE state = 'leased' AND lease_until_us < ? ORDER BY job_id LIMIT 100",
                         {now_us}));
  for (const auto& row : expired) {
    RESCUE_TRY(retry_or_bury(tx, from_row(row),
                             {{"code", "timeout"},
                              {"problem", "lease-expired"},
                              {"detail", "the worker went silent while it held the job"}},
                             true));
  }
  return {};
}

Status Jobs::sweep(std::optional<Timestamp> hearing_since) {
  return service_->database().write([&](store::Tx& tx) -> Status {
    const auto now_us = to_us(service_->clock().now());
    if (hearing_since) RESCUE_TRY(end_leases(tx, *hearing_since));
    RESCUE_ASSIGN(
        const auto due,
        tx.query(std::string(kSelect) +
                     "WHERE state = 'queued' AND ((dispatched_us IS NULL AND not_before_us <= ?) OR "
                     "(dispatched_us < ? AND ? - dispatched_us > dispatched_us - created_us)) "
                     "ORDER BY job_id LIMIT 100",
                 {now_us, now_us - us(config_->redispatch_after), now_us}));
    // Each wait is twice as long as all before it, so that a long outage does not fill the queue with
    // repeats.
    for (const auto& row : due) RESCUE_TRY(send_attempt(tx, from_row(row)));
    return {};
  });
}

Result<Job> Jobs::requeue(store::Tx& tx, const std::string& id, const std::string& reason,
                          const std::string& actor) {
  RESCUE_ASSIGN(auto job, load(tx, id));
  if (!job) return fail(ErrorCode::kNotFound, "job-not-found", "there is no job with this id");
  if (job->state != "dead") {
    return fail(ErrorCode::kConflict, "job-not-dead",
                "only a dead job can be requeued; this one is " + job->state);
  }
  RESCUE_ASSIGN(const auto incident,
                tx.find("SELECT state FROM incidents WHERE incident_id = ?", {job->incident_id}));
  const std::string state = incident ? incident->text(0) : "gone";
  const bool wanted =
      job->kind == "precheck" ? state == "precheck" : state == "working" || state == "scheduled";
  if (!wanted) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "its incident is " + state + " and waits for no " + job->kind);
  }
  RESCUE_TRY(
      tx.execute("UPDATE jobs SET state = 'queued', attempt = attempt + 1, not_before_us = ?, dispatched_us "
                 "= NULL, finished_us = NULL "
                 "WHERE job_id = ?",
                 {to_us(service_->clock().now()), id}));
  ++job->attempt;
  job->state = "queued";
  RESCUE_TRY(audit(tx, *job, "job.requeued", actor, reason));
  RESCUE_TRY(tasks_->settle(tx, dead_task(*job), "requeued", actor));
  RESCUE_TRY(send_attempt(tx, *job));
  return *job;
}

Result<std::vector<Job>> Jobs::list(store::Tx& tx, const std::string& state, const std::string& incident_id,
                                    const std::string& after, std::size_t limit) const {
  RESCUE_ASSIGN(const auto rows, tx.query(std::string(kSelect) + "WHERE " + store::narrowed("state", state) +
                                              " AND " + store::narrowed("incident_id", incident_id) +
                                              " AND job_id > ? ORDER BY job_id LIMIT ?",
                                          {state, incident_id, after, static_cast<std::int64_t>(limit)}));
  std::vector<Job> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const Job& job) {
  Json out{{"job_id", job.id},       {"incident_id", job.incident_id},
           {"kind", job.kind},       {"state", job.state},
           {"attempt", job.attempt}, {"created_at", format_rfc3339(from_us(job.created_us))}};
  if (!job.worker.empty()) out["worker"] = job.worker;
  if (!job.document_sha256.empty()) out["document_sha256"] = job.document_sha256;
  if (!job.summary.is_null()) out["summary"] = job.summary;
  if (!job.failure.is_null()) out["failure"] = job.failure;
  if (job.finished_us != 0) out["finished_at"] = format_rfc3339(from_us(job.finished_us));
  return out;
}

}  // namespace rescue::workflow
