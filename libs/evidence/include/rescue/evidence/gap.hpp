#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::evidence {

/// A stretch of time; an absent end is unknown.
struct Period {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;

  void include(Timestamp t) {
    if (!from || t < *from) from = t;
    if (!to || t > *to) to = t;
  }
};

/// Something that should have been read and was not: missing, damaged, over a limit. Damaged evidence is not
/// an error; it stands beside the findings so that silence is never taken for cleanliness.
struct Gap {
  std::string path;          ///< as the investigated server sees it, "/var/log/auth.log"; raw bytes
  std::uint64_t offset = 0;  ///< where it starts, bytes of the decompressed content
  std::uint64_t bytes = 0;   ///< 0: unknown or all
  std::string reason;
  std::string prevents;  ///< the conclusion that cannot be drawn
  Period period = {};
  /// Without it nobody can say that a server is clean: an unreadable crontab, a missing authentication log.
  bool grave = false;
};

using Gaps = std::vector<Gap>;

}  // namespace rescue::evidence
