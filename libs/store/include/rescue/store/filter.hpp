#pragma once

#include <string>
#include <string_view>

namespace rescue::store {

/// One condition of a list that may be narrowed: "column op ?", or, where `value` is "" and asks for nothing,
/// one that always holds and takes the same parameter. Written out rather than left to an OR, so that an
/// index on the column is used where it is asked for.
inline std::string narrowed(std::string_view column, const std::string& value, std::string_view op = "=") {
  if (value.empty()) return "? = ''";
  return std::string(column) + " " + std::string(op) + " ?";
}

}  // namespace rescue::store
