#pragma once

#include <string>
#include <vector>

#include "incidents.hpp"

namespace rescue::workflow {

/// R40: where the way in was the customer's own application or password, what is left for the customer to do.
/// Beside the incident, not in it: it can be done after the incident is complete.
struct CustomerTask {
  std::string id, incident_id, customer, advice, state, note, done_by;
  Json title, why;
  std::string report_sha256;
  std::int64_t created_us = 0, done_us = 0;
};

class Casework;

class CustomerTasks {
 public:
  /// The tasks of a report that was made: those it asks for anew are opened and the customer is told of each,
  /// open ones that it no longer asks for are withdrawn, and with them what was still to be said of them.
  static Status take_over(Casework& casework, store::Tx& tx, const Incident& incident, const Json& asked);
  /// kNotFound "customer-task-not-found" for one of another incident; kConflict "customer-task-done".
  static Result<CustomerTask> complete(store::Tx& tx, const CustomerTask& done, Timestamp now);

  struct Filter {
    std::string state = {}, incident_id = {}, customer = {};  ///< empty: any
  };
  static Result<std::vector<CustomerTask>> list(store::Tx& tx, const Filter& filter, const std::string& after,
                                                std::size_t limit);
};

Json to_json(const CustomerTask& task);

}  // namespace rescue::workflow
