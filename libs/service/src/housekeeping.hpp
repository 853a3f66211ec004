#pragma once

#include "rescue/base/clock.hpp"
#include "rescue/store/database.hpp"

namespace rescue::service {

/// Removes what has served its time: ids of messages handled a month ago, answers kept for repeated requests
/// for a week. In small transactions, so that others get their turn.
Status keep_house(store::Database& database, Timestamp now);

}  // namespace rescue::service
