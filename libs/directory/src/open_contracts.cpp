#include <stdexcept>

#include "rescue/catalog/contracts_file.hpp"
#include "rescue/directory/contracts.hpp"
#include "rest_contracts.hpp"

namespace rescue::directory {
namespace {

using std::chrono::seconds;

std::unique_ptr<catalog::Contracts> open_file(const ContractsConfig& config, service::Service& service) {
  auto file = catalog::ContractsFile::open(config.file);
  if (!file) throw std::runtime_error(file.error().detail);
  auto usable = service.metrics().gauge("rescue_contracts_usable",
                                        "1 while the directory of contracts is as it should be.");
  service.every("contracts", seconds(5), [&service, usable, &contracts = **file]() mutable -> Status {
    const auto changed = contracts.refresh();
    usable.set(changed ? 1 : 0);
    if (!changed) return fail(changed.error());
    if (*changed) service.log().info("contracts.changed");
    return {};
  });
  return *std::move(file);
}

std::unique_ptr<catalog::Contracts> open_rest(const ContractsConfig& config, service::Service& service) {
  auto rest = std::make_unique<RestContracts>(
      config, RestContracts::Surroundings{service.clock(), service.log(), service.metrics()});
  service.every("contracts", seconds(5), [&contracts = *rest]() -> Status {
    contracts.look_after();
    return {};
  });
  service.add_readiness("contracts", [&contracts = *rest] { return contracts.trouble(); });
  return rest;
}

}  // namespace

std::unique_ptr<catalog::Contracts> open_contracts(const ContractsConfig& config, service::Service& service) {
  return config.url.empty() ? open_file(config, service) : open_rest(config, service);
}

}  // namespace rescue::directory
