#pragma once

#include <string>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// The next number of a named row of numbers without gaps: 1, 2, 3 … Its row stays locked until the commit,
/// so numbers become visible in their order on any back end.
inline Result<std::int64_t> next_number(Tx& tx, const std::string& name) {
  RESCUE_ASSIGN(const auto row, tx.find("INSERT INTO counters (name, value) VALUES (?, 1)"
                                        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1"
                                        " RETURNING value",
                                        {name}));
  return row->integer(0);
}

}  // namespace rescue::store
