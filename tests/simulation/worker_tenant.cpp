#include "tenant.hpp"
#include "worker/app.hpp"

namespace rescue::simulation {
namespace {

worker::Config config_of(const Surroundings& around) {
  Json changes = common_changes(around);
  changes["evidence"] = {{"dir", around.dir + "/evidence"}};
  auto source = config::Source::from("worker", shipped_settings("worker", changes), {});
  if (!source) throw std::runtime_error(source.error().detail);
  auto config = worker::read_config(*source);
  if (!config) throw std::runtime_error(config.error().detail);
  config->service.transport = around.transport;
  config->service.retry.crashes_max = 100;
  return *config;
}

class Worker final : public Tenant {
 public:
  Worker(const Surroundings& around, const Clock& clock) : app_(config_of(around), clock) {}
  service::Service& service() override { return app_.service(); }
  std::vector<http::Route> routes() override { return app_.routes(); }
  worker::Journal* journal() override { return &app_.journal(); }
  worker::EvidenceStore* evidence() override { return &app_.evidence(); }

 private:
  worker::App app_;
};

}  // namespace

std::unique_ptr<Tenant> open_worker(const Surroundings& around, const Clock& clock) {
  return std::make_unique<Worker>(around, clock);
}

}  // namespace rescue::simulation
