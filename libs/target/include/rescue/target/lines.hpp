#pragma once

#include "rescue/target/target.hpp"

namespace rescue::target {

/// Talk line by line with a program that runs at a target. Borrows it.
class Lines {
 public:
  struct Options {
    std::size_t line_bytes_max = 1U << 20U;
    std::size_t messages_bytes_max = 64U << 10U;  ///< kept of its stderr, the last ones
  };
  Lines(Running& running, Options options) : running_(&running), options_(options) {}
  explicit Lines(Running& running) : Lines(running, Options{}) {}

  /// `line` holds no line feed; one is added.
  Status send(std::string_view line, SteadyTime until);
  /// The next line, without its line feed. kTimeout ("program-silent") when none came in time; kConflict
  /// ("program-ended") with how it ended and its last words; kCorrupt ("target-garbage") for a line over the
  /// limit; the errors of Running::hear.
  Result<std::string> receive(SteadyTime until);
  /// What it wrote to stderr, as far as it was kept.
  const std::string& messages() const { return messages_; }
  /// Once it has ended and its last line was received.
  const std::optional<Ending>& ending() const { return ending_; }

 private:
  Running* running_;
  Options options_;
  std::string waiting_;
  std::string messages_;
  std::optional<Ending> ending_;
};

}  // namespace rescue::target
