#pragma once

#include <set>
#include <string>

#include "rescue/telemetry/metrics.hpp"

namespace rescue::telemetry {

/// A gauge that is 1 for each name of a list that is looked at anew; what is in it no more falls back to 0.
/// For Metrics::before_scrape, which runs in one thread at a time.
class ListedGauge {
 public:
  /// `metrics` outlives it.
  ListedGauge(Metrics& metrics, std::string name, std::string help, std::string label);
  void set(const std::set<std::string>& listed);

 private:
  Metrics& metrics_;
  std::string name_;
  std::string help_;
  std::string label_;
  std::set<std::string> known_;
};

}  // namespace rescue::telemetry
