#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace rescue::telemetry {

using Labels = std::map<std::string, std::string>;

/// Handles stay valid as long as the Metrics they came from; one that came from nowhere does nothing.
/// Thread-safe.
class Counter {
 public:
  void add(double by = 1);
  double value() const;

 private:
  friend class Metrics;
  prometheus::Counter* impl_ = nullptr;
};
class Gauge {
 public:
  void set(double value);
  void add(double by);
  double value() const;

 private:
  friend class Metrics;
  prometheus::Gauge* impl_ = nullptr;
};
class Histogram {
 public:
  void observe(double value);

 private:
  friend class Metrics;
  prometheus::Histogram* impl_ = nullptr;
};

/// A process's metrics (prometheus-cpp behind it). Names begin with `rescue_`, units last (`_seconds`,
/// `_bytes`, `_total`). A look-up takes a lock: keep the handle where the labels are known beforehand. A
/// family holds at most 200 label sets; what comes after is counted under the same labels with every value
/// "other". Holds rescue_build_info{version,compiler} from the start. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// Buckets in seconds, from 0.5 ms to 60 s, unless others are given.
  Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                      const std::vector<double>& buckets = {});
  /// Called before each scrape, to set gauges that are read from elsewhere (queue depth, incidents by state).
  void before_scrape(std::function<void()> refresh);
  /// The exposition text, format 0.0.4.
  std::string text();

 private:
  friend class Exposer;
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the Exposer alone
};

/// Serves GET /metrics on a port of its own until destroyed. Throws std::runtime_error when the port is
/// taken.
class Exposer {
 public:
  Exposer(const std::string& address, int port, Metrics& metrics);
  ~Exposer();
  Exposer(const Exposer&) = delete;
  Exposer& operator=(const Exposer&) = delete;
  int port() const;  ///< the kernel's choice when 0 was asked for

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue::telemetry
