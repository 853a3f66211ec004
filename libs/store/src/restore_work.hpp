#pragma once

#include "connection.hpp"

namespace rescue::store {

/// What happens to a copy that was laid beside a database: this library's tables are brought up to date, and
/// `last` runs in a transaction.
Status finish_copy(Connection& connection, const Database::Work& last);

}  // namespace rescue::store
