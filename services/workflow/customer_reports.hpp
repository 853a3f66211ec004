#pragma once

#include <functional>
#include <string>

#include "casework.hpp"
#include "rescue/http/client.hpp"

namespace rescue::workflow {

/// Makes the customer report of each incident that is in `reporting` and has none: fetches the
/// investigation's document from worker by its hash, builds and renders the report, stores it. One thread
/// (the timer "customer-reports").
class CustomerReports {
 public:
  /// Reads the worker's token file. kInvalid when it cannot.
  static Result<CustomerReports> create(Casework& casework);
  Status make_due();
  /// GETs a path of worker's. By HTTP, unless another way is given.
  using Fetch =
      std::function<Result<http::ClientResponse>(const std::string& path, const std::string& traceparent)>;
  void fetch_by(Fetch fetch) { fetch_ = std::move(fetch); }

 private:
  CustomerReports(Casework& casework, Fetch fetch);
  Status make(const Incident& incident);
  Result<Json> fetch_document(const Incident& incident) const;
  Status store_report(const Incident& incident, const Json& report);
  Status hand_to_operator(const Incident& incident, const Error& error);

  Casework* casework_;
  Fetch fetch_;
};

}  // namespace rescue::workflow
