#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// What an operator decides about an incident: {decision, reason, confirmation?, version?}. Answers
/// {incident_id, state, version}. kInvalid for a bad body, kConflict "illegal-transition" or
/// "version-conflict".
Result<Json> decide(Casework& casework, store::Tx& tx, const std::string& incident_id, const Json& body,
                    const std::string& actor, const Trace& trace);

}  // namespace rescue::workflow
