#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::fence {

/// Where a target keeps its one lock record: a mounted root, or a server at the other end of a connection.
/// The target is hostile: what it gives back is bytes, nothing more. One thread at a time.
class Place {
 public:
  virtual ~Place() = default;

  /// Runs `work` while nobody else is inside `alone` at this target, in whatever process. kUnavailable
  /// ("target-unavailable") when another one does not come out, or the target cannot be reached.
  virtual Status alone(const std::function<Status()>& work) = 0;

  // Both inside `alone` only.

  /// The record's bytes, nothing where there is none. kCorrupt ("lock-damaged") when what stands in its place
  /// cannot be one; kUnavailable ("target-unavailable").
  virtual Result<std::optional<std::string>> read() = 0;
  /// Replaces the record, whole or not at all; it is durable when this returns. Errors as of `read`.
  virtual Status write(std::string_view record) = 0;
};

}  // namespace rescue::fence
