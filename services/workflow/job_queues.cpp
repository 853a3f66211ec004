// Which jobs go to the worker, in which order, and what holds them back.
#include <algorithm>

#include "complaints.hpp"
#include "jobs.hpp"
#include "rescue/incident/messages.hpp"
#include "sealed_access.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;

const std::string kIncidentGoesOn =
    "NOT EXISTS (SELECT 1 FROM job_pauses WHERE scope = 'incident' AND subject = jobs.incident_id AND "
    "lifted_us "
    "IS NULL) ";

std::int64_t us(std::chrono::seconds s) {
  return std::chrono::duration_cast<std::chrono::microseconds>(s).count();
}

}  // namespace

/// So many at a time that the worker is never idle, and so few that what is urgent need not wait behind what
/// is not.
Status Jobs::hand_out(store::Tx& tx, const std::string& queue) {
  RESCUE_ASSIGN(const auto pause, find_pause(tx, {"queue", queue}));
  if (pause) return {};
  RESCUE_ASSIGN(
      const auto counted,
      tx.find(
          "SELECT (SELECT COUNT(*) FROM jobs WHERE queue = ? AND state = 'queued' AND dispatched_us > 0), "
          "(SELECT COUNT(*) FROM jobs WHERE queue = ? AND state = 'leased')",
          {queue, queue}));
  const auto room = config_->jobs_outstanding_max - counted->integer(0) - counted->integer(1);
  if (room <= 0) return {};
  RESCUE_ASSIGN(const auto rows,
                tx.query(kSelectJob +
                             "WHERE queue = ? AND state = 'queued' AND dispatched_us IS NULL AND "
                             "not_before_us <= ? AND " +
                             kIncidentGoesOn + "ORDER BY priority DESC, job_id LIMIT ?",
                         {queue, now_us(), room}));
  RESCUE_ASSIGN(const auto due, jobs_from_rows(rows));
  for (const auto& job : due) RESCUE_TRY(send_attempt(tx, job));
  return {};
}

Status Jobs::send_attempt(store::Tx& tx, const Job& job) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT server_id, customer FROM incidents WHERE incident_id = ?",
                                        {job.incident_id}));
  if (!row) return fail(ErrorCode::kCorrupt, "internal-error", "a job without its incident");
  const auto standing = standings_->of(row->text(0), row->text(1));
  if (!standing) return {};  // the directory is being asked: the next sweep comes again
  RESCUE_ASSIGN(const auto changed,
                tx.execute("UPDATE jobs SET dispatched_us = ? WHERE job_id = ? AND attempt = ? "
                           "AND state = 'queued'",
                           {now_us(), job.id, job.attempt}));
  if (changed == 0) return {};  // another replica was faster
  return send_outside(tx, job, *standing, row->text(0));
}

Status Jobs::send_outside(store::Tx& tx, Job job, const Standing& standing, const std::string& server_id) {
  RESCUE_ASSIGN(auto access, SealedAccess::for_worker(tx, job.incident_id, job.id));
  if (access && standing.word == Standing::Word::kOver) return keep_from(tx, std::move(job), standing);
  RESCUE_ASSIGN(auto outside, outside_of(tx, job.incident_id, standing, service_->clock().now()));
  if (standing.word == Standing::Word::kNobodySays && (access || !outside.at("complaints").empty())) {
    RESCUE_TRY(audit(tx, job, "job.contract_not_asked", "system", standing.why,
                     {{"contract_addresses", outside.at("contract_addresses")}}));
  }
  Json body{{"job_id", job.id},           {"kind", job.kind},
            {"attempt", job.attempt},     {"priority", job.priority},
            {"server_id", server_id},     {"lease_s", config_->job_lease.count()},
            {"take_over", job.take_over}, {"outside", std::move(outside)}};
  if (access) body["access"] = *std::move(access);
  if (!job.instructions.is_null()) body["instructions"] = job.instructions;
  return service_->send(tx, "worker", std::string(messages::kJobDispatched), job.incident_id, std::move(body),
                        service::trace_of(job.traceparent));
}

/// What nobody began. Each wait is twice as long as all before it since it could begin, so that a long outage
/// does not fill the stream with repeats.
Status Jobs::send_again(store::Tx& tx, const std::string& queue) {
  RESCUE_ASSIGN(const auto pause, find_pause(tx, {"queue", queue}));
  if (pause) return {};
  const auto now = now_us();
  RESCUE_ASSIGN(
      const auto rows,
      tx.query(kSelectJob +
                   "WHERE queue = ? AND state = 'queued' AND dispatched_us > 0 AND dispatched_us < ? AND "
                   "CAST(? AS BIGINT) - dispatched_us > dispatched_us - not_before_us AND " +
                   kIncidentGoesOn + "ORDER BY job_id LIMIT 100",
               {queue, now - us(config_->redispatch_after), now}));
  RESCUE_ASSIGN(const auto unheard, jobs_from_rows(rows));
  for (const auto& job : unheard) RESCUE_TRY(send_attempt(tx, job));
  return {};
}

Status Jobs::sweep(const HearingSince& hearing_since) {
  return service_->database().write([&](store::Tx& tx) -> Status {
    RESCUE_TRY(end_leases(tx, hearing_since));
    for (const auto& queue : incident::queue_names(options_.kinds)) {
      RESCUE_TRY(send_again(tx, queue));
      RESCUE_TRY(hand_out(tx, queue));
    }
    return {};
  });
}

/// What was handed out of it and has not begun.
Status Jobs::recall(store::Tx& tx, const PauseSubject& subject) {
  const std::string column = subject.scope == "queue" ? "queue" : "incident_id";
  RESCUE_ASSIGN(const auto rows,
                tx.query(kSelectJob + "WHERE " + column + " = ? AND state = 'queued' AND dispatched_us > 0",
                         {subject.name}));
  RESCUE_ASSIGN(const auto handed_out, jobs_from_rows(rows));
  for (const auto& job : handed_out) {
    RESCUE_TRY(tell_worker(tx, job, messages::kJobRecalled, service::trace_of(job.traceparent)));
  }
  return {};
}

Result<JobPause> Jobs::pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause) {
  RESCUE_ASSIGN(auto pause, add_pause(tx, subject, cause));
  RESCUE_TRY(recall(tx, subject));
  return pause;
}

Status Jobs::call_back(store::Tx& tx, const Incident& incident) {
  return recall(tx, {"incident", incident.id});
}

Result<JobPause> Jobs::resume(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause) {
  RESCUE_ASSIGN(auto pause, lift_pause(tx, subject, cause));
  for (const auto& queue : incident::queue_names(options_.kinds)) RESCUE_TRY(hand_out(tx, queue));
  return pause;
}

Result<std::vector<Jobs::Queue>> Jobs::queues(store::Tx& tx) const {
  std::vector<Queue> out;
  for (const auto& name : incident::queue_names(options_.kinds)) {
    Queue queue;
    queue.name = name;
    for (const auto& kind : options_.kinds) {
      if (kind.queue == name) queue.kinds.emplace_back(kind.name);
    }
    const auto now = now_us();
    RESCUE_ASSIGN(const auto row,
                  tx.find("SELECT "
                          "SUM(CASE WHEN state = 'queued' AND dispatched_us IS NULL AND not_before_us <= ? "
                          "THEN 1 ELSE 0 END), "
                          "SUM(CASE WHEN state = 'queued' AND dispatched_us IS NULL AND not_before_us > ? "
                          "THEN 1 ELSE 0 END), "
                          "SUM(CASE WHEN state = 'queued' AND dispatched_us > 0 THEN 1 ELSE 0 END), "
                          "SUM(CASE WHEN state = 'leased' THEN 1 ELSE 0 END), "
                          "SUM(CASE WHEN state IN ('dead', 'stopped') THEN 1 ELSE 0 END), "
                          "MIN(CASE WHEN state = 'queued' AND not_before_us <= ? THEN not_before_us END) "
                          "FROM jobs WHERE queue = ? AND state IN ('queued', 'leased', 'dead', 'stopped')",
                          {now, now, now, name}));
    queue.waiting = row->integer(0);
    queue.delayed = row->integer(1);
    queue.handed_out = row->integer(2);
    queue.running = row->integer(3);
    queue.given_up = row->integer(4);
    queue.oldest_waiting_us = row->integer(5);
    RESCUE_ASSIGN(queue.pause, find_pause(tx, {"queue", name}));
    out.push_back(std::move(queue));
  }
  return out;
}

Json to_json(const Jobs::Queue& queue) {
  return {{"queue", queue.name},
          {"kinds", queue.kinds},
          {"waiting", queue.waiting},
          {"delayed", queue.delayed},
          {"handed_out", queue.handed_out},
          {"running", queue.running},
          {"given_up", queue.given_up},
          {"oldest_waiting_since",
           queue.oldest_waiting_us == 0 ? Json() : Json(format_rfc3339(from_us(queue.oldest_waiting_us)))},
          {"pause", queue.pause ? to_json(*queue.pause) : Json()}};
}

}  // namespace rescue::workflow
