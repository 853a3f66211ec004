#pragma once

#include "correlate.hpp"
#include "rescue/base/json.hpp"
#include "verdict.hpp"

namespace rescue::detect {

/// Orders and numbers the findings, fills in the logs' hashes: after it indexes are stable. Rewrites the
/// indexes of break-ins and notes.
void settle_findings(CaseFile& file, const Scene& scene);

/// The document of api/schemas/investigation.schema.json.
Json to_document(const CaseFile& file, const std::vector<EntryVector>& vectors, const Verdict& verdict,
                 const Scene& scene);

}  // namespace rescue::detect
