#pragma once

#include "world.hpp"

namespace rescue::simulation {

/// Stands where the worker's threads run the probe: takes attempts out of the worker's own journal and says
/// through it how they end: well, badly, or not for so long that another attempt has begun.
class Crew {
 public:
  explicit Crew(Stage& stage) : stage_(stage) {}
  /// Puts the documents that attempts find into the evidence store.
  void prepare();
  /// Takes up what waits. After the worker's death those at work are gone.
  void look();
  void worker_died() { ++life_; }

 private:
  void run(const std::string& job_id, std::int64_t attempt);
  void heartbeat(std::string job_id, std::int64_t attempt, int life, int left);
  void finish(const std::string& job_id, std::int64_t attempt, int life);

  Stage& stage_;
  std::vector<std::string> documents_;  ///< SHA-256
  int life_ = 0;
};

}  // namespace rescue::simulation
