#include "rescue/service/annex_watch.hpp"

#include <stdexcept>

namespace rescue::service {
namespace {

using State = catalog::AnnexFolder::State;

void show(telemetry::Metrics& metrics, const State& state) {
  const telemetry::Labels labels{{"annex", state.name}};
  metrics.gauge("rescue_annex_broken", "1 while an annex file as it is now cannot be used.", labels)
      .set(state.broken ? 1 : 0);
  if (!state.loaded) return;
  metrics
      .gauge("rescue_annex_loaded_timestamp_seconds", "When what is in force of the annex was read.", labels)
      .set(static_cast<double>(to_us(*state.loaded)) / 1e6);
}

void tell(const log::Logger& log, const State& state) {
  if (state.broken) {
    log.error("annex.broken", {{"annex", state.name}, {"detail", *state.broken}});
  } else {
    log.info("annex.loaded", {{"annex", state.name}});
  }
}

std::optional<std::string> broken(const catalog::AnnexFolder& folder, const std::string& name) {
  for (auto& state : folder.states()) {
    if (state.name == name) return std::move(state.broken);
  }
  return std::nullopt;
}

}  // namespace

AnnexConfig read_annex_config(config::Source& source) {
  AnnexConfig out;
  out.directory = source.required_text("annexes.directory");
  out.check = source.milliseconds("annexes.check_ms", out.check);
  if (out.check < std::chrono::milliseconds(10)) source.fault("annexes.check_ms", "must be 10 or more");
  return out;
}

void watch_annexes(Service& service, catalog::AnnexFolder& folder, const AnnexConfig& config) {
  if (const auto opened = folder.open(service.clock().now()); !opened) {
    throw std::runtime_error(opened.error().detail);
  }
  for (const auto& state : folder.states()) {
    show(service.metrics(), state);
    service.add_warning("annex " + state.name, [&folder, name = state.name] { return broken(folder, name); });
  }
  service.every("annexes", config.check, [&service, &folder]() -> Status {
    for (const auto& state : folder.refresh(service.clock().now())) {
      show(service.metrics(), state);
      tell(service.log(), state);
    }
    return {};
  });
}

}  // namespace rescue::service
