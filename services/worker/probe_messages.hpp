#pragma once

#include <string>

#include "rescue/log/logger.hpp"

namespace rescue::worker {

/// What a child writes to stderr, line by line into our log: bounded, whatever it writes.
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

 private:
  void take(std::string_view bytes);
  void end_line();

  const log::Logger* log_;
  Json fields_;
  bool open_ = true;
  std::size_t taken_bytes_ = 0;
  std::string line_;
  std::string last_line_;
};

}  // namespace rescue::worker
