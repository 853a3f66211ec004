#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/base/trace.hpp"
#include "rescue/seal/sealed_box.hpp"
#include "rescue/store/database.hpp"

namespace rescue::worker {

/// One attempt at a job, as the journal holds it.
struct Attempt {
  std::int64_t number = 0;  ///< in the order in which they came, from 1
  std::string job_id;
  std::int64_t attempt = 0;
  std::string incident_id;
  std::string kind;
  std::string server_id;
  std::int64_t lease_s = 0;
  std::string traceparent;
  std::int64_t priority = 0;  ///< the higher one goes first
  bool take_over = false;     ///< an operator: another job's lock at the target counts no more
  /// How to reach the running server. As it was dispatched, and as take() gives it; not in lists.
  std::optional<seal::SealedBox> access;
  std::string state;  ///< queued, running, succeeded, failed, cancelled, superseded
  Json instructions;  ///< what is asked of it beside its kind; null: nothing
  Json outside;       ///< as job.dispatched has it; null: nothing was said of it
  std::int64_t received_us = 0;
  std::optional<std::int64_t> started_us;
  std::optional<std::int64_t> finished_us;
  std::optional<std::string> document_sha256;
  Json result;  ///< body of the job.finished that was sent; null before

  Trace trace() const;
};

/// The worker's own record of what it was given and how it ended. All of it runs inside the caller's
/// transaction; the messages of a change are written with it. Workers of different names may share one: each
/// takes what is next.
class Journal {
 public:
  /// Puts a message to workflow into the transaction.
  using Send = std::function<Status(store::Tx&, std::string_view type, const Attempt&, Json body)>;

  Journal(std::string worker_name, Send send)
      : worker_name_(std::move(worker_name)), send_(std::move(send)) {}

  enum class Recorded { kNew, kKnown, kOutdated };
  /// A dispatched attempt, queued. kKnown: it was dispatched before (its result, if it has one, is sent
  /// again, and one that is still queued runs by what is said of its server now); kOutdated: a later attempt
  /// at the job is here already. A new one supersedes earlier ones still queued.
  Result<Recorded> record(store::Tx& tx, const Attempt& attempt);
  /// Ends what of this job is queued or running. The latest attempt that runs (0: none does): whoever runs it
  /// must be told.
  Result<std::int64_t> cancel(store::Tx& tx, const std::string& job_id, std::int64_t now_us);

  /// Gives the attempt back unless it runs or ran: job.returned is sent.
  Status recall(store::Tx& tx, const std::string& job_id, std::int64_t attempt, std::int64_t now_us);

  /// Takes the queued attempt of the highest priority, the oldest of those: it is running from now on, and
  /// job.started is sent.
  Result<std::optional<Attempt>> take(store::Tx& tx, std::int64_t now_us);
  /// Sends job.heartbeat with `progress` (null: none yet); false, and nothing sent, when the attempt is no
  /// longer running.
  Result<bool> heartbeat(store::Tx& tx, const Attempt& attempt, const Json& progress = nullptr);
  /// Both: nothing happens unless the attempt is still running (it may have been cancelled). True when it
  /// was. `begun`: the job had begun to change its server.
  Result<bool> succeed(store::Tx& tx, const Attempt& attempt, const std::string& document_sha256,
                       const Json& summary, std::int64_t now_us);
  Result<bool> fail_attempt(store::Tx& tx, const Attempt& attempt, const Error& error, bool begun,
                            std::int64_t now_us);
  /// An orderly stop: a running attempt waits in the queue for the next start; job.returned is sent.
  Status put_back(store::Tx& tx, const Attempt& attempt);
  /// After an unclean end: what this worker was running is reported as failed ("worker-restarted"), so that
  /// workflow decides about another attempt. Returns how many. Nobody knows how far they were.
  Result<std::size_t> recover(store::Tx& tx, std::int64_t now_us);

  /// Newest first: those of `job_id` ("": of all jobs) with a number below `before` (0: from the newest).
  static Result<std::vector<Attempt>> list(store::Tx& tx, const std::string& job_id, std::int64_t before,
                                           std::size_t limit);
  static Result<std::int64_t> count(store::Tx& tx, std::string_view state);

 private:
  Result<bool> finish(store::Tx& tx, const Attempt& attempt, std::string_view state,
                      const std::optional<std::string>& document_sha256, Json result, std::int64_t now_us);
  Json about(const Attempt& attempt) const;
  std::string worker_name_;
  Send send_;
};

}  // namespace rescue::worker
