#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rescue/http/client.hpp"
#include "rescue/http/server.hpp"
#include "rescue/service/service.hpp"

namespace rescue::worker {
class Journal;
class EvidenceStore;
}  // namespace rescue::worker

namespace rescue::simulation {

/// A service as its own App wires it together, in a process's memory: what a crash throws away.
class Tenant {
 public:
  virtual ~Tenant() = default;
  virtual service::Service& service() = 0;
  virtual std::vector<http::Route> routes() = 0;
  /// Of the worker only.
  virtual worker::Journal* journal() { return nullptr; }
  virtual worker::EvidenceStore* evidence() { return nullptr; }
};

/// What every service is opened with.
struct Surroundings {
  std::string dir;       ///< settings, keys, databases; contracts.json and the annexes stand there too
  std::string database;  ///< URL
  std::shared_ptr<queue::Transport> transport;
  std::function<double()> random;  ///< for the pauses between attempts
  /// How workflow fetches what the worker has.
  std::function<Result<http::ClientResponse>(const std::string& path, const std::string& traceparent)> fetch;
};

/// The settings a service is shipped with, with `changes` put in.
Json shipped_settings(const std::string& service, const Json& changes);
/// What all have in common: the database, no Redis, errors logged only.
Json common_changes(const Surroundings& around);

/// Where the contracts are that intake and pricing read.
Json contract_changes(const Surroundings& around);
/// Where the annexes are that all but the worker read.
Json annex_changes(const Surroundings& around);

// One each, in files of their own: their headers have the same names. They throw where the start-up is
// unusable; `clock` must outlive the tenant.
std::unique_ptr<Tenant> open_intake(const Surroundings& around, const Clock& clock);
std::unique_ptr<Tenant> open_pricing(const Surroundings& around, const Clock& clock);
std::unique_ptr<Tenant> open_workflow(const Surroundings& around, const Clock& clock);
/// Its attempts are never run: whoever has the journal says how they end.
std::unique_ptr<Tenant> open_worker(const Surroundings& around, const Clock& clock);

}  // namespace rescue::simulation
