#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../probe_runner.hpp"
#include "job_kind.hpp"

namespace rescue::worker {

/// How much the probe has read of what it means to read; before it has told that, how much of its time it has
/// used.
class ProbeTime {
 public:
  explicit ProbeTime(const ProbeLimits& limits) : total_s_(limits.wall.count()) {}
  void hear(const ProbeProgress& told) { told_ = told; }
  Progress progress() const;

 private:
  std::int64_t total_s_;
  std::optional<ProbeProgress> told_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// The words for a probe that looks at `root` and writes its document to `out`. It ends by itself a little
/// before it would be ended, and tells what it did not get to as gaps.
std::vector<std::string> probe_arguments(const std::string& root, const std::string& out,
                                         const ProbeLimits& limits);

/// Checks the document and puts it into the store. kCorrupt ("probe-bad-document"), kUnavailable
/// ("evidence-store-unavailable").
Result<JobResult> keep_document(const JobContext& context, const std::string& document);

/// Looks at the server of the attempt where it can be had: running, when the attempt says how it is reached,
/// otherwise its mounted disk.
Result<JobResult> examine_server(const JobContext& context, const Config& config, const ProbeLimits& limits);

}  // namespace rescue::worker
