#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::detect {

struct InvestigationOptions {
  unsigned jobs = 1;
  std::optional<Timestamp> since;  ///< leave out older log lines
  std::optional<std::chrono::seconds> time_limit;
  bool files_only =
      false;  ///< a folder of web code: no server around it, so no logs, accounts or timed commands
};

struct InvestigationResult {
  Json document;  ///< as api/schemas/investigation.schema.json says; the same input gives the same bytes
  Json stats;     ///< timings and the like, which differ from run to run
};

/// Investigates a server's disk. Damaged evidence never fails it: that becomes a gap. Throws on bugs only.
InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options);

}  // namespace rescue::detect
