#pragma once

#include <vector>

#include "rescue/catalog/annexes.hpp"
#include "rescue/store/database.hpp"

namespace rescue::pricing {

/// Writes down versions that are new. kInvalid ("annex-unreadable") when one is known with another content,
/// perhaps from before a restart or from another replica; kUnavailable when the database is.
Status keep_annex_versions(store::Database& database, const std::vector<catalog::AnnexVersion>& versions,
                           Timestamp now);

}  // namespace rescue::pricing
