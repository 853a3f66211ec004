#include "intake/app.hpp"
#include "tenant.hpp"

namespace rescue::simulation {
namespace {

intake::Config config_of(const Surroundings& around) {
  Json changes = common_changes(around);
  changes.merge_patch(annex_changes(around));
  changes.merge_patch(contract_changes(around));
  changes["sealing"] = {{"public_keys", RESCUE_SOURCE_DIR "/libs/seal/data/sealing.example.json"}};
  // Nobody waits for a decision: the only thread has to make it first.
  changes["decision"] = {{"wait_ms", 0}, {"waiters_max", 0}};
  auto source = config::Source::from("intake", shipped_settings("intake", changes), {});
  if (!source) throw std::runtime_error(source.error().detail);
  auto config = intake::read_config(*source);
  if (!config) throw std::runtime_error(config.error().detail);
  config->service.transport = around.transport;
  config->service.retry.crashes_max = 100;  // crashes are everyday here
  return *config;
}

class Intake final : public Tenant {
 public:
  Intake(const Surroundings& around, const Clock& clock) : app_(config_of(around), clock) {}
  service::Service& service() override { return app_.service(); }
  std::vector<http::Route> routes() override {
    auto all = app_.routes();
    for (auto& route : app_.slow_routes()) all.push_back(std::move(route));
    return all;
  }

 private:
  intake::App app_;
};

}  // namespace

std::unique_ptr<Tenant> open_intake(const Surroundings& around, const Clock& clock) {
  return std::make_unique<Intake>(around, clock);
}

}  // namespace rescue::simulation
