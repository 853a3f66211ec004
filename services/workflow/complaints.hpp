#pragma once

#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::workflow {

/// What a job may look at from outside (job.dispatched): {addresses: [], contract_addresses: [],
/// complaints: []}. The complaints are those of the incident's reports, each once, the newest five; the
/// addresses are the newest report's, and none where that is older than a week: by then they may be somebody
/// else's. As contract_addresses they stay, to which alone access may lead: its host key is pinned.
Result<Json> outside_of(store::Tx& tx, const std::string& incident_id, Timestamp now);

}  // namespace rescue::workflow
