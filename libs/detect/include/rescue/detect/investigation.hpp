#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/detect/findings_board.hpp"
#include "rescue/detect/rule.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::detect {

struct InvestigationOptions {
  unsigned jobs = 1;
  std::optional<Timestamp> since = {};  ///< leave out older log lines
  std::optional<std::chrono::seconds> time_limit = {};
  const evidence::SafeRoot* package_cache = nullptr;  ///< original archives of packages; borrowed
  const evidence::SafeRoot* yara = nullptr;           ///< the user's own YARA rules; borrowed
  const RuleBook* rules = nullptr;                    ///< null: the shipped ones; borrowed
  const evidence::SafeRoot* sigma = nullptr;          ///< a folder of Sigma rules; borrowed
  bool files_only = false;                            ///< a folder of web code: no server around it
  bool loose = false;                                 ///< a folder of logs and files, no server's disk
  bool read_logs = true;                              ///< off where reading them has failed before
  std::set<std::string> only = {};                    ///< families of detectors; empty: all
  std::map<std::string, std::string> left_out = {};   ///< files that the root does not open, and why
  std::vector<evidence::Gap> gaps = {};               ///< known before the reading begins
  FindingsBoard* found = nullptr;                     ///< where findings are counted as they come; borrowed
  Json sandbox = nullptr;                             ///< the document's `sandbox`; null: none
};

/// The names that `only` takes.
std::vector<std::string> detector_families();

struct InvestigationResult {
  Json document;  ///< as api/schemas/investigation.schema.json says; the same input gives the same bytes
  Json stats;     ///< timings and the like, which differ from run to run
};

/// Investigates a server's disk. Damaged evidence never fails it: that becomes a gap. Throws on bugs only.
InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options);

}  // namespace rescue::detect
