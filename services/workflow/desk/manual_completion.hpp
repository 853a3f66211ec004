#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// A manual completion's body, strictly read, with what was left out filled in: {outcome, reason,
/// evidence_read, verdict: {intrusion, mail_abuse}, entry (null unless the cause is identified)}.
Result<Json> read_manual_completion(store::Tx& tx, const Incident& incident, const Json& body);

/// kConflict "illegal-transition" unless the work was ordered and is not done.
Status check_completable(const Incident& incident);

}  // namespace rescue::workflow
