#include "jobs.hpp"

#include <mutex>
#include <random>

#include "rescue/incident/messages.hpp"
#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::JobEvent;
using incident::JobState;

std::function<double()> machine_randomness() {
  struct Source {
    std::mutex mutex;
    std::mt19937_64 engine{std::random_device{}()};
  };
  return [source = std::make_shared<Source>()] {
    const std::lock_guard lock(source->mutex);
    return std::uniform_real_distribution<double>(0, 1)(source->engine);
  };
}

}  // namespace

Tasks::About task_about(const Job& job) {
  return {job.incident_id, "job_dead", job.id};
}

Jobs::Jobs(service::Service& service, const Config& config, Tasks& tasks, Standings& standings,
           Reactions reactions, Options options)
    : service_(&service),
      config_(&config),
      tasks_(&tasks),
      standings_(&standings),
      reactions_(std::move(reactions)),
      options_(std::move(options)) {
  if (!options_.random) options_.random = machine_randomness();
}

Status Jobs::audit(store::Tx& tx, const Job& job, const std::string& action, const std::string& actor,
                   const std::string& reason, const Json& details) {
  store::AuditRow row;
  row.at_us = now_us();
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

Result<std::optional<Job>> Jobs::load(store::Tx& tx, const std::string& id) const {
  RESCUE_ASSIGN(const auto row, tx.find(kSelectJob + "WHERE job_id = ?", {id}));
  if (!row) return std::optional<Job>();
  RESCUE_ASSIGN(auto job, job_from_row(*row));
  return std::optional<Job>(std::move(job));
}

Result<std::optional<Job>> Jobs::load_for_change(store::Tx& tx, const std::string& id) const {
  // Where several replicas write, this holds the row.
  RESCUE_TRY(tx.execute("UPDATE jobs SET attempt = attempt WHERE job_id = ?", {id}));
  return load(tx, id);
}

/// The state in memory and in SQL; whatever else changes with it is the caller's.
Status Jobs::step(store::Tx& tx, Job& job, JobEvent event) {
  RESCUE_ASSIGN(job.state, incident::next(job.state, event));
  RESCUE_TRY(tx.execute("UPDATE jobs SET state = ? WHERE job_id = ?",
                        {std::string(incident::to_string(job.state)), job.id}));
  return {};
}

Status Jobs::insert(store::Tx& tx, Job& job, const Trace& trace, const std::string& why) {
  const auto* kind = incident::find_job_kind(options_.kinds, job.kind);
  if (kind == nullptr)
    return fail(ErrorCode::kInvalid, "unknown-job-kind", "there is no job of the kind " + job.kind);
  job.queue = kind->queue;
  job.priority = kind->priority;
  job.attempt = 1;
  RESCUE_TRY(
      tx.execute("INSERT INTO jobs (job_id, incident_id, kind, queue, priority, state, attempt, "
                 "not_before_us, traceparent, created_us, take_over, instructions) "
                 "VALUES (?,?,?,?,?,'queued',1,?,?,?,?,?)",
                 {job.id, job.incident_id, job.kind, job.queue, job.priority, job.not_before_us,
                  trace.traceparent(), job.created_us, std::int64_t{job.take_over},
                  job.instructions.is_null() ? store::Value() : store::Value(dump_json(job.instructions))}));
  RESCUE_TRY(audit(tx, job, "job.queued", "system", why,
                   {{"not_before", format_rfc3339(from_us(job.not_before_us))}}));
  return hand_out(tx, job.queue);
}

Status Jobs::dispatch(store::Tx& tx, const Incident& incident, std::string_view kind, const Trace& trace,
                      std::optional<Timestamp> not_before) {
  const auto now = service_->clock().now();
  Job job;
  job.id = JobId::make(now).str();
  job.incident_id = incident.id;
  job.kind = kind;
  job.not_before_us = to_us(std::max(now, not_before.value_or(now)));
  job.created_us = to_us(now);
  return insert(tx, job, trace, "work item " + job.kind);
}

Result<Job> Jobs::dispatch_asked(store::Tx& tx, const Incident& incident, const Asked& asked,
                                 const Trace& trace) {
  const auto now_us = to_us(service_->clock().now());
  Job job;
  job.id = JobId::make(from_us(now_us)).str();
  job.incident_id = incident.id;
  job.kind = asked.kind;
  job.not_before_us = job.created_us = now_us;
  job.take_over = asked.take_over;
  job.instructions = asked.instructions;
  // First: what is handed out goes with it.
  RESCUE_TRY(SealedAccess::offer(tx, job.id, asked.access, now_us));
  RESCUE_TRY(insert(tx, job, trace, asked.reason));
  return job;
}

Status Jobs::forget_access(store::Tx& tx, const Job& job) {
  RESCUE_ASSIGN(const bool was_there, SealedAccess::withdraw(tx, job.id));
  if (!was_there) return {};
  return audit(tx, job, "access.deleted", "system", "the job that it was handed in for has ended");
}

Status Jobs::tell_worker(store::Tx& tx, const Job& job, std::string_view message, const Trace& trace) {
  Json body{{"job_id", job.id}};
  if (message == messages::kJobRecalled) body["attempt"] = job.attempt;
  return service_->send(tx, "worker", std::string(message), job.incident_id, std::move(body), trace);
}

bool Jobs::is_asked_for(const Job& job) const {
  const auto* kind = incident::find_job_kind(options_.kinds, job.kind);
  return kind != nullptr && kind->wanted_in.empty();
}

Status Jobs::cancel_all(store::Tx& tx, const Incident& incident, const Trace& trace) {
  const std::string not_over = "incident_id = ? AND state IN ('queued','leased','dead','stopped')";
  RESCUE_TRY(tx.execute("UPDATE jobs SET attempt = attempt WHERE " + not_over, {incident.id}));
  RESCUE_ASSIGN(const auto rows, tx.query(kSelectJob + "WHERE " + not_over, {incident.id}));
  RESCUE_ASSIGN(auto jobs, jobs_from_rows(rows));
  for (auto& job : jobs) {
    if (is_asked_for(job)) continue;
    RESCUE_TRY(step(tx, job, JobEvent::kCancel));
    RESCUE_TRY(tx.execute("UPDATE jobs SET finished_us = ? WHERE job_id = ?", {now_us(), job.id}));
    RESCUE_TRY(audit(tx, job, "job.cancelled", "system", "it is wanted no more"));
    RESCUE_TRY(forget_access(tx, job));
    RESCUE_TRY(tell_worker(tx, job, messages::kJobCancelled, trace));
    RESCUE_TRY(hand_out(tx, job.queue));
  }
  return {};
}

Status Jobs::cancel_given_up(store::Tx& tx, Job job, const std::string& actor, const std::string& why) {
  using incident::JobState;
  if (job.state != JobState::kDead && job.state != JobState::kStopped) return {};
  RESCUE_TRY(step(tx, job, JobEvent::kCancel));
  RESCUE_TRY(audit(tx, job, "job.cancelled", actor, why));
  return tasks_->settle(tx, task_about(job), why, actor);
}

Result<Job> Jobs::requeue(store::Tx& tx, const std::string& id, const Requeue& wish) {
  RESCUE_ASSIGN(auto job, load_for_change(tx, id));
  if (!job) return fail(ErrorCode::kNotFound, "job-not-found", "there is no job with this id");
  RESCUE_TRY(incident::next(job->state, JobEvent::kRequeue));
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT state FROM incidents WHERE incident_id = ?", {job->incident_id}));
  if (!row) return fail(ErrorCode::kCorrupt, "internal-error", "a job without its incident");
  RESCUE_ASSIGN(const auto state, incident::parse_state(row->text(0)));
  const auto* kind = incident::find_job_kind(options_.kinds, job->kind);
  if (kind == nullptr || !incident::is_wanted(*kind, state)) {
    return fail(ErrorCode::kConflict, "illegal-transition",
                "its incident is " + row->text(0) + " and waits for no " + job->kind);
  }
  if (wish.take_over && !kind->destructive) {
    return fail(ErrorCode::kInvalid, "not-allowed-value", "this kind of job takes no lock at the target",
                "/take_over");
  }
  RESCUE_TRY(step(tx, *job, JobEvent::kRequeue));
  const auto now = service_->clock().now();
  RESCUE_TRY(tx.execute(
      "UPDATE jobs SET attempt = attempt + 1, failures = 0, deaths = 0, not_before_us = ?, take_over = ?, "
      "dispatched_us = NULL, finished_us = NULL WHERE job_id = ?",
      {to_us(std::max(now, wish.not_before.value_or(now))), std::int64_t{wish.take_over}, id}));
  RESCUE_ASSIGN(job, load(tx, id));
  RESCUE_TRY(audit(tx, *job, "job.requeued", wish.actor, wish.reason, {{"take_over", wish.take_over}}));
  RESCUE_TRY(tasks_->settle(tx, task_about(*job), "requeued", wish.actor));
  RESCUE_TRY(hand_out(tx, job->queue));
  return *job;
}

Result<std::vector<Job>> Jobs::list(store::Tx& tx, const Filter& filter, const std::string& after,
                                    std::size_t limit) const {
  using store::narrowed;
  RESCUE_ASSIGN(
      const auto rows,
      tx.query(kSelectJob + "WHERE " + narrowed("state", filter.state) + " AND " +
                   narrowed("kind", filter.kind) + " AND " + narrowed("queue", filter.queue) + " AND " +
                   narrowed("incident_id", filter.incident_id) + " AND job_id > ? ORDER BY job_id LIMIT ?",
               {filter.state, filter.kind, filter.queue, filter.incident_id, after,
                static_cast<std::int64_t>(limit)}));
  return jobs_from_rows(rows);
}

}  // namespace rescue::workflow
