#pragma once

#include "correlate.hpp"
#include "rescue/base/json.hpp"
#include "verdict.hpp"

namespace rescue::detect {

/// Chooses the findings that are told, orders and numbers them, fills in the logs' hashes; the others are
/// counted. After it break-ins name their findings by index.
void settle_findings(CaseFile& file, const Scene& scene);

/// The document of api/schemas/investigation.schema.json.
Json to_document(const CaseFile& file, const std::vector<EntryVector>& vectors, const Verdict& verdict,
                 const Scene& scene);

}  // namespace rescue::detect
