#include "rescue/telemetry/listed_gauge.hpp"

#include <utility>

namespace rescue::telemetry {

ListedGauge::ListedGauge(Metrics& metrics, std::string name, std::string help, std::string label)
    : metrics_(metrics), name_(std::move(name)), help_(std::move(help)), label_(std::move(label)) {}

void ListedGauge::set(const std::set<std::string>& listed) {
  known_.insert(listed.begin(), listed.end());
  for (const auto& value : known_) {
    metrics_.gauge(name_, help_, {{label_, value}}).set(listed.contains(value) ? 1 : 0);
  }
}

}  // namespace rescue::telemetry
