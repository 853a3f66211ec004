#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/service/service.hpp"

namespace rescue::workflow {

/// What waits for a person. Kinds: judge_precheck, judge_system, judge_duplicate, job_dead, report_failed,
/// second_person, credit_refused, notice_undelivered, endpoint_disabled; read_report, which is no incident's.
struct Task {
  std::string id, incident_id, kind, state;
  Json details = Json::object();
  std::string outcome, note, done_by;
  std::int64_t created_us = 0, done_us = 0;
  std::optional<std::string> claimed_by;  ///< whose hands it is in
  std::int64_t claimed_us = 0;
};

class Tasks {
 public:
  explicit Tasks(service::Service& service) : service_(&service) {}
  /// What a task is about; no incident: empty. `subject` tells tasks of one kind apart (a job's id); empty
  /// where there is one only.
  struct About {
    std::string incident_id, kind, subject = {};
  };
  /// Opens one, unless there is an open one about the same. `id`: empty, or one that another service has
  /// named already.
  Status open(store::Tx& tx, const About& about, const Json& details, const std::string& id = {});
  /// The open one about it, if there is one.
  Result<std::optional<Task>> find_open(store::Tx& tx, const About& about) const;
  /// Ends the open tasks about it, an empty subject standing for all of the kind: what they asked for was
  /// decided elsewhere.
  Status settle(store::Tx& tx, const About& about, const std::string& outcome, const std::string& by);
  /// Ends all open tasks of an incident.
  Status settle_all(store::Tx& tx, const std::string& incident_id, const std::string& outcome,
                    const std::string& by);
  /// kNotFound "task-not-found".
  Result<Task> load(store::Tx& tx, const std::string& id) const;
  /// kNotFound "task-not-found"; kConflict "task-done", or "task-claimed" while it is in another's hands.
  Result<Task> complete(store::Tx& tx, const std::string& id, const std::string& outcome,
                        const std::string& note, const std::string& by);

  /// Takes it into `by`'s hands: of several who try one does, the others get kConflict "task-claimed" with
  /// the holder's name. Who has it already keeps it. kNotFound "task-not-found"; kConflict "task-done".
  Result<Task> claim(store::Tx& tx, const std::string& id, const std::string& by);
  /// Lets go of it. kConflict "task-not-yours" unless it is in `by`'s hands.
  Result<Task> release(store::Tx& tx, const std::string& id, const std::string& by,
                       const std::string& reason);
  struct HandOver {
    std::string from;  ///< in whose hands it has to be; kConflict "task-not-yours" with the holder otherwise
    std::string to, by, reason;
  };
  Result<Task> hand_over(store::Tx& tx, const std::string& id, const HandOver& wish);
  /// kConflict "task-claimed" when a task of this incident and kind is in another's hands.
  Status check_not_claimed_by_other(store::Tx& tx, const About& about, const std::string& by) const;

  struct Filter {
    std::string state = {}, incident_id = {}, kind = {};  ///< empty: any
    std::string holder = {};                              ///< "nobody": unclaimed
  };
  Result<std::vector<Task>> list(store::Tx& tx, const Filter& filter, const std::string& after,
                                 std::size_t limit) const;

 private:
  Result<Task> load_open(store::Tx& tx, const std::string& id) const;
  /// Compare-and-set on the holder ("": nobody).
  Status change_holder(store::Tx& tx, Task& task, const std::string& from, const std::string& to);
  Status audit(store::Tx& tx, const Task& task, const std::string& action, const std::string& by,
               const std::string& reason, Json details);
  service::Service* service_;
};

inline constexpr std::string_view kNobody = "nobody";

Json to_json(const Task& task);

}  // namespace rescue::workflow
