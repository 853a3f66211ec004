#pragma once

#include <memory>
#include <vector>

#include "config.hpp"
#include "parts.hpp"

namespace rescue::intake {

/// The intake service, wired together. Parts refer to each other: it stays where it was built.
class App {
 public:
  /// Throws std::runtime_error when an annex file, the database or the key file cannot be used.
  App(const Config& config, const Clock& clock);
  /// Ends the service first: what it waits for ends after it.
  ~App() { service_.stop(); }
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  service::Service& service() { return service_; }
  int run() { return service_.run(); }

  /// Served at once.
  std::vector<http::Route> routes();
  /// Served by the slow listener: they may wait for workflow's decision.
  std::vector<http::Route> slow_routes();

 private:
  catalog::AnnexFolder annexes_;
  service::Service service_;
  std::unique_ptr<catalog::Contracts> contracts_;
  DecisionBoard board_;
  service::SealingKeys sealing_;
  Parts parts_;
};

}  // namespace rescue::intake
