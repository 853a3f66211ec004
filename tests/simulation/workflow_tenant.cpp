#include <fstream>

#include "tenant.hpp"
#include "workflow/app.hpp"

namespace rescue::simulation {
namespace {

workflow::Config config_of(const Surroundings& around) {
  Json changes = common_changes(around);
  changes.merge_patch(annex_changes(around));
  changes.merge_patch(contract_changes(around));
  changes["worker"] = {{"token_file", around.dir + "/token"}};
  changes["hearing"] = {{"deadline_s", 300}};
  changes["desk"] = {{"second_person", ""}};
  const std::string path = around.dir + "/workflow.json";
  std::ofstream(path) << dump_json(shipped_settings("workflow", changes));
  auto config = workflow::load_config(path);
  if (!config) throw std::runtime_error(config.error().detail);
  config->common.transport = around.transport;
  config->common.retry.crashes_max = 100;
  return *config;
}

class Workflow final : public Tenant {
 public:
  Workflow(const Surroundings& around, const Clock& clock)
      : app_(config_of(around), clock, {.random = around.random}) {
    app_.customer_reports().fetch_by(around.fetch);
  }
  service::Service& service() override { return app_.service(); }
  std::vector<http::Route> routes() override { return workflow::routes(app_.casework()); }

 private:
  workflow::App app_;
};

}  // namespace

std::unique_ptr<Tenant> open_workflow(const Surroundings& around, const Clock& clock) {
  return std::make_unique<Workflow>(around, clock);
}

}  // namespace rescue::simulation
