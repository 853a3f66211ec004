#include "pricing/app.hpp"
#include "tenant.hpp"

namespace rescue::simulation {
namespace {

pricing::Config config_of(const Surroundings& around) {
  Json changes = common_changes(around);
  changes.merge_patch(annex_changes(around));
  changes.merge_patch(contract_changes(around));
  changes["quote"] = {{"validity_s", 1'200}};  // so that some expire
  auto source = config::Source::from("pricing", shipped_settings("pricing", changes), {});
  if (!source) throw std::runtime_error(source.error().detail);
  auto config = pricing::read_config(*source);
  if (!config) throw std::runtime_error(config.error().detail);
  config->service.transport = around.transport;
  config->service.retry.crashes_max = 100;
  return *config;
}

class Pricing final : public Tenant {
 public:
  Pricing(const Surroundings& around, const Clock& clock) : app_(config_of(around), clock) {}
  service::Service& service() override { return app_.service(); }
  std::vector<http::Route> routes() override { return app_.routes(); }

 private:
  pricing::App app_;
};

}  // namespace

std::unique_ptr<Tenant> open_pricing(const Surroundings& around, const Clock& clock) {
  return std::make_unique<Pricing>(around, clock);
}

}  // namespace rescue::simulation
