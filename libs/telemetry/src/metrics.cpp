#include "rescue/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

#include "metrics_state.hpp"

namespace rescue::telemetry {
namespace {

constexpr std::size_t kLabelSetsMax = 200;
const std::vector<double> kSecondsBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                             0.25,   0.5,   1,      2.5,   5,    10,    30,   60};

std::string compiler() {
  return "g++ " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__);
}

}  // namespace

void Counter::add(double by) {
  if (impl_ != nullptr) impl_->Increment(by);
}
double Counter::value() const {
  return impl_ != nullptr ? impl_->Value() : 0;
}
void Gauge::set(double value) {
  if (impl_ != nullptr) impl_->Set(value);
}
void Gauge::add(double by) {
  if (impl_ != nullptr) impl_->Increment(by);
}
double Gauge::value() const {
  return impl_ != nullptr ? impl_->Value() : 0;
}
void Histogram::observe(double value) {
  if (impl_ != nullptr) impl_->Observe(value);
}

std::vector<prometheus::MetricFamily> Metrics::State::Collect() const {
  {
    const std::lock_guard lock(refresh_mutex);
    for (const auto& refresh : refreshers) run(refresh);
  }
  return registry.Collect();
}

Labels Metrics::State::admit(const std::string& family, const Labels& labels) {
  const std::lock_guard lock(mutex);
  auto& known = label_sets[family];
  if (known.contains(labels)) return labels;
  if (known.size() < kLabelSetsMax) {
    known.insert(labels);
    return labels;
  }
  Labels other = labels;
  for (auto& [name, value] : other) value = "other";
  return other;
}

void Metrics::State::run(const std::function<void()>& refresh) const {
  try {
    refresh();
  } catch (...) {
    // A gauge that cannot be read must not take the other metrics with it.
    failed_refreshes->Increment();
  }
}

Metrics::Metrics() : state_(std::make_shared<State>()) {
  state_->failed_refreshes =
      counter("rescue_metrics_refresh_failures_total", "Gauges that could not be read").impl_;
  gauge("rescue_build_info", "What runs: always 1", {{"version", RESCUE_VERSION}, {"compiler", compiler()}})
      .set(1);
}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  Counter out;
  out.impl_ = &family.Add(state_->admit(name, labels));
  return out;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  Gauge out;
  out.impl_ = &family.Add(state_->admit(name, labels));
  return out;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const Labels& labels,
                             const std::vector<double>& buckets) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  Histogram out;
  out.impl_ = &family.Add(state_->admit(name, labels), buckets.empty() ? kSecondsBuckets : buckets);
  return out;
}

void Metrics::before_scrape(std::function<void()> refresh) {
  const std::lock_guard lock(state_->refresh_mutex);
  state_->refreshers.push_back(std::move(refresh));
}

std::string Metrics::text() {
  return prometheus::TextSerializer().Serialize(state_->Collect());
}

}  // namespace rescue::telemetry
