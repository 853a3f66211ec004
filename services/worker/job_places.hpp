#pragma once

#include <string>

#include "config.hpp"
#include "journal.hpp"
#include "sealed_access.hpp"

namespace rescue::worker {

/// The attempt as it may run now. What it was told of where its server is holds for a day: a worker that was
/// away for longer connects to nothing by it (`outside.contract` is "old" then).
Attempt in_force(Attempt attempt, Timestamp now);

/// Where its access may lead. Closed where the contract is over ("contract-over", kForbidden), or what was
/// told is old ("addresses-old", kUnavailable: the next attempt is told anew).
AccessPlaces access_places(const Attempt& attempt, const Config& config);

/// Why nothing is looked at from outside, where the addresses alone do not say it.
std::string why_not_looked_at(const Attempt& attempt);

}  // namespace rescue::worker
