#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// An operator asks the customer more: {questions: [{ja, en}], reason, deadline_s?}. The customer is waited
/// for again. kConflict "illegal-transition" where no work is under way.
Result<Json> ask_more(Casework& casework, store::Tx& tx, const std::string& incident_id, const Json& body,
                      const std::string& actor, const Trace& trace);

}  // namespace rescue::workflow
