#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// An operator has delivered a notice by other means (cause.details.channel) and says how. Settling the
/// notice of the report is delivering it: the incident completes (R31). kConflict "notice-delivered".
Result<Notice> settle_notice(Casework& casework, store::Tx& tx, const std::string& id, const Cause& cause);

}  // namespace rescue::workflow
