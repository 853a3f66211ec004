// Workflow as it is shipped, but for one work item more that can be ordered: what follow-up orders answer is
// seen only where there is a larger item. Nothing here carries that work out.
#include <array>
#include <stdexcept>

#include "app.hpp"
#include "rescue/service/service.hpp"

namespace rescue::workflow {
namespace {

using incident::State;

constexpr std::array kWantedIn{State::kScheduled, State::kWorking};

int run_later(int argc, char** argv) {
  const auto path = config::config_path(argc, argv);
  if (!path) throw std::runtime_error(path.error().detail);
  auto config = load_config(*path);
  if (!config) throw std::runtime_error(config.error().detail);
  const auto today = incident::job_kinds();
  std::vector<incident::JobKind> kinds(today.begin(), today.end());
  kinds.push_back({"investigation_recovery", "investigation", 20, false, kWantedIn, State::kWorking});
  const SystemClock clock;
  App app(std::move(*config), clock, {.kinds = kinds});
  return app.service().run();
}

}  // namespace
}  // namespace rescue::workflow

int main(int argc, char** argv) {
  return rescue::service::run_main([&] { return rescue::workflow::run_later(argc, argv); });
}
