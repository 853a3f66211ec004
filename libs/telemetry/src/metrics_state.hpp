#pragma once

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "rescue/telemetry/metrics.hpp"

namespace rescue::telemetry {

/// What a scrape asks: runs the refreshers, then reads the registry. Thread-safe.
struct Metrics::State : prometheus::Collectable {
  std::vector<prometheus::MetricFamily> Collect() const override;
  /// The labels under which to count: those asked for, or "other" once the family is full.
  Labels admit(const std::string& family, const Labels& labels);
  void run(const std::function<void()>& refresh) const;

  prometheus::Registry registry;
  prometheus::Counter* failed_refreshes = nullptr;
  std::mutex mutex;
  std::map<std::string, std::set<Labels>> label_sets;
  mutable std::mutex refresh_mutex;
  std::vector<std::function<void()>> refreshers;
};

}  // namespace rescue::telemetry
