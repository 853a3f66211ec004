#pragma once

#include <cstdint>
#include <set>

#include "rescue/evidence/accounts.hpp"

namespace rescue::detect {

/// The uids that data bases run under; none is a person's or root's.
std::set<std::uint32_t> database_owners(const evidence::AccountFile& accounts);

}  // namespace rescue::detect
