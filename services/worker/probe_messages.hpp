#pragma once

#include <optional>
#include <string>
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

  /// False after the end of file.
  bool open() const { return open_; }
  /// Reads what is there; `fd` is non-blocking.
  void read_some(int fd);
  /// What is left after the child's end. Does not wait for others that hold the pipe.
  void read_rest(int fd);
  const std::string& last_line() const { return last_line_; }
  /// The newest progress, once.
  std::optional<ProbeProgress> take_progress() { return std::exchange(progress_, std::nullopt); }

 private:
  void take(std::string_view bytes);
  void end_line();
  bool is_progress();

  const log::Logger* log_;
  Json fields_;
  bool open_ = true;
  std::size_t taken_bytes_ = 0;
  std::string line_;
  std::string last_line_;
  std::optional<ProbeProgress> progress_;
};

}  // namespace rescue::worker
