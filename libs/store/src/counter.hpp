#pragma once

#include <string>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// The next `count` numbers of a named row of numbers without gaps (1, 2, 3 …): the first of them. Its row
/// stays locked until the commit, so numbers become visible in their order on any back end.
inline Result<std::int64_t> next_numbers(Tx& tx, const std::string& name, std::int64_t count) {
  RESCUE_ASSIGN(const auto row,
                tx.find("INSERT INTO counters (name, value) VALUES (?, ?)"
                        " ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value"
                        " RETURNING value",
                        {name, count}));
  return row->integer(0) - count + 1;
}

inline Result<std::int64_t> next_number(Tx& tx, const std::string& name) {
  return next_numbers(tx, name, 1);
}

}  // namespace rescue::store
