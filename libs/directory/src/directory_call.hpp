#pragma once

#include <condition_variable>
#include <mutex>

#include "directory_answer.hpp"
#include "rescue/directory/contracts.hpp"

namespace rescue::directory {

/// Asks the provider's system, trying again where that may help. Thread-safe.
class DirectoryCall {
 public:
  explicit DirectoryCall(const ContractsConfig& config) : config_(config) {}
  /// Within `config.wait`. kUnavailable or kTimeout: no answer came, or none that others would get either;
  /// kCorrupt: what came is no answer to this question.
  Result<Answer> ask(const catalog::ServerKey& key, Timestamp at);
  /// Ends all waiting between tries.
  void stop();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  Result<std::string> try_once(const std::string& path, Deadline deadline) const;
  bool pause(int tries, Deadline deadline);

  const ContractsConfig config_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace rescue::directory
