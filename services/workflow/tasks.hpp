#pragma once

#include <string>
#include <vector>

#include "rescue/service/service.hpp"

namespace rescue::workflow {

/// What waits for a person. Kinds: judge_precheck, judge_system, job_dead, report_failed.
struct Task {
  std::string id, incident_id, kind, state;
  Json details = Json::object();
  std::string outcome, note, done_by;
  std::int64_t created_us = 0, done_us = 0;
};

class Tasks {
 public:
  explicit Tasks(service::Service& service) : service_(&service) {}
  /// What a task is about. `subject` tells tasks of one kind apart (a job's id); empty where there is one
  /// only.
  struct About {
    std::string incident_id, kind, subject = {};
  };
  /// Opens one, unless there is an open one about the same.
  Status open(store::Tx& tx, const About& about, const Json& details);
  /// Ends the open tasks about it, an empty subject standing for all of the kind: what they asked for was
  /// decided elsewhere.
  Status settle(store::Tx& tx, const About& about, const std::string& outcome, const std::string& by);
  /// kNotFound "task-not-found"; kConflict "task-done".
  Result<Task> complete(store::Tx& tx, const std::string& id, const std::string& outcome,
                        const std::string& note, const std::string& by);
  Result<std::vector<Task>> list(store::Tx& tx, const std::string& state, const std::string& incident_id,
                                 const std::string& after, std::size_t limit) const;

 private:
  service::Service* service_;
};

Json to_json(const Task& task);

}  // namespace rescue::workflow
