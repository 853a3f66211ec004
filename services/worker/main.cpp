#include <stdexcept>

#include "app.hpp"
#include "rescue/seal/privacy.hpp"

int main(int argc, char** argv) {
  using namespace rescue;
  return service::run_main([&] {
    const auto path = config::config_path(argc, argv);
    if (!path) throw std::runtime_error(path.error().detail);
    auto source = config::Source::load("worker", *path);
    if (!source) throw std::runtime_error(source.error().detail);
    const auto config = worker::read_config(*source);
    if (!config) throw std::runtime_error(config.error().detail);
    if (const auto kept = seal::keep_memory_private(); !kept) throw std::runtime_error(kept.error().detail);
    const SystemClock clock;
    worker::App app(*config, clock);
    return app.run();
  });
}
