#pragma once

#include <functional>
#include <string>

#include "config.hpp"
#include "rescue/http/client.hpp"

namespace rescue::workflow {

/// The evidence store, as the worker serves it: files named by their SHA-256. One thread at a time.
class WorkerEvidence {
 public:
  /// Reads the worker's token file. kInvalid when it cannot.
  static Result<WorkerEvidence> create(const Config& config);
  /// GETs a path of worker's. By HTTP, unless another way is given.
  using Fetch =
      std::function<Result<http::ClientResponse>(const std::string& path, const std::string& traceparent)>;
  void fetch_by(Fetch fetch) { fetch_ = std::move(fetch); }

  /// kNotFound "evidence-not-found" when the store does not have it, kUnavailable while the worker does not
  /// answer, kCorrupt "evidence-missing" for any other answer or bytes that do not fit their name.
  Result<std::string> get(const std::string& sha256, const std::string& traceparent) const;
  /// Durable when it returns: the SHA-256.
  Result<std::string> put(const std::string& bytes) const;

 private:
  WorkerEvidence(std::string url, std::string token);
  std::string url_, token_;
  Fetch fetch_;
};

}  // namespace rescue::workflow
