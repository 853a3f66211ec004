#pragma once

#include <string_view>

namespace rescue {

/// Set by tests/simulation only, before anything runs; null in programs that are shipped.
extern const char* broken_rule;

/// A place where a rule would be broken if a condition were forgotten: `if (missing && !broken("consents"))`.
/// The simulation forgets one at a time and must notice it (`make prove-simulation`). `rule` is a literal and
/// stands at one place in the code.
inline bool broken(std::string_view rule) {
  return broken_rule != nullptr && rule == broken_rule;
}

}  // namespace rescue
