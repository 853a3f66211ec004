#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "finding_counts.hpp"
#include "rescue/log/logger.hpp"

namespace rescue::worker {

/// How far the probe says it is; it may be taken over, so these are numbers and nothing more.
struct ProbeProgress {
  std::int64_t bytes = 0;
  std::int64_t planned_bytes = 0;  ///< never less than `bytes`
  std::optional<FindingCounts> findings = {};
};

/// What a child writes to stderr, line by line into our log: bounded, whatever it writes. Lines that tell its
/// progress (`{"progress": {…}}`, services/probe/progress.hpp) are kept apart.
class ProbeMessages {
 public:
  ProbeMessages(const log::Logger& log, Json fields) : log_(&log), fields_(std::move(fields)) {}

  /// More of it, in whatever pieces.
  void take(std::string_view bytes);
  /// That was all.
  void finish();
  const std::string& last_line() const { return last_line_; }
  /// The newest progress, once.
  std::optional<ProbeProgress> take_progress() { return std::exchange(progress_, std::nullopt); }

 private:
  void end_line();
  bool is_progress();

  const log::Logger* log_;
  Json fields_;
  std::size_t taken_bytes_ = 0;
  std::string line_;
  std::string last_line_;
  std::optional<ProbeProgress> progress_;
};

}  // namespace rescue::worker
