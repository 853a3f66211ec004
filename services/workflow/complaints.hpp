#pragma once

#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"
#include "standings.hpp"

namespace rescue::workflow {

/// What a job may look at from outside, and where access may lead (job.dispatched): {addresses: [],
/// contract_addresses: [], complaints: [], contract, given_us}.
///   complaints: those of the incident's reports, each once, the newest five.
///   contract: "theirs", "over" or "not_asked", as `standing` says. The addresses are those that the
///   directory names now, which are kept; of a contract that is over none. Where nobody can be asked they are
///   the last ones known, by which alone access is still bounded once they are older than a week: nothing is
///   looked at by them then, for they may be somebody else's. given_us: when, that is `now`.
Result<Json> outside_of(store::Tx& tx, const std::string& incident_id, const Standing& standing,
                        Timestamp now);

}  // namespace rescue::workflow
