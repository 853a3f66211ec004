#include "journal.hpp"

#include "attempt_access.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::worker {
namespace {

namespace messages = incident::messages;

constexpr std::string_view kSelect =
    "SELECT job_id, attempt, incident_id, kind, server_id, lease_s, traceparent, state, received_us, "
    "started_us, "
    "finished_us, document_sha256, result, number, priority, take_over, outside, instructions FROM attempts "
    "WHERE ";

std::string attempts_where(std::string_view condition) {
  std::string sql(kSelect);
  return sql.append(condition);
}

Attempt from_row(const store::Row& row) {
  Attempt out{.number = row.integer(13),
              .job_id = row.text(0),
              .attempt = row.integer(1),
              .incident_id = row.text(2),
              .kind = row.text(3),
              .server_id = row.text(4),
              .lease_s = row.integer(5),
              .traceparent = row.text(6),
              .priority = row.integer(14),
              .take_over = row.integer(15) != 0,
              .access = std::nullopt,
              .state = row.text(7),
              .instructions = nullptr,
              .outside = nullptr,
              .received_us = row.integer(8),
              .started_us = row.optional_integer(9),
              .finished_us = row.optional_integer(10),
              .document_sha256 = row.optional_text(11),
              .result = nullptr};
  if (!row.is_null(12)) out.result = parse_json(row.text(12)).value_or(nullptr);
  if (!row.is_null(16)) out.outside = parse_json(row.text(16)).value_or(nullptr);
  if (!row.is_null(17)) out.instructions = parse_json(row.text(17)).value_or(nullptr);
  return out;
}

store::Value json_or_nothing(const Json& value) {
  return value.is_null() ? store::Value() : store::Value(dump_json(value));
}

Result<std::optional<Attempt>> find_attempt(store::Tx& tx, const Attempt& key) {
  RESCUE_ASSIGN(const auto row,
                tx.find(attempts_where("job_id = ? AND attempt = ?"), {key.job_id, key.attempt}));
  if (!row) return std::optional<Attempt>();
  return std::optional<Attempt>(from_row(*row));
}

constexpr const char* kNextQueued = "state = 'queued' ORDER BY priority DESC, number LIMIT 1";

}  // namespace

Trace Attempt::trace() const {
  return Trace::parse(traceparent).value_or(Trace::start());
}

Json Journal::about(const Attempt& attempt) const {
  return {{"job_id", attempt.job_id}, {"attempt", attempt.attempt}, {"worker", worker_name_}};
}

Result<Journal::Recorded> Journal::record(store::Tx& tx, const Attempt& attempt) {
  RESCUE_ASSIGN(const auto known, find_attempt(tx, attempt));
  if (known) {
    // Somebody asks again although the answer was sent: it cannot hurt to say it once more.
    if (known->result.is_object()) RESCUE_TRY(send_(tx, messages::kJobFinished, *known, known->result));
    // It comes with where the server is now.
    if (!attempt.outside.is_null()) {
      RESCUE_TRY(
          tx.execute("UPDATE attempts SET outside = ? WHERE job_id = ? AND attempt = ? AND state = 'queued'",
                     {dump_json(attempt.outside), attempt.job_id, attempt.attempt}));
    }
    return Recorded::kKnown;
  }
  RESCUE_ASSIGN(const auto later, tx.find("SELECT 1 FROM attempts WHERE job_id = ? AND attempt > ?",
                                          {attempt.job_id, attempt.attempt}));
  if (later) return Recorded::kOutdated;
  RESCUE_TRY(tx.execute(
      "UPDATE attempts SET state = 'superseded', finished_us = ? WHERE job_id = ? AND state = 'queued'",
      {attempt.received_us, attempt.job_id}));
  RESCUE_TRY(tx.execute(
      "INSERT INTO attempts (number, job_id, attempt, incident_id, kind, server_id, lease_s, traceparent, "
      "priority, take_over, outside, instructions, state, "
      "received_us) SELECT COALESCE(MAX(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT), CAST(? AS "
      "BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), 'queued', ? FROM "
      "attempts",
      {attempt.job_id, attempt.attempt, attempt.incident_id, attempt.kind, attempt.server_id, attempt.lease_s,
       attempt.traceparent, attempt.priority, std::int64_t{attempt.take_over},
       json_or_nothing(attempt.outside), json_or_nothing(attempt.instructions), attempt.received_us}));
  if (attempt.access) RESCUE_TRY(keep_access(tx, attempt.job_id, attempt.attempt, *attempt.access));
  RESCUE_TRY(forget_ended_access(tx));
  return Recorded::kNew;
}

Result<std::int64_t> Journal::cancel(store::Tx& tx, const std::string& job_id, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto running, tx.find("SELECT attempt FROM attempts WHERE job_id = ? AND state = "
                                            "'running' ORDER BY attempt DESC LIMIT 1",
                                            {job_id}));
  RESCUE_TRY(
      tx.execute("UPDATE attempts SET state = 'cancelled', finished_us = ? "
                 "WHERE job_id = ? AND state IN ('queued', 'running')",
                 {now_us, job_id}));
  RESCUE_TRY(forget_ended_access(tx));
  return running ? running->integer(0) : 0;
}

Status Journal::recall(store::Tx& tx, const std::string& job_id, std::int64_t attempt, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto row, tx.find(attempts_where("job_id = ? AND attempt = ? AND state = 'queued'"),
                                        {job_id, attempt}));
  if (!row) return {};
  const Attempt returned = from_row(*row);
  RESCUE_TRY(
      tx.execute("UPDATE attempts SET state = 'superseded', finished_us = ? WHERE job_id = ? AND attempt = ?",
                 {now_us, job_id, attempt}));
  RESCUE_TRY(forget_ended_access(tx));
  Json body = about(returned);
  body["recalled"] = true;
  return send_(tx, messages::kJobReturned, returned, std::move(body));
}

Result<std::optional<Attempt>> Journal::take(store::Tx& tx, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto row, tx.find(attempts_where(kNextQueued)));
  if (!row) return std::optional<Attempt>();
  Attempt attempt = from_row(*row);
  RESCUE_TRY(
      tx.execute("UPDATE attempts SET state = 'running', started_us = ?, worker = ? "
                 "WHERE job_id = ? AND attempt = ?",
                 {now_us, worker_name_, attempt.job_id, attempt.attempt}));
  attempt.state = "running";
  attempt.started_us = now_us;
  RESCUE_ASSIGN(attempt.access, find_access(tx, attempt.job_id, attempt.attempt));
  RESCUE_TRY(send_(tx, messages::kJobStarted, attempt, about(attempt)));
  return std::optional<Attempt>(std::move(attempt));
}

Result<bool> Journal::heartbeat(store::Tx& tx, const Attempt& attempt, const Json& progress) {
  RESCUE_ASSIGN(const auto now, find_attempt(tx, attempt));
  if (!now || now->state != "running") return false;
  Json body = about(attempt);
  body["progress"] = progress;
  RESCUE_TRY(send_(tx, messages::kJobHeartbeat, attempt, std::move(body)));
  return true;
}

Result<bool> Journal::finish(store::Tx& tx, const Attempt& attempt, std::string_view state,
                             const std::optional<std::string>& document_sha256, Json result,
                             std::int64_t now_us) {
  result.update(about(attempt));
  RESCUE_ASSIGN(const auto changed,
                tx.execute("UPDATE attempts SET state = ?, finished_us = ?, document_sha256 = ?, result = ? "
                           "WHERE job_id = ? AND attempt = ? AND state = 'running'",
                           {std::string(state), now_us, store::maybe(document_sha256), dump_json(result),
                            attempt.job_id, attempt.attempt}));
  if (changed == 0) return false;
  RESCUE_TRY(forget_ended_access(tx));
  RESCUE_TRY(send_(tx, messages::kJobFinished, attempt, std::move(result)));
  return true;
}

Result<bool> Journal::succeed(store::Tx& tx, const Attempt& attempt, const std::string& document_sha256,
                              const Json& summary, std::int64_t now_us) {
  return finish(tx, attempt, "succeeded", document_sha256,
                {{"outcome", "succeeded"}, {"document_sha256", document_sha256}, {"summary", summary}},
                now_us);
}

Result<bool> Journal::fail_attempt(store::Tx& tx, const Attempt& attempt, const Error& error, bool begun,
                                   std::int64_t now_us) {
  const Json failure{
      {"code", std::string(to_string(error.code))}, {"problem", error.problem}, {"detail", error.detail}};
  return finish(tx, attempt, "failed", std::nullopt,
                {{"outcome", "failed"}, {"failure", failure}, {"begun", begun}}, now_us);
}

Status Journal::put_back(store::Tx& tx, const Attempt& attempt) {
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE attempts SET state = 'queued', started_us = NULL "
                                               "WHERE job_id = ? AND attempt = ? AND state = 'running'",
                                               {attempt.job_id, attempt.attempt}));
  if (changed == 0) return {};
  Json body = about(attempt);
  body["recalled"] = false;
  return send_(tx, messages::kJobReturned, attempt, std::move(body));
}

Result<std::size_t> Journal::recover(store::Tx& tx, std::int64_t now_us) {
  // '': taken before workers had names in the journal.
  RESCUE_ASSIGN(
      const auto rows,
      tx.query(attempts_where("state = 'running' AND worker IN (?, '') ORDER BY number"), {worker_name_}));
  const Error error{ErrorCode::kUnavailable, "worker-restarted",
                    "the worker ended while the job was running"};
  for (const store::Row& row : rows) RESCUE_TRY(fail_attempt(tx, from_row(row), error, true, now_us));
  return rows.size();
}

Result<std::vector<Attempt>> Journal::list(store::Tx& tx, const std::string& job_id, std::int64_t before,
                                           std::size_t limit) {
  RESCUE_ASSIGN(const auto rows,
                tx.query(attempts_where("(? = '' OR job_id = ?) AND (CAST(? AS BIGINT) = 0 OR number < ?) "
                                        "ORDER BY number DESC LIMIT ?"),
                         {job_id, job_id, before, before, static_cast<std::int64_t>(limit)}));
  std::vector<Attempt> out;
  for (const store::Row& row : rows) out.push_back(from_row(row));
  return out;
}

Result<std::int64_t> Journal::count(store::Tx& tx, std::string_view state) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT COUNT(*) FROM attempts WHERE state = ?", {std::string(state)}));
  return row->integer(0);
}

}  // namespace rescue::worker
