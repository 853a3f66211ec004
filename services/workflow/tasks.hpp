#pragma once

#include <string>
#include <vector>

#include "rescue/service/service.hpp"

namespace rescue::workflow {

/// What waits for a person. Kinds: judge_precheck, job_dead, report_failed.
struct Task {
  std::string id, incident_id, kind, state;
  Json details = Json::object();
  std::string outcome, note, done_by;
  std::int64_t created_us = 0, done_us = 0;
};

class Tasks {
 public:
  explicit Tasks(service::Service& service) : service_(&service) {}
  /// Opens one, unless this incident has an open one of that kind.
  Status open(store::Tx& tx, const std::string& incident_id, const std::string& kind, const Json& details);
  /// Ends every open task of that kind: what it asked for was decided elsewhere.
  Status settle(store::Tx& tx, const std::string& incident_id, const std::string& kind,
                const std::string& outcome, const std::string& by);
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
