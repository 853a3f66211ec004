#pragma once

#include <optional>
#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/detect/investigation.hpp"
#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::detect {

/// What was taken of the running server before its disk is read. Borrowed.
struct LiveInput {
  const evidence::LiveSnapshot& snapshot;
  std::string own_folder = {};   ///< where our programs lie on that server; nothing in it is judged
  std::string own_program = {};  ///< the program that runs
  std::optional<Timestamp> caller_clock = {};  ///< what the caller's clock said when it was taken
  evidence::Gaps gaps = {};                    ///< met while it was taken
};

/// Investigates a running server: its disk as investigate() does, and what was taken of it, which becomes
/// findings of the family `live` and the document's `live`. Null: the disk alone.
InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options,
                                const LiveInput* live);

/// The rules about running servers, compiled in. Throws when they are broken, which a test rules out.
const RuleBook& live_rules();

}  // namespace rescue::detect
