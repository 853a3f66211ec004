#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::workflow {

/// What can be held back: all jobs of a queue, or all of an incident.
struct PauseSubject {
  std::string scope;  ///< "queue" or "incident"
  std::string name;   ///< the queue's name or the incident's id
};

/// One row of `job_pauses`: who held back what, when and why, and who let it go on.
struct JobPause {
  std::string id;
  PauseSubject subject;
  std::string reason, paused_by;
  std::int64_t paused_us = 0;
  std::string lifted_reason, lifted_by;
  std::int64_t lifted_us = 0;  ///< 0: it is in force
};

/// Who does it, when and why.
struct PauseCause {
  std::string actor, reason;
  std::int64_t at_us = 0;
};

/// kConflict "already-paused".
Result<JobPause> add_pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause);
/// kConflict "not-paused".
Result<JobPause> lift_pause(store::Tx& tx, const PauseSubject& subject, const PauseCause& cause);
/// The one in force, if there is one.
Result<std::optional<JobPause>> find_pause(store::Tx& tx, const PauseSubject& subject);
/// `state`: "active", "lifted" or "" for all; ids above `after`, oldest first.
Result<std::vector<JobPause>> list_pauses(store::Tx& tx, const std::string& state, const std::string& after,
                                          std::size_t limit);
Json to_json(const JobPause& pause);

}  // namespace rescue::workflow
