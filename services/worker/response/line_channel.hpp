#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::worker {

/// Lines to and from a program that runs on a server. What comes is hostile. One thread at a time.
class LineChannel {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  virtual ~LineChannel() = default;
  /// `line` holds no line feed. kUnavailable, kTimeout.
  virtual Status send(std::string_view line, SteadyTime until) = 0;
  /// The next line without its end. kTimeout ("program-silent") when none came in time: what has come of
  /// it by then is kept for the next call. Everything else means that no more will come: kConflict
  /// ("program-ended"), kCorrupt, kUnavailable, kTimeout ("target-silent").
  virtual Result<std::string> receive(SteadyTime until) = 0;
};

}  // namespace rescue::worker
