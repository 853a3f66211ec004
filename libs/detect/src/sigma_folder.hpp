#pragma once

#include "rescue/base/json.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"
#include "rescue/sigma/rule_set.hpp"

namespace rescue::detect {

/// The Sigma rules below a folder: every *.yml and *.yaml, in the order of their names.
sigma::RuleSet load_sigma(const evidence::SafeRoot& folder);

/// Rules that are not run, and fields that no log tells, as gaps; the first few by name.
void tell_sigma_gaps(const sigma::RuleSet& rules, evidence::Gaps& gaps);

/// {"loaded": …, "correlations": …, "not_loaded": [{"file", "title", "reason"}], "fields_not_told": {field:
/// [titles]}}
Json sigma_stats(const sigma::RuleSet& rules);

}  // namespace rescue::detect
