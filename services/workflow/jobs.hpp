#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config.hpp"
#include "incidents.hpp"
#include "tasks.hpp"

namespace rescue::workflow {

/// One row of `jobs`: the truth about a piece of work; Redis only carries the call to do it.
struct Job {
  std::string id, incident_id, kind, state;
  std::int64_t attempt = 0;
  std::int64_t not_before_us = 0, dispatched_us = 0, lease_until_us = 0;
  std::string worker;
  std::string document_sha256;
  Json summary, failure;
  std::string traceparent;
  std::int64_t created_us = 0, finished_us = 0;
};

/// Jobs: dispatch, lease, retry with backoff, dead letter. The attempt number fences: what an old attempt
/// says is refused.
class Jobs {
 public:
  /// What the incident does when a job has started and when it has succeeded, by kind.
  struct Reactions {
    std::function<Status(store::Tx&, const Job&, const Message&)> started;
    std::function<Status(store::Tx&, const Job&, const Message&)> succeeded;
  };
  Jobs(service::Service& service, const Config& config, Tasks& tasks, Reactions reactions);

  Status dispatch(store::Tx& tx, const Incident& incident, const std::string& kind, const Trace& trace);
  Status cancel_all(store::Tx& tx, const Incident& incident, const Trace& trace);

  Status on_started(store::Tx& tx, const Message& message);
  Status on_heartbeat(store::Tx& tx, const Message& message);
  Status on_finished(store::Tx& tx, const Message& message);

  /// Sends due attempts, sends again what nobody started, takes expired leases back: those that ran out while
  /// we could have heard the worker, `hearing_since` being since when. For the timer.
  Status sweep(std::optional<Timestamp> hearing_since);
  /// A dead job gets a new attempt. kNotFound "job-not-found"; kConflict "job-not-dead".
  Result<Job> requeue(store::Tx& tx, const std::string& id, const std::string& reason,
                      const std::string& actor);
  Result<std::vector<Job>> list(store::Tx& tx, const std::string& state, const std::string& incident_id,
                                const std::string& after, std::size_t limit) const;

 private:
  Result<std::optional<Job>> load(store::Tx& tx, const std::string& id) const;
  /// The job that `message` speaks of if it is of the current attempt and still wanted; else nothing, noted
  /// in the audit trail.
  Result<std::optional<Job>> current(store::Tx& tx, const Message& message);
  Status send_attempt(store::Tx& tx, const Job& job);
  Status end_leases(store::Tx& tx, Timestamp hearing_since);
  Status retry_or_bury(store::Tx& tx, Job job, const Json& failure, bool retry);
  Status audit(store::Tx& tx, const Job& job, const std::string& action, const std::string& actor,
               const std::string& reason, const Json& details = Json::object());

  service::Service* service_;
  const Config* config_;
  Tasks* tasks_;
  Reactions reactions_;
};

Json to_json(const Job& job);

}  // namespace rescue::workflow
