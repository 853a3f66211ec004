#include "examination.hpp"

#include "../probe_document.hpp"
#include "disk_examination.hpp"
#include "live_examination.hpp"

namespace rescue::worker {
namespace {

Progress written(std::string_view phase, const std::string& document) {
  const auto bytes = static_cast<std::int64_t>(document.size());
  return {.phase = phase, .done = bytes, .total = bytes, .unit = "bytes"};
}

}  // namespace

Progress ProbeTime::progress() const {
  if (told_) {
    return {.phase = "probe-running",
            .done = told_->bytes,
            .total = told_->planned_bytes,
            .unit = "bytes",
            .findings = told_->findings};
  }
  const auto taken = std::chrono::steady_clock::now() - begun_;
  return {.phase = "probe-running",
          .done = std::chrono::duration_cast<std::chrono::seconds>(taken).count(),
          .total = total_s_,
          .unit = "seconds"};
}

std::vector<std::string> probe_arguments(const std::string& root, const std::string& out,
                                         const ProbeLimits& limits) {
  const auto time_limit = std::max(std::chrono::seconds(1), limits.wall * 9 / 10);
  return {"investigate", "--root", root, "--out", out, "--time-limit", std::to_string(time_limit.count()),
          "--progress",  "ndjson"};
}

Result<JobResult> keep_document(const JobContext& context, const std::string& document) {
  context.report_progress(written("document-written", document));
  RESCUE_ASSIGN(Json summary, summarise_document(document));
  RESCUE_ASSIGN(std::string sha256, context.evidence.put(document));
  context.report_progress(written("document-stored", document));
  return JobResult{std::move(sha256), std::move(summary)};
}

Result<JobResult> examine_server(const JobContext& context, const Config& config, const ProbeLimits& limits) {
  return context.access != nullptr ? examine_live(context, config, limits)
                                   : examine_disk(context, config, limits);
}

}  // namespace rescue::worker
