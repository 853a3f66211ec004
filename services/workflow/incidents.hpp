#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/base/id.hpp"
#include "rescue/incident/state_machine.hpp"
#include "rescue/service/service.hpp"

namespace rescue::workflow {

class Sla;

/// One row of `incidents`. JSON members are null until they exist.
struct Incident {
  std::string id;
  std::int64_t version = 0;
  incident::State state = incident::State::kReported;
  std::string server_id, customer, category, notice_source;
  std::vector<std::string> confirmation;
  std::optional<std::string> choice;
  std::optional<std::string> waiting_for;
  std::string runbook_version;
  Json milestones = Json::object();
  Json precheck, situation;
  std::optional<std::string> document_sha256, report_sha256;
  Json delivery, charge;
  std::string traceparent;
  std::int64_t opened_us = 0, changed_us = 0;
  /// What the clocks of the service level were told last.
  struct Clocked {
    incident::State state = incident::State::kReported;
    std::optional<std::string> waiting_for, report_sha256;
    bool operator==(const Clocked&) const = default;
  };
  Clocked clocked() const { return {state, waiting_for, report_sha256}; }
  Clocked stored = {};

  /// When `state` was last entered; 0: never.
  std::int64_t entered_us(incident::State state) const;
};

/// Who and why, for the audit trail.
struct Cause {
  std::string actor;  ///< "operator:k3", "customer:C-1001/name", "system", "worker:w1"
  std::string reason;
  Json details = Json::object();
};

/// The incidents table and its one way of changing: compare-and-set on the version, with an audit row in the
/// same transaction.
class Incidents {
 public:
  Incidents(service::Service& service, Sla& sla);

  Status open(store::Tx& tx, Incident& incident, const Cause& cause);
  /// The incident, through an alias if need be. kNotFound "incident-not-found".
  Result<Incident> load(store::Tx& tx, const std::string& id) const;
  /// The incident of this very id, also a merged one. kNotFound "incident-not-found".
  Result<Incident> load_exact(store::Tx& tx, const std::string& id) const;
  /// What an alias stands for; nothing when `id` is none.
  Result<std::optional<std::string>> merged_into(store::Tx& tx, const std::string& id) const;
  /// The ids that were merged into this incident, the newest 500.
  Result<std::vector<std::string>> merged_ids(store::Tx& tx, const std::string& id) const;
  /// The open incident about the same server, customer and category that a new report belongs to. One whose
  /// work is done
  /// (`reporting`) or that the customer took upon itself takes no more: what comes then is a new incident.
  /// Nor does one that has not begun (`reported`): it waits for a person.
  Result<std::optional<Incident>> open_for(store::Tx& tx, const std::string& server_id,
                                           const std::string& customer, const std::string& category,
                                           std::int64_t opened_since_us = 0) const;
  /// The one about the same as `fresh` that waits for a person to say whether it is a duplicate.
  Result<std::optional<Incident>> held_for(store::Tx& tx, const Incident& fresh) const;
  /// The latest one about the same server, customer and category whose work is done.
  Result<std::optional<Incident>> latest_worked(store::Tx& tx, const std::string& server_id,
                                                const std::string& customer,
                                                const std::string& category) const;
  /// Takes the step, stores every changed member. kConflict "illegal-transition" or "version-conflict".
  Status advance(store::Tx& tx, Incident& incident, incident::Event event, const Cause& cause);
  /// Stores changed members without a step, with an audit row `action`.
  Status record(store::Tx& tx, Incident& incident, const std::string& action, const Cause& cause);
  /// An audit row that changes nothing of the incident: for what stands beside it.
  Status trail(store::Tx& tx, const Incident& incident, const std::string& action, const Cause& cause);
  struct Filter {
    std::string state, server_id, customer;  ///< empty: any
  };
  /// Newest first: those with an id below `before` (empty: from the newest).
  Result<std::vector<Incident>> list(store::Tx& tx, const Filter& filter, const std::string& before,
                                     std::size_t limit) const;

 private:
  Status save(store::Tx& tx, Incident& incident);
  Status forget_access(store::Tx& tx, const Incident& incident);
  Status audit(store::Tx& tx, const Incident& incident, const std::string& action, const Cause& cause);
  service::Service* service_;
  Sla* sla_;
};

}  // namespace rescue::workflow
