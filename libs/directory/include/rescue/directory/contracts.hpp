#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rescue/catalog/contracts.hpp"
#include "rescue/config/source.hpp"
#include "rescue/service/service.hpp"

namespace rescue::directory {

/// Where contracts are looked up: in a file, or at the provider's system
/// (api/openapi/contracts-directory.json).
struct ContractsConfig {
  std::string file = {};
  std::string url = {};  ///< http:// or https://host:port
  std::string token_file = {};
  std::string ca_file = {};                ///< of https: the certificates to trust in place of the system's
  std::chrono::milliseconds wait{3'000};   ///< for one look-up, its retries included
  std::chrono::seconds fresh{300};         ///< an answer "under contract" is not asked for again meanwhile
  std::chrono::seconds unknown_fresh{30};  ///< an answer "not under contract"
  std::chrono::seconds stale{3'600};  ///< what an answer "under contract" is good for while nobody answers
  std::size_t cache_max = 10'000;     ///< answers that are kept
};

/// Reads contracts.file or contracts.url (one of them), contracts.token_file, contracts.ca_file,
/// contracts.wait_ms, contracts.fresh_s, contracts.unknown_fresh_s, contracts.stale_s, contracts.cache_max.
/// Faults go to `source`.
ContractsConfig read_contracts_config(config::Source& source);

/// What it means to the service that the provider's system does not answer.
enum class Outage {
  kUnready,  ///< it can do nothing without
  kWarning,  ///< it goes on by what it knows
};

/// The directory, with its timer, readiness, log and metrics at `service`, which must outlive it; register
/// before the service starts. Throws std::runtime_error when the file cannot be used.
std::unique_ptr<catalog::Contracts> open_contracts(const ContractsConfig& config, service::Service& service,
                                                   Outage outage = Outage::kUnready);

}  // namespace rescue::directory
