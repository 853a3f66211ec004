#pragma once

#include <memory>

#include "attempt_pool.hpp"
#include "config.hpp"
#include "evidence_store.hpp"
#include "journal.hpp"
#include "messages/job_messages.hpp"
#include "rescue/telemetry/listed_gauge.hpp"

namespace rescue::worker {

/// The worker service, wired together. Parts refer to each other: it stays where it was built.
class App {
 public:
  /// Reports what an earlier process left running. Throws std::runtime_error when the database, the key file
  /// or the evidence store cannot be used.
  App(const Config& config, const Clock& clock);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  service::Service& service() { return service_; }
  EvidenceStore& evidence() { return *evidence_; }
  Journal& journal() { return journal_; }
  std::vector<http::Route> routes();
  /// Serves and works until SIGTERM or SIGINT. The exit code.
  int run();
  void start();
  /// Ends running jobs (they run again after the next start), then drains.
  void stop();

 private:
  void recover();
  void add_messages();
  void add_readiness();
  void add_gauges();
  void show_sealing_keys(telemetry::ListedGauge& held);
  std::optional<std::string> sealing_trouble() const;

  Config config_;
  service::Service service_;
  std::unique_ptr<EvidenceStore> evidence_;
  Journal journal_;
  JobSurroundings surroundings_;
  AttemptPool pool_;
  JobMessages messages_;
};

}  // namespace rescue::worker
