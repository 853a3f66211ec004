#include <stdexcept>

#include "rescue/catalog/contracts_file.hpp"
#include "rescue/directory/contracts.hpp"
#include "rest_contracts.hpp"

namespace rescue::directory {
namespace {

using std::chrono::seconds;

/// A look at the file: what is new or wrong is logged once, and shown as long as it is.
class Watch {
 public:
  Watch(service::Service& service, catalog::ContractsFile& file)
      : log_(&service.log()),
        file_(&file),
        usable_(service.metrics().gauge("rescue_contracts_usable",
                                        "1 while the directory of contracts is as it should be.")),
        broken_(service.metrics().gauge("rescue_annex_broken",
                                        "1 while an annex file as it is now cannot be used.",
                                        {{"annex", "contracts"}})) {
    show();
  }
  void look() {
    const auto before = file_->broken();
    const auto changed = file_->refresh();
    if (changed && *changed) log_->info("contracts.changed");
    if (!changed && before != file_->broken()) {
      log_->error("annex.broken", {{"annex", "contracts"}, {"detail", changed.error().detail}});
    }
    show();
  }

 private:
  void show() {
    usable_.set(file_->broken() ? 0 : 1);
    broken_.set(file_->broken() ? 1 : 0);
  }
  const log::Logger* log_;
  catalog::ContractsFile* file_;
  telemetry::Gauge usable_, broken_;
};

std::unique_ptr<catalog::Contracts> open_file(const ContractsConfig& config, service::Service& service) {
  auto file = catalog::ContractsFile::open(config.file);
  if (!file) throw std::runtime_error(file.error().detail);
  service.every("contracts", seconds(5), [watch = Watch(service, **file)]() mutable -> Status {
    watch.look();
    return {};
  });
  service.add_warning("contracts", [&contracts = **file]() -> std::optional<std::string> {
    const auto broken = contracts.broken();
    if (!broken) return std::nullopt;
    return *broken + "; the last good version is in force";
  });
  return *std::move(file);
}

std::unique_ptr<catalog::Contracts> open_rest(const ContractsConfig& config, service::Service& service,
                                              Outage outage) {
  auto rest = std::make_unique<RestContracts>(
      config, RestContracts::Surroundings{service.clock(), service.log(), service.metrics()});
  service.every("contracts", seconds(5), [&contracts = *rest]() -> Status {
    contracts.look_after();
    return {};
  });
  const auto trouble = [&contracts = *rest] { return contracts.trouble(); };
  if (outage == Outage::kUnready) service.add_readiness("contracts", trouble);
  if (outage == Outage::kWarning) service.add_warning("contracts", trouble);
  return rest;
}

}  // namespace

std::unique_ptr<catalog::Contracts> open_contracts(const ContractsConfig& config, service::Service& service,
                                                   Outage outage) {
  return config.url.empty() ? open_file(config, service) : open_rest(config, service, outage);
}

}  // namespace rescue::directory
