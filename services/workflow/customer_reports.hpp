#pragma once

#include <string>

#include "casework.hpp"
#include "worker_evidence.hpp"

namespace rescue::workflow {

/// Makes the customer report of each incident that is in `reporting` and has none: fetches the
/// investigation's document from worker by its hash, builds and renders the report, stores it. One thread
/// (the timer "customer-reports").
class CustomerReports {
 public:
  /// Reads the worker's token file. kInvalid when it cannot.
  static Result<CustomerReports> create(Casework& casework);
  Status make_due();
  /// For tests/simulation.
  void fetch_by(WorkerEvidence::Fetch fetch) { evidence_.fetch_by(std::move(fetch)); }

 private:
  CustomerReports(Casework& casework, WorkerEvidence evidence);
  Status make(const Incident& incident);
  Result<Json> fetch_document(const Incident& incident) const;
  Status store_report(const Incident& incident, const Json& report);
  Status hand_to_operator(const Incident& incident, const Error& error);

  Casework* casework_;
  WorkerEvidence evidence_;
};

}  // namespace rescue::workflow
