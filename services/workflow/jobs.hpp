#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "incidents.hpp"
#include "job_pauses.hpp"
#include "job_row.hpp"
#include "rescue/incident/job_kinds.hpp"
#include "sealed_access.hpp"
#include "standings.hpp"
#include "tasks.hpp"

namespace rescue::workflow {

/// Jobs: queue, lease, retry with backoff and jitter, dead letter. Their order, pauses and bounds are decided
/// in SQL: at most so many of a queue are in the worker's hands. The attempt number fences: what an old
/// attempt says is refused.
class Jobs {
 public:
  /// What the incident does when a job has started and when it has succeeded.
  struct Reactions {
    std::function<Status(store::Tx&, const Job&, const Message&)> started;
    std::function<Status(store::Tx&, const Job&, const Message&)> succeeded;
  };
  struct Options {
    incident::JobKinds kinds = incident::job_kinds();
    /// A share in [0, 1) for the jitter of the backoff, from any thread; empty: the machine's randomness.
    std::function<double()> random = {};
  };
  Jobs(service::Service& service, const Config& config, Tasks& tasks, Standings& standings,
       Reactions reactions, Options options);

  incident::JobKinds kinds() const { return options_.kinds; }

  /// Queues a job, to begin at `not_before` at the earliest. kInvalid "unknown-job-kind".
  Status dispatch(store::Tx& tx, const Incident& incident, std::string_view kind, const Trace& trace,
                  std::optional<Timestamp> not_before = {});
  /// What an operator asks for beside the work that follows from an order.
  struct Asked {
    std::string_view kind;
    std::string reason;
    Json instructions = {};
    bool take_over = false;  ///< another job's lock at the target counts no more
    HandedAccess access;     ///< for this job alone: it is deleted when the job has ended
  };
  Result<Job> dispatch_asked(store::Tx& tx, const Incident& incident, const Asked& asked, const Trace& trace);
  /// All that the incident's work was to bring. What operators asked for beside it goes on.
  Status cancel_all(store::Tx& tx, const Incident& incident, const Trace& trace);
  /// A job that was given up is over for good, its task too. Nothing for one that was not.
  Status cancel_given_up(store::Tx& tx, Job job, const std::string& actor, const std::string& why);
  /// What the worker holds of it and has not begun comes back, and goes out anew with what is known now.
  Status call_back(store::Tx& tx, const Incident& incident);

  Status on_started(store::Tx& tx, const Message& message);
  Status on_heartbeat(store::Tx& tx, const Message& message);
  Status on_returned(store::Tx& tx, const Message& message);
  Status on_finished(store::Tx& tx, const Message& message);

  /// Since when we could have heard the worker; nothing: we could not now.
  using HearingSince = std::function<std::optional<Timestamp>()>;
  /// Sends due attempts, sends again what nobody started, takes expired leases back: those that ran out while
  /// we could have heard the worker. Asks `hearing_since` in the transaction, which may have waited for the
  /// database. For the timer.
  Status sweep(const HearingSince& hearing_since);

  struct Requeue {
    std::string reason, actor;
    std::optional<Timestamp> not_before = {};
    /// Another job's lock at the target counts no more. For kinds that change the target.
    bool take_over = false;
  };
  /// A job that was given up gets a new attempt, and its counts begin anew. kNotFound "job-not-found";
  /// kConflict "job-not-dead", or "illegal-transition" where its incident has no use for it.
  Result<Job> requeue(store::Tx& tx, const std::string& id, const Requeue& wish);

  /// Nothing more of it is handed out, and what waits at the worker is called back; what runs goes on.
  Result<JobPause> pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause);
  /// What waits is handed out.
  Result<JobPause> resume(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause);

  struct Filter {
    std::string state = {}, kind = {}, queue = {}, incident_id = {};  ///< empty: any
  };
  Result<std::vector<Job>> list(store::Tx& tx, const Filter& filter, const std::string& after,
                                std::size_t limit) const;

  /// One queue as it stands.
  struct Queue {
    std::string name;
    std::vector<std::string> kinds;
    std::int64_t waiting = 0, delayed = 0, handed_out = 0, running = 0, given_up = 0;
    std::int64_t oldest_waiting_us = 0;  ///< since when the oldest could begin; 0: none waits
    std::optional<JobPause> pause;
  };
  Result<std::vector<Queue>> queues(store::Tx& tx) const;

 private:
  /// By an operator, beside the incident: no state of it asks for such a job, and it is asked for anew.
  bool is_asked_for(const Job& job) const;
  /// What an attempt leaves when it does not succeed.
  struct Failure {
    Json failure;
    bool begun = true;  ///< a job that changes its target had begun to
  };
  Result<std::optional<Job>> load(store::Tx& tx, const std::string& id) const;
  /// The job, and nobody else changes it until the transaction ends.
  Result<std::optional<Job>> load_for_change(store::Tx& tx, const std::string& id) const;
  /// The job that `message` speaks of if it is of the current attempt and still wanted; else nothing, noted
  /// in the audit trail.
  Result<std::optional<Job>> current(store::Tx& tx, const Message& message);
  Status step(store::Tx& tx, Job& job, incident::JobEvent event);
  Status insert(store::Tx& tx, Job& job, const Trace& trace, const std::string& why);
  /// What was handed in for this job alone goes with its end.
  Status forget_access(store::Tx& tx, const Job& job);
  Status hand_out(store::Tx& tx, const std::string& queue);
  Status recall(store::Tx& tx, const PauseSubject& subject);
  Status send_attempt(store::Tx& tx, const Job& job);
  Status send_outside(store::Tx& tx, Job job, const Standing& standing, const std::string& server_id);
  Status keep_from(store::Tx& tx, Job job, const Standing& standing);
  Status send_again(store::Tx& tx, const std::string& queue);
  Status tell_worker(store::Tx& tx, const Job& job, std::string_view message, const Trace& trace);
  Status end_leases(store::Tx& tx, const HearingSince& hearing_since);
  Status end_attempt(store::Tx& tx, Job job, const Failure& failure);
  Status retry(store::Tx& tx, Job& job, const Json& failure);
  Status give_up(store::Tx& tx, Job& job, const Failure& failure, std::string_view why);
  Status bury(store::Tx& tx, Job& job, const Failure& failure, std::string_view why);
  Status audit(store::Tx& tx, const Job& job, const std::string& action, const std::string& actor,
               const std::string& reason, const Json& details = Json::object());
  std::int64_t now_us() const { return to_us(service_->clock().now()); }

  service::Service* service_;
  const Config* config_;
  Tasks* tasks_;
  Standings* standings_;
  Reactions reactions_;
  Options options_;
};

Json to_json(const Jobs::Queue& queue);

/// What waits for a person when this job was given up.
Tasks::About task_about(const Job& job);

}  // namespace rescue::workflow
