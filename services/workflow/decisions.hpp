#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// What an operator decides about an incident: {decision, reason, confirmation?, version?}. Answers
/// {incident_id, state, version}, or {waiting_for, …} while a second person has to agree; `approved_by` is
/// that person. kInvalid for a bad body, kConflict "illegal-transition", "version-conflict", or
/// "task-claimed" while another operator judges the precheck.
Result<Json> decide(Casework& casework, store::Tx& tx, const std::string& incident_id, const Json& body,
                    const std::string& actor, const Trace& trace, const std::string& approved_by = {});

}  // namespace rescue::workflow
