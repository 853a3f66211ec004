#pragma once

#include <string>

#include "config.hpp"

namespace rescue::workflow {

/// The evidence store, as the worker serves it: files named by their SHA-256. One thread at a time.
class WorkerEvidence {
 public:
  /// Reads the worker's token file. kInvalid when it cannot.
  static Result<WorkerEvidence> create(const Config& config);

  /// kNotFound "evidence-not-found" when the store does not have it, kUnavailable while the worker does not
  /// answer, kCorrupt "evidence-missing" for any other answer or bytes that do not fit their name.
  Result<std::string> get(const std::string& sha256, const std::string& traceparent) const;
  /// Durable when it returns: the SHA-256.
  Result<std::string> put(const std::string& bytes) const;

 private:
  WorkerEvidence(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}
  std::string url_, token_;
};

}  // namespace rescue::workflow
