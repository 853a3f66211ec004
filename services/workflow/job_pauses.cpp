#include "job_pauses.hpp"

#include "rescue/base/clock.hpp"
#include "rescue/base/id.hpp"
#include "rescue/store/audit.hpp"

namespace rescue::workflow {
namespace {

const std::string kSelect =
    "SELECT pause_id, scope, subject, reason, paused_by, paused_us, lifted_reason, lifted_by, lifted_us FROM "
    "job_pauses ";

JobPause from_row(const store::Row& row) {
  JobPause pause;
  pause.id = row.text(0);
  pause.subject = {row.text(1), row.text(2)};
  pause.reason = row.text(3);
  pause.paused_by = row.text(4);
  pause.paused_us = row.integer(5);
  pause.lifted_reason = row.text(6);
  pause.lifted_by = row.text(7);
  pause.lifted_us = row.integer(8);
  return pause;
}

Status audit(store::Tx& tx, const JobPause& pause, const std::string& action, const PauseCause& cause) {
  store::AuditRow row;
  row.at_us = cause.at_us;
  row.incident_id = pause.subject.scope == "incident" ? pause.subject.name : "";
  row.actor = cause.actor;
  row.action = action;
  row.reason = cause.reason;
  row.details = {{"pause_id", pause.id}, {"scope", pause.subject.scope}, {"subject", pause.subject.name}};
  return store::Audit::append(tx, row);
}

}  // namespace

Result<std::optional<JobPause>> find_pause(store::Tx& tx, const PauseSubject& subject) {
  RESCUE_ASSIGN(const auto row, tx.find(kSelect + "WHERE scope = ? AND subject = ? AND lifted_us IS NULL",
                                        {subject.scope, subject.name}));
  if (!row) return std::optional<JobPause>();
  return std::optional<JobPause>(from_row(*row));
}

Result<JobPause> add_pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause) {
  JobPause pause;
  pause.id = make_id("pau", from_us(cause.at_us));
  pause.subject = subject;
  pause.reason = cause.reason;
  pause.paused_by = cause.actor;
  pause.paused_us = cause.at_us;
  RESCUE_ASSIGN(
      const auto added,
      tx.execute("INSERT INTO job_pauses (pause_id, scope, subject, reason, paused_by, paused_us) "
                 "VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                 {pause.id, subject.scope, subject.name, pause.reason, pause.paused_by, pause.paused_us}));
  if (added == 0) {
    return fail(ErrorCode::kConflict, "already-paused",
                "the jobs of " + subject.scope + " " + subject.name + " are held back already");
  }
  RESCUE_TRY(audit(tx, pause, "jobs.paused", cause));
  return pause;
}

Result<JobPause> lift_pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause) {
  RESCUE_ASSIGN(auto pause, find_pause(tx, subject));
  if (!pause) {
    return fail(ErrorCode::kConflict, "not-paused",
                "the jobs of " + subject.scope + " " + subject.name + " are not held back");
  }
  RESCUE_TRY(
      tx.execute("UPDATE job_pauses SET lifted_reason = ?, lifted_by = ?, lifted_us = ? WHERE pause_id = ?",
                 {cause.reason, cause.actor, cause.at_us, pause->id}));
  pause->lifted_reason = cause.reason;
  pause->lifted_by = cause.actor;
  pause->lifted_us = cause.at_us;
  RESCUE_TRY(audit(tx, *pause, "jobs.resumed", cause));
  return *pause;
}

Result<std::vector<JobPause>> list_pauses(store::Tx& tx, const std::string& state, const std::string& after,
                                          std::size_t limit) {
  const std::string wanted = state == "active"   ? "lifted_us IS NULL AND "
                             : state == "lifted" ? "lifted_us IS NOT NULL AND "
                                                 : "";
  RESCUE_ASSIGN(const auto rows,
                tx.query(kSelect + "WHERE " + wanted + "pause_id > ? ORDER BY pause_id LIMIT ?",
                         {after, static_cast<std::int64_t>(limit)}));
  std::vector<JobPause> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Json to_json(const JobPause& pause) {
  Json out{{"pause_id", pause.id},          {"scope", pause.subject.scope},
           {"subject", pause.subject.name}, {"reason", pause.reason},
           {"paused_by", pause.paused_by},  {"paused_at", format_rfc3339(from_us(pause.paused_us))}};
  if (pause.lifted_us != 0) {
    out["lifted_by"] = pause.lifted_by;
    out["lifted_reason"] = pause.lifted_reason;
    out["lifted_at"] = format_rfc3339(from_us(pause.lifted_us));
  }
  return out;
}

}  // namespace rescue::workflow
